// SPDX-License-Identifier: Apache-2.0

// A rolling bearing's damage strikes; what is heard is the housing's ringing (McFadden and Smith, "Model for the
// vibration produced by a single point defect in a rolling element bearing", J. Sound Vib. 1984; Randall and Antoni,
// "Rolling element bearing diagnostics - a tutorial", MSSP 2011). Peaks are m/s2 at the nearer bearing.
extension Ear {
  /// What a fault of a rolling bearing or its grease adds here; nothing for other faults.
  mutating func addBearingFault(_ plan: FaultPlan, _ severity: Double, near: Channel.End) {
    let way = channel.way == .vertical ? 1 : channel.way == .horizontal ? 0.85 : 0.5
    let apart = channel.end == near ? 1 : channel.end == .coupled ? 0.06 : 0.15
    let gain = way * apart * state.speed * (0.72 + 0.33 * state.load)
    // The cage of a loaded bearing lags pure rolling by a few tenths of a per cent, the same every day.
    let bearing = Rolling(
      near == .drive ? spec.driveEnd : spec.nonDriveEnd, slip: 0.002 + 0.006 * chance(base, 5, 0), f: f)
    switch plan.kind {
    case .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage:
      addSpall(plan.kind, severity, bearing, gain: gain, near: near)
    case .bearingEarlyDamage:
      // Below the surface and just through it: rings at kilohertz, nothing in velocity.
      let inner = trait(80, 0, 1) < 0.3
      signature.blows.append(
        BlowTrain(
          rate_Hz: inner ? bearing.inner : bearing.outer, peak: 7 * severity * gain, slip: 0.015, spread: 0.5,
          loadZone_Hz: inner ? f : 0, housing: 0.45, ring: 1))
      signature.hiss += 0.002 * severity * gain
      signature.ring.noise_m_s2 *= 1 + 2 * severity * gain
    case .bearingLateStage: addLateStage(severity, bearing, gain: gain, near: near)
    case .underLubrication:
      // Metal on metal everywhere in the contact: noise from 1 kHz on and no line; gone with fresh grease.
      signature.hiss += 0.022 * severity * gain * unsteady(81, 0.1)
      signature.housing.noise_m_s2 *= 1 + 1.8 * severity * gain
      signature.ring.noise_m_s2 *= 1 + 5 * severity * gain
    case .overGreasing:
      // Grease that is churned damps what rolls through it.
      signature.housing.noise_m_s2 *= 1 - 0.3 * severity * min(1, gain)
      signature.ring.noise_m_s2 *= 1 - 0.45 * severity * min(1, gain)
    case .bearingFluting: addFluting(severity, bearing, gain: gain, near: near)
    case .falseBrinelling:
      addFalseBrinelling(spec.plan.atLastStart(plan, at: state.time_s), bearing, gain: gain, near: near)
    default: break
    }
  }

  private mutating func addSpall(
    _ kind: FaultKind, _ severity: Double, _ bearing: Rolling, gain: Double, near: Channel.End
  ) {
    let strength = severity * severity.squareRoot() * gain
    let late = smoothStep(severity, from: 0.6, to: 1)
    var train = BlowTrain(rate_Hz: 0, peak: 0, slip: 0.01 + 0.02 * late, spread: 0.15)
    switch kind {
    case .bearingOuterRace: (train.rate_Hz, train.peak) = (bearing.outer, 20 * strength)
    case .bearingInnerRace:
      (train.rate_Hz, train.peak, train.loadZone_Hz) = (bearing.inner, 36 * strength, f)
    case .bearingRollingElement:
      (train.rate_Hz, train.peak, train.loadZone_Hz) = (bearing.element, 34 * strength, bearing.cage)
    default:
      (train.rate_Hz, train.peak, train.slip, train.spread) = (bearing.cage, 60 * strength, 0.015, 0.6)
    }
    signature.blows.append(train)
    // From half way on the lines stand in the velocity spectrum too.
    let seen = 0.7 * smoothStep(severity, from: 0.45, to: 1) * (kind == .bearingCage ? 0.4 : 1)
    for k in 1...3 {
      let stream = UInt64(82 + k)
      let level = seen * power(0.7, Double(k - 1)) * state.speed * unsteady(stream, 0.08)
      add(free: Double(k) * train.rate_Hz, level, near: near, stream: stream)
      for side in [-1.0, 1] where train.loadZone_Hz > 0 {
        add(
          free: Double(k) * train.rate_Hz + side * train.loadZone_Hz, 0.4 * level, near: near, stream: stream)
      }
    }
    // Late damage is no longer discrete: the lines drown in a raised floor.
    let sameEnd = channel.end == near ? 1.0 : 0.3
    signature.housing.noise_m_s2 *= 1 + 1.6 * late * sameEnd
    signature.floor *= 1 + 1.2 * late * sameEnd
  }

