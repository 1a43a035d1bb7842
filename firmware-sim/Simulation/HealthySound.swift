// SPDX-License-Identifier: Apache-2.0

extension Ear {
  /// What a machine in good health sounds like: residual unbalance and misalignment, the motor's field, blades, teeth,
  /// lobes, the belt, the inverter, a neighbour on the same floor, flow and rolling noise.
  mutating func addHealthy() {
    let v = spec.vibration
    let residual = Pattern(horizontal: 1, vertical: 0.78, axial: 0.45, far: 0.85, across: 0.9)
    for (i, level) in v.orders_mm_s.enumerated() {
      add(
        order: Double(i + 1), level * n2 * trait(UInt64(30 + i), 0.85, 1.15) * unsteady(UInt64(i)), residual,
        stream: UInt64(i))
    }
    addMotor()
    addProcess(residual)
    // A machine next door, at a speed of its own.
    let next = trait(40, 0, 1) < 0.5 ? trait(41, 0.88, 0.94) : trait(41, 1.06, 1.12)
    add(free: spec.ratedSpeed_rpm / 60 * next, trait(42, 0.02, 0.06) * unsteady(12, 0.1), stream: 12)

    let way = share(Pattern(horizontal: 1, vertical: 0.78, axial: 0.45, far: 0.85, across: 0.85))
    let flow = (0.25 + 0.75 * n2) * way.squareRoot() * (0.8 + 0.2 * state.load) * unsteady(13, 0.02)
    signature.floor =
      (signature.floor * signature.floor + v.floor * v.floor * flow * flow).squareRoot()
    signature.housing.noise_m_s2 =
      v.resonanceNoise_m_s2 * flow * transfer(signature.housing.frequency_Hz).squareRoot()
    signature.ring.noise_m_s2 = 0.3 * v.resonanceNoise_m_s2 * flow
    signature.casing.noise_m_s2 =
      (spec.gear != nil || spec.lobes != nil ? 0.35 : 0.12) * v.resonanceNoise_m_s2 * flow
    signature.addRumble(
      trait(43, 0.3, 0.45) * f, velocity_mm_s: v.turbulence_mm_s * n2 * way * unsteady(14, 0.15))
  }

  private mutating func addMotor() {
    let own = spec.kind == .motor ? 1.0 : 0.6
    let pull = spec.vibration.twiceLine_mm_s * (0.6 + 0.4 * state.load) * unsteady(15)
    add(free: twiceLine, pull, .magnetic, stream: 15)
    // No rotor is wound or cast quite evenly: pole-pass sidebands 30 dB and more below.
    for side in [-1.0, 1] {
      add(free: twiceLine + side * polePass, 0.03 * pull, .magnetic, stream: 16)
      add(free: motor + side * polePass, 0.012 * own * state.load * n2, .magnetic, stream: 17)
    }
    if let bars = spec.rotorBars {
      let pass = Double(bars) * motor
      for (side, level) in [(-1.0, 0.04), (0, 0.05), (1, 0.04)] {
        add(force: pass + side * twiceLine, level * (0.5 + 0.5 * state.load), stream: 18)
      }
    }
    if spec.drive == .inverter {
      for (frequency, level) in [
        (spec.carrier_Hz - twiceLine, 0.05), (spec.carrier_Hz + twiceLine, 0.05),
        (2 * spec.carrier_Hz - state.supply_Hz, 0.04), (2 * spec.carrier_Hz + state.supply_Hz, 0.04),
      ] { add(force: frequency, own * level, stream: 19) }
    }
  }

  private mutating func addProcess(_ residual: Pattern) {
    if let vanes = spec.vanes, spec.vibration.vanePass_mm_s > 0 {
      let level = spec.vibration.vanePass_mm_s * n2 * (0.7 + 0.4 * state.load) * unsteady(10)
      for (order, share) in [(1.0, 1.0), (2, 0.25)] {
        add(order: Double(vanes) * order, level * share, residual, stream: 10)
      }
      for side in [-1.0, 1] { add(order: Double(vanes) + side, level * 0.15, residual, stream: 11) }
    }
    if let lobes = spec.lobes {
      for k in 1...6 {
        let level = spec.vibration.lobePass_mm_s * power(0.6, Double(k - 1)) * (0.4 + 0.6 * state.load)
        add(order: Double(lobes * k), level * n2 * unsteady(UInt64(20 + k)), residual, stream: UInt64(20 + k))
      }
    }
    if let gear = spec.gear {
      let strength = state.speed * (0.3 + 0.7 * state.load)
      for (i, level) in gear.mesh_m_s2.enumerated() {
        let mesh = Double(gear.pinionTeeth * (i + 1)) * f
        let now = level * strength * unsteady(UInt64(30 + i), 0.05)
        add(
          modulated: mesh, acceleration_m_s2: now, by: f, depths: [0.12, 0.04], .mesh, stream: UInt64(30 + i))
        for side in [-1.0, 1] {
          add(force: mesh + side * gear.wheelOrder * f, 0.07 * now, .mesh, stream: UInt64(34 + i))
        }
      }
      add(order: gear.wheelOrder, 0.15 * n2, residual, stream: 38)
    }
    if let belt = spec.belt {
      add(free: 2 * belt.order * f, 0.12 * unsteady(39, 0.15), .belts, stream: 39)
      add(free: motor, 0.15 * n2 * unsteady(40, 0.05), .belts, stream: 40)
    }
  }

  /// A free line by its acceleration, m/s2 RMS.
  mutating func add(
    force frequency_Hz: Double, _ level_m_s2: Double, _ pattern: Pattern = .magnetic,
    near: Channel.End = .drive, stream: UInt64
  ) {
    add(free: frequency_Hz, level_m_s2 / (2 * .pi * frequency_Hz) * 1000, pattern, near: near, stream: stream)
  }
}

extension Pattern {
  /// Helical teeth push along the shaft as well.
  static let mesh = Pattern(horizontal: 1, vertical: 0.85, axial: 0.6, far: 0.8, across: 0.35, lag: 0)
  /// A belt pulls in the plane of its pulleys.
  static let belts = Pattern(horizontal: 1, vertical: 0.35, axial: 0.15, far: 0.7, across: 0, lag: 0)
}

extension GearSpec {
  /// Speed of the wheel's shaft in orders of the pinion's.
  var wheelOrder: Double { Double(pinionTeeth) / Double(wheelTeeth) }
}
