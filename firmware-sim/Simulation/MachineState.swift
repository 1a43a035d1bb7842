// SPDX-License-Identifier: Apache-2.0

/// What the machine does at one moment, before any sensor looks at it.
struct MachineState {
  var time_s: Double
  /// Shares of the rated values.
  var speed: Double
  var load = 0.0
  var rotation_Hz = 0.0
  /// Electrical frequency that the motor sees, Hz.
  var supply_Hz = 0.0
  /// What goes through, if it is a pump, a fan or a compressor.
  var stream: Stream?
  var burden = Burden()
  /// Shaft power over rated power.
  var power = 0.0
  var current_A = 0.0

  var isOn: Bool { speed > 0.02 }
}

extension MachineSpec {
  /// Speed, load, stream and motor at time `t`; a pure function of spec, faults, seed and time.
  func state(at t: Double, faults: [FaultPlan], seed base: UInt64) -> MachineState {
    let asked = plan.setpoint(at: t, seed: base)
    let flutter = 1 + 0.03 * drift(base, stream: 1, at: t, period_s: 700)
    var state = MachineState(time_s: t, speed: asked.speed)
    let product = plan.product(at: t, faults: faults, seed: base)
    let valve = min(asked.load * product.load, 1.2) * flutter
    state.stream = stream(state, valve: valve, product, faults, base)
    guard state.isOn else { return state }
    state.burden = burden(faults, at: t)
    let burden = state.burden
    state.power = (state.stream?.power ?? valve * asked.speed) * burden.torque
    state.load = state.power
    // The motor slips in proportion to its torque; the drive holds the electrical frequency.
    let synchronous_rpm = 120 * lineFrequency_Hz / Double(poles)
    let torque = state.power / max(asked.speed, 0.1)
    let slip = (1 - ratedSpeed_rpm / shaftRatio / synchronous_rpm) * torque * burden.slip
    state.supply_Hz = lineFrequency_Hz * asked.speed
    let wobble =
      1 + 0.0004 * drift(base, stream: 2, at: t, period_s: 11)
      + 0.02 * burden.hunting * drift(base, stream: 3, at: t, period_s: 1.7)
    state.rotation_Hz = synchronous_rpm / 60 * asked.speed * (1 - slip) * wobble * shaftRatio
    let swing = 1 + burden.hunting * drift(base, stream: 4, at: t, period_s: 1.3)
    state.current_A = ratedCurrent_A * (0.09 + 0.91 * torque * torque).squareRoot() * burden.current * swing
    return state
  }

  /// What the pump, the fan or the compressor moves.
  private func stream(
    _ state: MachineState, valve: Double, _ product: OperatingPlan.Product, _ faults: [FaultPlan],
    _ base: UInt64
  ) -> Stream? {
    let t = state.time_s
    var stream: Stream
    if let hydraulics {
      stream = hydraulics.stream(
        speed: state.speed, condition(valve: valve, product, faults, base, at: t),
        ratedPower_kW: ratedPower_kW)
      slam(&stream, hydraulics, faults, base, at: t)
    } else if let duct = process.duct {
      var air = FanDuct.Condition()
      air.damper = towards(0.46, 0.22, from: valve, by: faults.severity(.fanStall, at: t))
      air.fouling = faults.severity(.fanFouling, at: t)
      air.filter = faults.severity(.blockedStrainer, at: t)
      air.density = product.density * 293.15 / (thermal.ambient(at: t, seed: base) + 273.15)
      stream = duct.stream(speed: state.speed, air, swing: drift(base, stream: 20, at: t, period_s: 1.1))
    } else if let compressor = process.compressor {
      stream = gas(compressor, state, valve: valve, faults, base)
    } else {
      return nil
    }
    stream.unrest.roughness = product.roughness
    return stream
  }

  /// A valve that closes towards where flow turns unstable: there at a quarter of the severity, then deeper.
  private func towards(_ edge: Double, _ deep: Double, from valve: Double, by severity: Double) -> Double {
    guard severity > 0 else { return valve }
    let there = min(1, severity / 0.25)
    return valve + (min(valve, edge + (deep - edge) * severity) - valve) * there
  }