  /// Spalls all round: blows without rhythm until they are noise; crest and kurtosis fall while the level rises.
  private mutating func addLateStage(
    _ severity: Double, _ bearing: Rolling, gain: Double, near: Channel.End
  ) {
    signature.blows.append(
      BlowTrain(
        rate_Hz: bearing.outer * (1 + 6 * severity),
        peak: 9 * gain * min(1, 4 * severity) * (1 - 0.75 * severity),
        slip: min(1, 0.35 + severity), spread: 0.4))
    signature.housing.noise_m_s2 *= 1 + 7 * severity * gain
    signature.ring.noise_m_s2 *= 1 + 5 * severity * gain
    signature.hiss += 0.018 * severity * gain
    signature.floor *= 1 + 2 * severity * gain
    // The shaft has play by now.
    for k in 1...5 {
      let stream = UInt64(86 + k)
      add(
        order: Double(k), 1.6 * severity * power(0.8, Double(k - 1)) * n2 * unsteady(stream, 0.1), near: near,
        stream: stream)
    }
  }

  /// Ridges that sparks have burnt across the race, evenly spaced like a washboard: the outer race's line with a comb
  /// of harmonics about 2 to 4 kHz.
  private mutating func addFluting(_ severity: Double, _ bearing: Rolling, gain: Double, near: Channel.End) {
    signature.blows.append(
      BlowTrain(
        rate_Hz: bearing.outer, peak: 6 * severity * gain, slip: 0.002, spread: 0.08, housing: 1, ring: 0.6))
    let centre = trait(92, 2500, 3300)
    for k in Int(2000 / bearing.outer)...max(Int(2000 / bearing.outer), Int(4000 / bearing.outer)) {
      let frequency = Double(k) * bearing.outer
      let off = (frequency - centre) / 600
      add(
        force: frequency,
        0.85 * severity * gain / max(share(.swinging, near: near), 0.05) * exponential(-off * off / 2),
        .swinging, near: near, stream: 900 + UInt64(k))
    }
    signature.housing.noise_m_s2 *= 1 + 0.8 * severity * gain
  }

  /// Dents where every element stood while the neighbours shook it: each passes all of them at once, so that both races'
  /// lines are there from the start.
  private mutating func addFalseBrinelling(
    _ severity: Double, _ bearing: Rolling, gain: Double, near: Channel.End
  ) {
    guard severity > 0 else { return }
    signature.blows += [
      BlowTrain(rate_Hz: bearing.outer, peak: 9 * severity * gain, slip: 0.005, spread: 0.1),
      BlowTrain(
        rate_Hz: bearing.inner, peak: 9 * severity * gain, slip: 0.005, spread: 0.1, loadZone_Hz: f),
    ]
    for k in 1...6 {
      let level = 0.5 * severity * power(0.85, Double(k - 1)) * state.speed
      for (stream, rate) in [(UInt64(93), bearing.outer), (100, bearing.inner)] {
        add(
          free: Double(k) * rate, level * unsteady(stream + UInt64(k), 0.04), near: near,
          stream: stream + UInt64(k))
      }
    }
  }
}

/// Where a bearing's defects strike at one speed, 1/s.
private struct Rolling {
  let outer, inner, element, cage: Double

  init(_ bearing: RollingBearing, slip: Double, f: Double) {
    outer = bearing.outerRace(slip: slip) * f
    inner = bearing.innerRace(slip: slip) * f
    element = bearing.rollingElement(slip: slip) * f
    cage = bearing.cage(slip: slip) * f
  }
}

extension OperatingPlan {
  /// Severity of a fault that only grows while the machine stands: what it was when the machine last started, and
  /// without any stop what it is.
  func atLastStart(_ plan: FaultPlan, at t: Double) -> Double {
    guard stopEveryDays > 0, plan.severity(at: t) > 0 else { return plan.severity(at: t) }
    var day = (t / Self.day_s).rounded(.down)
    while day * Self.day_s + stopHour * 3600 + stop_s > t || Int(day) % stopEveryDays != 0 { day -= 1 }
    return plan.severity(at: day * Self.day_s + stopHour * 3600 + stop_s)
  }
}
