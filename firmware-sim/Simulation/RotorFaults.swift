// SPDX-License-Identifier: Apache-2.0

// Levels are mm/s RMS at the nearer bearing at rated speed and severity 1. What a rotor's faults look like follows the
// charts that analysts share (Mobius, Technical Associates "Illustrated vibration diagnostic chart", ISO 13373-3:2015
// annexes); speed laws follow from the force: mass forces with speed squared, strains that a coupling or a bent shaft
// sets with speed.
extension Ear {
  /// What a fault of the rotor or of its line adds here; nothing for other faults.
  mutating func addRotorFault(_ kind: FaultKind, _ severity: Double, near: Channel.End) {
    switch kind {
    case .unbalance:
      let pattern = Pattern(vertical: trait(50, 0.72, 0.95), axial: 0.12, across: 0.45)
      add(order: 1, 7 * severity * n2 * unsteady(50, 0.015), pattern, near: near, stream: 50)
    case .overhungUnbalance:
      // The overhung mass also rocks the housings along the shaft, both together.
      let pattern = Pattern(
        vertical: 0.85, axial: trait(51, 0.6, 0.85), far: 0.7, across: 0.4,
        farRadialTurn: trait(52, 0, 0.5))
      add(order: 1, 5.6 * severity * n2 * unsteady(51, 0.015), pattern, near: near, stream: 51)
    case .parallelMisalignment: addParallelMisalignment(severity, near)
    case .angularMisalignment: addAngularMisalignment(severity, near)
    case .bentShaft:
      // A bow turns with the shaft and tilts the two housings against each other.
      let pattern = Pattern(
        horizontal: 0.42, vertical: 0.36, axial: 1, far: 0.9, across: 0.25, farAxialTurn: 0.5)
      let atCoupling = trait(53, 0, 1) < 0.4
      add(order: 1, 5.6 * severity * state.speed * unsteady(53, 0.015), pattern, near: near, stream: 53)
      add(
        order: 2, (atCoupling ? 2.6 : 0.7) * severity * state.speed * unsteady(54), pattern, near: near,
        stream: 54)
    case .rub: addRub(severity, near)
    case .oilWhirl: addOilWhirl(severity, near)
    default: break
    }
  }

  /// Torque strains an offset coupling more, twice a turn.
  private mutating func addParallelMisalignment(_ severity: Double, _ near: Channel.End) {
    let strain = severity * state.speed * (0.65 + 0.4 * state.load)
    let plane = trait(55, 0.75, 1.25)
    let pattern = Pattern(
      horizontal: min(1, plane), vertical: min(1, 1 / plane), axial: 0.3, far: 0.55, across: 0.9, lag: 0,
      acrossTurn: 0.5)
    let first = trait(56, 1.2, 2.4)
    for (k, level) in [first, 5, 1.1, 0.5].enumerated() {
      let stream = UInt64(56 + k)
      add(order: Double(k + 1), level * strain * unsteady(stream, 0.04), pattern, near: near, stream: stream)
    }
  }

  private mutating func addAngularMisalignment(_ severity: Double, _ near: Channel.End) {
    let strain = severity * state.speed * (0.7 + 0.35 * state.load)
    let pattern = Pattern(
      horizontal: 0.33, vertical: 0.28, axial: 1, far: 0.7, across: 0.9, lag: 0, acrossTurn: 0.5)
    for (k, level) in [4.4, trait(60, 2.8, 4.2), 1.2].enumerated() {
      let stream = UInt64(60 + k)
      add(order: Double(k + 1), level * strain * unsteady(stream, 0.04), pattern, near: near, stream: stream)
    }
  }

  /// A rotor that touches once in two or three turns: fractions of shaft speed, a waveform cut off at the stop, wideband
  /// noise that swells with each touch; it comes and goes. Ehrich, "High order subharmonic response of high speed
  /// rotors in bearing clearance", ASME J. Vib. Acoust. 1988: 1/2 above twice, 1/3 above three times the critical speed.
  private mutating func addRub(_ severity: Double, _ near: Channel.End) {
    let touches = chance(base, 27, state.time_s.bitPattern) < 0.6 + 0.4 * severity
    let contact = severity * (touches ? 1 : 0.35) * state.speed
    let thirds = trait(64, 0.4, 1)
    let pattern = Pattern(vertical: 0.9, axial: 0.35, far: 0.45, across: 0.15)
    let families: [(order: Double, level: Double)] = [
      (0.5, 1.7), (1.5, 1), (2.5, 0.7), (3.5, 0.4), (1.0 / 3, 1.1 * thirds), (2.0 / 3, 1.2 * thirds),
      (4.0 / 3, 0.7 * thirds), (5.0 / 3, 0.4 * thirds), (1, 1.5), (2, 1.1), (3, 0.8), (4, 0.6), (5, 0.45),
      (6, 0.35), (7, 0.3), (8, 0.25),
    ]
    for (i, family) in families.enumerated() {
      let stream = UInt64(300 + i)
      add(
        order: family.order, family.level * contact * unsteady(stream, 0.12), pattern, near: near,
        stream: stream)
    }
    let heard = share(pattern, near: near) * contact
    signature.hiss += 0.012 * heard
    signature.casing.raise(by: 1.4 * heard)
    signature.housing.noise_m_s2 *= 1 + 1.5 * heard
    (signature.swell_Hz, signature.swell) = (f, 0.7 * min(1, contact))
    signature.blows.append(
      BlowTrain(
        rate_Hz: touches ? f / 2 : 0, peak: 9 * heard, slip: 0.02, spread: 0.4, casing: 0.6, housing: 1,
        ring: 0.3))
    signature.truncation = max(signature.truncation, 0.6 * contact)
  }

  /// The oil wedge drives the shaft round at a little less than half its speed; light load helps it (Muszynska,
  /// "Whirl and whip", J. Sound Vib. 1986). Full-grown it locks at a natural frequency, whip, whatever the speed.
  private mutating func addOilWhirl(_ severity: Double, _ near: Channel.End) {
    let ratio = trait(65, 0.432, 0.468) + 0.008 * drift(base, stream: 66, at: state.time_s, period_s: 900)
    let isWhip = severity > 0.85 && state.speed > 0.9
    let whirl = ratio * (isWhip ? spec.ratedSpeed_rpm / 60 : f)
    let level =
      5.5 * severity * (1.3 - 0.45 * state.load) * (isWhip ? 1.25 : 1) * n2 * unsteady(65, 0.08)
    let pattern = Pattern(vertical: 0.9, axial: 0.08, far: 0.6, across: 0.15)
    add(free: whirl, level, pattern, near: near, stream: 65)
    add(free: 2 * whirl, 0.15 * level, pattern, near: near, stream: 66)
    for side in [-1.0, 1] { add(free: f + side * whirl, 0.1 * level, pattern, near: near, stream: 67) }
    signature.addRumble(whirl, velocity_mm_s: 0.18 * level * share(pattern, near: near), width: 0.06)
  }
}