  private func condition(
    valve: Double, _ product: OperatingPlan.Product, _ faults: [FaultPlan], _ base: UInt64, at t: Double
  ) -> Hydraulics.Condition {
    var c = Hydraulics.Condition()
    c.density = product.density
    c.valve = valve
    for plan in faults where !plan.kind.isSensorFault {
      let s = plan.severity(at: t)
      guard s > 0 else { continue }
      switch plan.kind {
      case .offDesignFlow:
        c.valve = plan.place == "high" ? c.valve * (1 + 0.9 * s) : towards(0.5, 0.16, from: c.valve, by: s)
      case .deadHeading:
        // Closed at half the severity; from then on the casing heats.
        let open = max(0, 1 - 2 * s)
        c.valve *= open * open
      case .blockedStrainer: c.strainer = s
      case .cavitation: c.starving = s
      case .impellerWear: c.wear = s
      case .internalLeakage: c.leakage = s
      case .dryRunning: c.dry = min(1, 1.3 * s)
      case .airEntrainment:
        // Slugs: the gas content hunts within seconds.
        let hunt =
          drift(base, stream: 21, at: t, period_s: 4) + 0.6 * drift(base, stream: 22, at: t, period_s: 19)
        c.gas = max(0, 0.075 * s * (1 + 0.7 * hunt))
      default: break
      }
    }
    return c
  }

  /// A check valve that falls late: the column behind it stops at once, and Joukowsky's pressure `rho a dv` rings
  /// away; 1200 m/s in a steel pipe, 2.4 m/s at rated flow, of which a valve in need of repair lets pass a tenth.
  private func slam(
    _ stream: inout Stream, _ hydraulics: Hydraulics, _ faults: [FaultPlan], _ base: UInt64, at t: Double
  ) {
    let s = faults.severity(.waterHammer, at: t)
    guard s > 0 else { return }
    let change = plan.lastChange(before: t, seed: base)
    let ringing = min(1, 2 * change.size) * exponential(-change.age_s / 150)
    // Between changes it flutters in the stream.
    let flutter = stream.flow_m3h > 1 ? 0.08 : 0
    let phase = drift(base, stream: 23, at: t, period_s: 0.7)
    stream.discharge_bar += s * 0.1 * 28.8 * (ringing + flutter) * phase
    stream.discharge_bar = max(stream.discharge_bar, -0.95)
    stream.unrest.slam = s * min(1, ringing + flutter)
  }

  private func gas(
    _ compressor: Compressor, _ state: MachineState, valve: Double, _ faults: [FaultPlan], _ base: UInt64
  ) -> Stream {
    let t = state.time_s
    let ambient = thermal.ambient(at: t, seed: base)
    func severity(_ kind: FaultKind) -> Double { faults.severity(kind, at: t) }
    switch compressor {
    case .reciprocating(let reciprocating):
      var c = ReciprocatingCompressor.Condition()
      for plan in faults where plan.kind == .compressorValveLeak {
        if plan.place == "first" {
          c.firstValve = plan.severity(at: t)
        } else {
          c.secondValve = plan.severity(at: t)
        }
      }
      c.packing = severity(.compressorPackingWear)
      let warm = 12 * severity(.coolingLoss)
      return reciprocating.stream(speed: state.speed, load: valve, ambient_degC: ambient + warm, c)
    case .screw(let screw):
      let fouling = max(severity(.screwHighDischargeTemperature), 0.6 * severity(.coolingLoss))
      return screw.stream(
        speed: state.speed, load: min(valve, 1), ambient_degC: ambient, fouling: fouling,
        separator: severity(.separatorBlocked), contact: severity(.screwRotorContact))
    case .centrifugal(let centrifugal):
      let open = towards(0.48, 0.24, from: valve, by: severity(.compressorSurge))
      return centrifugal.stream(
        speed: state.speed, valve: open, ambient_degC: ambient,
        swing: drift(base, stream: 24, at: t, period_s: 0.9))
    }
  }
}
