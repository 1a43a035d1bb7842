// SPDX-License-Identifier: Apache-2.0

extension MachineSpec {
  /// What `channel` hears in this state. `base` fixes the machine's own slip and slow drifts; shaft phase is
  /// drawn per moment, the same for all channels.
  func signature(_ state: MachineState, channel: Channel, faults: [FaultPlan], seed base: UInt64) -> Signature
  {
    var result = Signature()
    result.resonance_Hz = vibration.resonance_Hz * (channel.isDriveEnd ? 1 : 1.13)
    result.decay_s = vibration.decay_s
    result.floor = sensor.noise
    guard state.isOn else { return result }
    addHealthy(to: &result, state, channel, base)
    addRotorFaults(to: &result, state, channel, faults, base)
    addBearingFaults(to: &result, state, channel, faults, base)
    addCavitation(to: &result, state, channel, base)
    return result
  }

  private func phase(_ base: UInt64, _ state: MachineState, order: Double, channel: Channel) -> Double {
    let turn = Double(seed(base, 3, state.time_s.bitPattern) >> 11) * 0x1p-53
    // A quarter turn between horizontal and vertical, as for a rotating force.
    let quarter = channel.way == .vertical ? 0.25 : 0
    let own = Double(seed(base, 4, UInt64(order * 16)) >> 11) * 0x1p-53
    return 2 * .pi * (order * (turn + quarter) + own)
  }

  private func addHealthy(to s: inout Signature, _ state: MachineState, _ channel: Channel, _ base: UInt64) {
    let n2 = state.speed * state.speed
    let way =
      switch channel.way {
      case .horizontal: 1.0
      case .vertical: 0.78
      case .axial: 0.45
      }
    let gain = way * (channel.isDriveEnd ? 1 : 0.85) * n2
    let f = state.rotation_Hz
    // Levels wander by a few per cent over hours, as they do on every real machine.
    func wander(_ stream: UInt64) -> Double {
      1 + 0.05 * drift(base, stream: stream, at: state.time_s, period_s: 9000)
        + 0.02 * drift(base, stream: stream + 50, at: state.time_s, period_s: 60)
    }
    for (i, level) in vibration.orders_mm_s.enumerated() {
      let order = Double(i + 1)
      s.add(
        Line(
          order * f, velocity_mm_s: level * gain * wander(100 + UInt64(i)),
          phase: phase(base, state, order: order, channel: channel)))
    }
    s.add(
      Line(
        2 * state.supply_Hz, velocity_mm_s: vibration.twiceLine_mm_s * way * (0.6 + 0.4 * state.load),
        phase: phase(base, state, order: 2.5, channel: channel)))
    if let vanes, vibration.vanePass_mm_s > 0 {
      let order = Double(vanes)
      let level = vibration.vanePass_mm_s * gain * (0.7 + 0.4 * state.load) * wander(110)
      for (shift, share) in [(0.0, 1.0), (-1, 0.15), (1, 0.15)] {
        s.add(
          Line(
            (order + shift) * f, velocity_mm_s: level * share,
            phase: phase(base, state, order: order + shift, channel: channel)))
      }
    }
    if let gear {
      for (i, level) in gear.mesh_m_s2.enumerated() {
        let order = Double(gear.pinionTeeth * (i + 1))
        for (shift, share) in [(0.0, 1.0), (-1, 0.12), (1, 0.12)] {
          s.add(
            Line(
              (order + shift) * f,
              acceleration_m_s2: level * share * way * state.speed * (0.3 + 0.7 * state.load)
                * wander(120 + UInt64(i)),
              phase: phase(base, state, order: order + shift, channel: channel)))
        }
      }
    }
    let flowNoise = (0.25 + 0.75 * n2) * way.squareRoot() * (0.8 + 0.2 * state.load) * wander(130)
    s.floor = (s.floor * s.floor + vibration.floor * vibration.floor * flowNoise * flowNoise).squareRoot()
    s.resonanceNoise = vibration.resonanceNoise_m_s2 * flowNoise
  }

