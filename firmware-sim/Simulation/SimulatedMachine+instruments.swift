// SPDX-License-Identifier: Apache-2.0

extension SimulatedMachine {
  /// What the process instruments of this machine would read if they were perfect.
  func fill(_ x: inout MachineScalars, _ state: MachineState, _ temperature: ThermalState) {
    x[.bearingTemperature] = temperature[.bearing]
    x[.windingTemperature] = temperature[.winding]
    x[.couplingTemperature] = temperature[.coupling]
    x[.sealTemperature] = temperature[.seal]
    x[.oilTemperature] = temperature[.oil]
    x[.dischargeTemperature] = temperature[.discharge]
    x[.valveTemperature] = temperature[.valve]
    x[.ventTemperature] = temperature[.vent]
    // The casing's metal lies between the liquid and the air.
    let air = x[.ambientTemperature]
    x[.casingTemperature] = air + 0.9 * (temperature[.liquid] - air)
    let burden = state.burden
    if let oil = spec.process.oil {
      x[.oilPressure] =
        oil.pressure(oil_degC: temperature[.oil], speed: state.speed) * (1 - burden.oilPressure)
    }
    if let seal = spec.process.seal { x[.sealPressure] = seal.barrier_bar * (1 - burden.barrier) }
    guard let stream = state.stream else { return }
    x[.suctionPressure] = stream.suction_bar
    x[.dischargePressure] = stream.discharge_bar
    x[.flow] = stream.flow_m3h
    x[.interstagePressure] = stream.interstage_bar
    x[.differentialPressure] = stream.differential_bar
  }

  /// What the instruments make of it: tolerance, wander and noise, then what a faulty one gives.
  mutating func measure(_ x: inout MachineScalars, at t: Double, cavitation: Double) {
    var random = Xoshiro(seed: Simulation.seed(seed, 7, t.bitPattern))
    let failed = faults.filter { $0.kind.isSensorFault && $0.severity(at: t) > 0 }
    for (i, scalar) in Scalar.all.enumerated() {
      let draw = random.normal()
      let isStill =
        !x.isOn && (scalar == .speed || scalar == .current || scalar == .power || scalar == .load)
      var value = x[scalar]
      if !isStill, !value.isNaN {
        let range = spec.rangeEnd(scalar)
        var noise = scalar.noise
        // Collapsing vapour shakes the pressures.
        if scalar == .dischargePressure || scalar == .flow { noise.share += 0.02 * cavitation }
        let tolerance = scalar.tolerance
        let own = Double(Simulation.seed(seed, 50, UInt64(i)) >> 11) * 0x1p-52 - 1
        let off = 0.6 * own + 0.4 * drift(seed, stream: 60 + UInt64(i), at: t, period_s: 1_700_000)
        value +=
          off * (tolerance.ofValue * abs(value) + tolerance.ofRange * range)
          + draw * (noise.share * value + noise.ofRange * range)
        x[scalar] = value
      }
    }
    guard !failed.isEmpty else {
      held = x
      return
    }
    var good = held ?? x
    for scalar in Scalar.all {
      let isStuck = failed.contains { $0.kind == .sensorStuck && $0.covers(scalar) }
      if !isStuck, !x[scalar].isNaN { good[scalar] = x[scalar] }
      spoil(&x, scalar, failed, good[scalar], at: t, &random)
    }
    held = good
  }

  private mutating func spoil(
    _ x: inout MachineScalars, _ scalar: Scalar, _ failed: [FaultPlan], _ good: Double,
    at t: Double, _ random: inout Xoshiro
  ) {
    for plan in failed where plan.covers(scalar) {
      let severity = plan.severity(at: t)
      switch plan.kind {
      case .sensorStuck: x[scalar] = good
      case .sensorBias: x[scalar] += 0.2 * spec.rangeEnd(scalar) * severity
      case .sensorClipped: x[scalar] = spec.rangeEnd(scalar)
      case .sensorDropout: if random.uniform() < 0.3 + 0.6 * severity { x[scalar] = .nan }
      case .sensorNoData: x[scalar] = .nan
      default: if scalar == .velocityRMS { x[scalar] += 30 * severity }
      }
    }
  }
}
