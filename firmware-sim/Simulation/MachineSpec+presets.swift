// SPDX-License-Identifier: Apache-2.0

extension MachineSpec {
  /// A 75 kW end-suction process pump on a variable speed drive, 200 m3/h at 8.4 bar, six vanes.
  public static func pump(_ id: String = "P-101", plan: OperatingPlan = .threeShifts) -> MachineSpec {
    MachineSpec(
      id: id, kind: .pump, ratedPower_kW: 75, ratedSpeed_rpm: 1480, ratedCurrent_A: 134, rotor: .overhung,
      couplingJaws: 4, vanes: 6,
      hydraulics: Hydraulics(
        ratedFlow_m3h: 200, ratedRise_bar: 8.4, tank_bar: 0.8, static_bar: 1, npshRequired_m: 4),
      vibration: VibrationSpec(
        orders_mm_s: [0.55, 0.2, 0.09, 0.04], vanePass_mm_s: 0.3, turbulence_mm_s: 0.06), plan: plan)
  }

  /// A 45 kW process fan on the shaft of its motor, which a variable speed drive feeds; twelve blades.
  public static func fan(_ id: String = "F-7", plan: OperatingPlan = .threeShifts) -> MachineSpec {
    MachineSpec(
      id: id, kind: .fan, ratedPower_kW: 45, ratedSpeed_rpm: 1475, ratedCurrent_A: 82, rotor: .overhung,
      vanes: 12,
      vibration: VibrationSpec(
        orders_mm_s: [0.7, 0.15, 0.06], vanePass_mm_s: 0.15, twiceLine_mm_s: 0.08, turbulence_mm_s: 0.08,
        floor: 0.003, resonanceNoise_m_s2: 0.4, resonance_Hz: 2600, decay_s: 0.0011),
      plan: plan)
  }

  /// A 30 kW ventilation fan behind V-belts from a motor at the mains, measured at the fan's bearings.
  public static func beltFan(
    _ id: String = "F-12", plan: OperatingPlan = .steady()
  ) -> MachineSpec {
    MachineSpec(
      id: id, kind: .fan, ratedPower_kW: 30, ratedSpeed_rpm: 1470 * 200 / 280, shaftRatio: 200 / 280,
      drive: .line, ratedCurrent_A: 56, vanes: 10, belt: BeltSpec(length_mm: 2500, pulley_mm: 280),
      vibration: VibrationSpec(
        orders_mm_s: [0.7, 0.2, 0.08], vanePass_mm_s: 0.15, twiceLine_mm_s: 0.06, turbulence_mm_s: 0.08,
        floor: 0.003, resonanceNoise_m_s2: 0.4, resonance_Hz: 2400, decay_s: 0.0011),
      plan: plan)
  }

  /// A 37 kW motor at the mains, two poles.
  public static func motor(_ id: String = "M-3", plan: OperatingPlan = .steady()) -> MachineSpec {
    MachineSpec(
      id: id, kind: .motor, ratedPower_kW: 37, ratedSpeed_rpm: 2955, poles: 2, rotorBars: 28, drive: .line,
      ratedCurrent_A: 65, couplingJaws: 6,
      vibration: VibrationSpec(
        orders_mm_s: [0.6, 0.18, 0.05], twiceLine_mm_s: 0.25, floor: 0.0025, resonanceNoise_m_s2: 0.35,
        resonance_Hz: 3600, decay_s: 0.0008),
      plan: plan)
  }

  /// A 90 kW motor behind an inverter, four poles.
  public static func inverterMotor(
    _ id: String = "M-8", plan: OperatingPlan = .threeShifts
  ) -> MachineSpec {
    MachineSpec(
      id: id, kind: .motor, ratedPower_kW: 90, ratedSpeed_rpm: 1484, rotorBars: 40, ratedCurrent_A: 160,
      couplingJaws: 6,
      vibration: VibrationSpec(
        orders_mm_s: [0.55, 0.2, 0.06], twiceLine_mm_s: 0.2, floor: 0.003, resonanceNoise_m_s2: 0.4,
        resonance_Hz: 3300, decay_s: 0.0009),
      plan: plan)
  }

  /// A 1.2 MW motor at the mains in sleeve bearings, two poles.
  public static func sleeveMotor(
    _ id: String = "M-20", plan: OperatingPlan = .steady()
  ) -> MachineSpec {
    MachineSpec(
      id: id, kind: .motor, ratedPower_kW: 1200, ratedSpeed_rpm: 2982, poles: 2, rotorBars: 46, drive: .line,
      ratedCurrent_A: 132, bearings: .sleeve, couplingJaws: 8,
      vibration: VibrationSpec(
        orders_mm_s: [0.75, 0.25, 0.08], twiceLine_mm_s: 0.35, floor: 0.002, resonanceNoise_m_s2: 0.2,
        resonance_Hz: 2200, decay_s: 0.0012),
      plan: plan)
  }