  private func addRotorFaults(
    to s: inout Signature, _ state: MachineState, _ channel: Channel, _ faults: [FaultPlan], _ base: UInt64
  ) {
    let t = state.time_s
    let n2 = state.speed * state.speed
    let f = state.rotation_Hz
    let end = channel.isDriveEnd ? 1 : 0.65
    func add(_ order: Double, _ velocity_mm_s: Double) {
      guard velocity_mm_s > 0 else { return }
      s.add(
        Line(
          order * f, velocity_mm_s: velocity_mm_s * end * n2,
          phase: phase(base, state, order: order, channel: channel)))
    }
    let unbalance = faults.severity(.unbalance, at: t)
    add(1, unbalance * [Channel.Way.horizontal: 7.0, .vertical: 5.6, .axial: 0.9][channel.way, default: 0])

    let misalignment = faults.severity(.misalignment, at: t)
    if misalignment > 0 {
      let axial = channel.way == .axial
      for (order, radial, along) in [(1.0, 1.6, 4.2), (2, 5.0, 3.6), (3, 1.3, 1.4)] {
        add(order, misalignment * (axial ? along : radial))
      }
    }
    let looseness = faults.severity(.looseness, at: t)
    if looseness > 0 {
      let way = channel.way == .vertical ? 1.2 : channel.way == .horizontal ? 0.95 : 0.35
      for harmonic in 1...10 {
        add(Double(harmonic), looseness * way * 3.4 * power(0.82, Double(harmonic - 1)))
      }
      for (half, level) in [(0.5, 1.3), (1.5, 1.2), (2.5, 0.8), (3.5, 0.5)] {
        add(half, looseness * way * level)
      }
      s.floor *= 1 + 1.5 * looseness
      s.truncation = 0.6 * looseness
    }
  }

  private func addBearingFaults(
    to s: inout Signature, _ state: MachineState, _ channel: Channel, _ faults: [FaultPlan], _ base: UInt64
  ) {
    // The cage of a loaded bearing lags pure rolling by a few tenths of a per cent, the same every day.
    let slip = 0.002 + 0.006 * Double(seed(base, 5) >> 11) * 0x1p-53
    let f = state.rotation_Hz
    for plan in faults where FaultKind.bearings.contains(plan.kind) {
      let severity = plan.severity(at: state.time_s)
      guard severity > 0 else { continue }
      let atDriveEnd = plan.place != "NDE"
      let bearing = atDriveEnd ? driveEnd : nonDriveEnd
      let way = channel.way == .vertical ? 1 : channel.way == .horizontal ? 0.85 : 0.5
      let gain = way * (channel.isDriveEnd == atDriveEnd ? 1 : 0.15) * state.speed
      let strength = severity * severity.squareRoot() * gain
      let late = smoothStep(severity, from: 0.6, to: 1)
      var train = BlowTrain(rate_Hz: 0, peak: 0, slip: 0.01 + 0.02 * late, spread: 0.15, loadZone_Hz: 0)
      switch plan.kind {
      case .bearingOuterRace:
        train.rate_Hz = bearing.outerRace(slip: slip) * f
        train.peak = 20 * strength
      case .bearingInnerRace:
        train.rate_Hz = bearing.innerRace(slip: slip) * f
        train.peak = 36 * strength
        train.loadZone_Hz = f
      case .bearingRollingElement:
        train.rate_Hz = bearing.rollingElement(slip: slip) * f
        train.peak = 34 * strength
        train.loadZone_Hz = bearing.cage(slip: slip) * f
      default:
        train.rate_Hz = bearing.cage(slip: slip) * f
        train.peak = 48 * strength
        train.spread = 0.6
        train.slip = 0.015
      }
      s.blows.append(train)
      // Late damage is no longer discrete: the lines drown in a raised floor.
      let sameEnd = channel.isDriveEnd == atDriveEnd ? 1.0 : 0.3
      s.resonanceNoise *= 1 + 1.6 * late * sameEnd
      s.floor *= 1 + 1.2 * late * sameEnd
    }
  }

  private func addCavitation(to s: inout Signature, _ state: MachineState, _ channel: Channel, _ base: UInt64)
  {
    guard let intensity = state.hydraulics?.cavitation, intensity > 0 else { return }
    let end = channel.isDriveEnd ? 1.0 : 0.4
    s.floor *= 1 + 4 * intensity * end
    s.resonanceNoise *= 1 + 3 * intensity * end
    s.blows.append(
      BlowTrain(rate_Hz: 240, peak: 9 * intensity * end, slip: 1, spread: 0.7, loadZone_Hz: 0))
    if let vanes {
      s.add(
        Line(
          Double(vanes) * state.rotation_Hz, velocity_mm_s: 0.35 * intensity * end,
          phase: phase(base, state, order: Double(vanes) + 0.25, channel: channel)))
    }
  }
}
