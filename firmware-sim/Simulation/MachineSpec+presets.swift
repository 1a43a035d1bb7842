// SPDX-License-Identifier: Apache-2.0

extension MachineSpec {
  /// A 75 kW process pump on a variable speed drive, 200 m3/h at 8.4 bar, six vanes.
  public static func pump(_ id: String = "P-101", plan: OperatingPlan = .threeShifts) -> MachineSpec {
    MachineSpec(
      id: id, ratedPower_kW: 75, ratedSpeed_rpm: 1480, ratedCurrent_A: 134, vanes: 6,
      hydraulics: Hydraulics(
        ratedFlow_m3h: 200, ratedRise_bar: 8.4, tank_bar: 0.8, static_bar: 1, npshRequired_m: 4),
      vibration: VibrationSpec(orders_mm_s: [0.55, 0.2, 0.09], vanePass_mm_s: 0.3, twiceLine_mm_s: 0.1),
      plan: plan)
  }

  /// A 45 kW process fan on a variable speed drive, twelve blades.
  public static func fan(_ id: String = "F-7", plan: OperatingPlan = .threeShifts) -> MachineSpec {
    MachineSpec(
      id: id, ratedPower_kW: 45, ratedSpeed_rpm: 1475, ratedCurrent_A: 82, vanes: 12,
      vibration: VibrationSpec(
        orders_mm_s: [0.7, 0.15, 0.06], vanePass_mm_s: 0.15, twiceLine_mm_s: 0.08, floor: 0.003,
        resonanceNoise_m_s2: 0.4, resonance_Hz: 2600, decay_s: 0.0011),
      plan: plan)
  }

  /// A 37 kW motor at the mains, two poles.
  public static func motor(_ id: String = "M-3", plan: OperatingPlan = .steady()) -> MachineSpec {
    MachineSpec(
      id: id, ratedPower_kW: 37, ratedSpeed_rpm: 2955, poles: 2, ratedCurrent_A: 65,
      vibration: VibrationSpec(
        orders_mm_s: [0.6, 0.18, 0.05], twiceLine_mm_s: 0.25, floor: 0.0025, resonanceNoise_m_s2: 0.35,
        resonance_Hz: 3600, decay_s: 0.0008),
      plan: plan)
  }

  /// A 110 kW gearbox, 23 to 81 teeth, measured on the fast shaft.
  public static func gearbox(_ id: String = "G-2", plan: OperatingPlan = .threeShifts) -> MachineSpec {
    MachineSpec(
      id: id, ratedPower_kW: 110, ratedSpeed_rpm: 1485, ratedCurrent_A: 195,
      gear: GearSpec(pinionTeeth: 23, wheelTeeth: 81, mesh_m_s2: [1.1, 0.5, 0.25]),
      thermal: ThermalModel(bearingRise_K: 34),
      vibration: VibrationSpec(
        orders_mm_s: [0.6, 0.22, 0.08], floor: 0.005, resonanceNoise_m_s2: 0.6, resonance_Hz: 3000),
      plan: plan)
  }

  /// The preset of this kind (`pump`, `fan`, `motor`, `gearbox`) under another id, or nil.
  public static func preset(_ kind: String, id: String) -> MachineSpec? {
    switch kind {
    case "pump": pump(id)
    case "fan": fan(id)
    case "motor": motor(id)
    case "gearbox": gearbox(id)
    default: nil
    }
  }
}