  /// A 110 kW gearbox, 23 to 81 teeth, measured on the fast shaft.
  public static func gearbox(_ id: String = "G-2", plan: OperatingPlan = .threeShifts) -> MachineSpec {
    MachineSpec(
      id: id, kind: .gearbox, ratedPower_kW: 110, ratedSpeed_rpm: 1485, ratedCurrent_A: 195, couplingJaws: 6,
      gear: GearSpec(pinionTeeth: 23, wheelTeeth: 81, mesh_m_s2: [1.1, 0.5, 0.25]),
      thermal: ThermalModel(bearingRise_K: 34),
      vibration: VibrationSpec(
        orders_mm_s: [0.6, 0.22, 0.08], floor: 0.005, resonanceNoise_m_s2: 0.6, resonance_Hz: 3000),
      plan: plan)
  }

  /// A 280 kW centrifugal blower at the mains, sleeve bearings, 17 blades.
  public static func compressor(
    _ id: String = "C-1", plan: OperatingPlan = .steady()
  ) -> MachineSpec {
    MachineSpec(
      id: id, kind: .compressor, ratedPower_kW: 280, ratedSpeed_rpm: 2978, poles: 2, drive: .line,
      ratedCurrent_A: 470, bearings: .sleeve, couplingJaws: 8, vanes: 17,
      vibration: VibrationSpec(
        orders_mm_s: [0.65, 0.2, 0.08], vanePass_mm_s: 0.2, twiceLine_mm_s: 0.15, turbulence_mm_s: 0.06,
        floor: 0.004, resonanceNoise_m_s2: 0.5, resonance_Hz: 2700),
      plan: plan)
  }

  /// A 90 kW oil-flooded screw compressor behind an inverter, four lobes.
  public static func screwCompressor(
    _ id: String = "C-2", plan: OperatingPlan = .threeShifts
  ) -> MachineSpec {
    MachineSpec(
      id: id, kind: .screwCompressor, ratedPower_kW: 90, ratedSpeed_rpm: 2970, poles: 2, ratedCurrent_A: 158,
      couplingJaws: 6, lobes: 4, thermal: ThermalModel(bearingRise_K: 40),
      vibration: VibrationSpec(
        orders_mm_s: [0.6, 0.25, 0.1], lobePass_mm_s: 0.55, twiceLine_mm_s: 0.12, turbulence_mm_s: 0.03,
        floor: 0.006, resonanceNoise_m_s2: 0.8, resonance_Hz: 3400),
      plan: plan)
  }

  /// A 55 kW two-cylinder piston compressor, direct on an eight-pole motor at the mains.
  public static func reciprocatingCompressor(
    _ id: String = "C-3", plan: OperatingPlan = .steady()
  ) -> MachineSpec {
    MachineSpec(
      id: id, kind: .reciprocatingCompressor, ratedPower_kW: 55, ratedSpeed_rpm: 738, poles: 8, drive: .line,
      ratedCurrent_A: 108, couplingJaws: 6,
      vibration: VibrationSpec(
        orders_mm_s: [0.8, 0.65, 0.3, 0.3, 0.15, 0.12, 0.08, 0.08], twiceLine_mm_s: 0.1,
        turbulence_mm_s: 0.03, floor: 0.005, resonanceNoise_m_s2: 0.6, resonance_Hz: 2500),
      plan: plan)
  }

  /// The names that `preset` knows.
  public static let presets = [
    "pump", "fan", "belt-fan", "motor", "inverter-motor", "sleeve-motor", "gearbox", "compressor",
    "screw-compressor", "reciprocating-compressor",
  ]

  /// The preset of one of the names in `presets` under another id, or nil.
  public static func preset(_ name: String, id: String) -> MachineSpec? {
    switch name {
    case "pump": pump(id)
    case "fan": fan(id)
    case "belt-fan": beltFan(id)
    case "motor": motor(id)
    case "inverter-motor": inverterMotor(id)
    case "sleeve-motor": sleeveMotor(id)
    case "gearbox": gearbox(id)
    case "compressor": compressor(id)
    case "screw-compressor": screwCompressor(id)
    case "reciprocating-compressor": reciprocatingCompressor(id)
    default: nil
    }
  }
}
