// SPDX-License-Identifier: Apache-2.0

// What lies between motor and work, and what the work itself does: belts, sheaves, couplings, vanes, screws. Levels are
// mm/s RMS at the nearer bearing at rated speed and severity 1.
extension Ear {
  /// What a fault of belt, coupling, vanes or screw adds here; nothing for other faults.
  mutating func addDriveFault(_ kind: FaultKind, _ severity: Double) {
    switch kind {
    case .beltWear:
      // A cracked or mismatched belt jerks at every round, most of all twice: it passes two pulleys.
      guard let belt = spec.belt else { return }
      for (k, level) in [1.3, 3.9, 1.7, 0.9].enumerated() {
        let stream = UInt64(170 + k)
        add(
          free: Double(k + 1) * belt.order * f, level * severity * state.speed * unsteady(stream, 0.12),
          .belts,
          stream: stream)
      }
      add(order: 1, 0.7 * severity * state.speed * unsteady(174, 0.1), .belts, stream: 174)
    case .sheaveFault:
      // Out of round it pulls along the belts once a turn; out of line it rocks the shaft end along itself.
      let isRunOut = trait(175, 0, 1) < 0.5
      let pattern =
        isRunOut ? Pattern.belts : Pattern(horizontal: 0.4, vertical: 0.3, axial: 1, far: 0.7, lag: 0)
      add(order: 1, 5.8 * severity * state.speed * unsteady(175), pattern, stream: 175)
      add(order: 2, 0.6 * severity * state.speed * unsteady(176), pattern, stream: 176)
      add(free: motor, 1.2 * severity * state.speed * unsteady(177), pattern, stream: 177)
    case .couplingWear: addCouplingWear(severity)
    case .vanePass:
      guard let vanes = spec.vanes else { return }
      // A narrow gap or a disturbed inlet; off the design flow it is worse.
      let off = 0.8 + 0.8 * abs(state.load - 0.85)
      for (k, level) in [4.6, 1.9, 0.8].enumerated() {
        let stream = UInt64(180 + k)
        let now = level * severity * off * n2 * unsteady(stream, 0.06)
        let order = Double(vanes * (k + 1))
        add(order: order, now, Pattern(axial: 0.5), stream: stream)
        for side in [-1.0, 1] { add(order: order + side, 0.1 * now, Pattern(axial: 0.5), stream: stream + 5) }
      }
    case .screwRotorContact: addScrewContact(severity)
    default: break
    }
  }

  /// A worn insert: torque passes through fewer jaws, with play that knocks when there is little torque to close it.
  private mutating func addCouplingWear(_ severity: Double) {
    guard let jaws = spec.couplingJaws else { return }
    let pattern = Pattern(
      vertical: 0.9, axial: 0.45, far: 0.45, across: 0.9, lag: 0.1, acrossTurn: trait(190, 0, 0.5))
    for (order, level) in [(1, 1.6), (2, 1.7), (3, 1.9), (jaws, 2.1), (2 * jaws, 0.8)] {
      let stream = UInt64(190 + order)
      add(
        order: Double(order), level * severity * state.speed * unsteady(stream, 0.15), pattern, stream: stream
      )
    }
    let slack = max(0, 1 - state.load)
    signature.blows.append(
      BlowTrain(
        rate_Hz: f, peak: 7 * severity * slack * share(pattern), slip: 0.08, spread: 0.7, casing: 1,
        housing: 0.3,
        ring: 0.05))
  }

  /// Lobes that no longer clear each other: their pass with all its harmonics, sidebands of the shaft, and noise.
  private mutating func addScrewContact(_ severity: Double) {
    guard let lobes = spec.lobes else { return }
    let strength = severity * n2 * (0.5 + 0.5 * state.load)
    let pattern = Pattern(vertical: 0.9, axial: 0.6, far: 0.75)
    for k in 1...6 {
      let stream = UInt64(220 + k)
      let level = 2.6 * power(0.75, Double(k - 1)) * strength * unsteady(stream, 0.08)
      add(order: Double(lobes * k), level, pattern, stream: stream)
      for side in [-1.0, 1] {
        add(order: Double(lobes * k) + side, 0.35 * level, pattern, stream: stream + 10)
      }
    }
    let heard = strength * share(pattern)
    signature.housing.noise_m_s2 *= 1 + 2.2 * heard
    signature.ring.noise_m_s2 *= 1 + 3 * heard
    signature.hiss += 0.01 * heard
    signature.blows.append(
      BlowTrain(
        rate_Hz: Double(lobes) * f, peak: 9 * heard, slip: 0.03, spread: 0.5, loadZone_Hz: f, casing: 0.5))
  }
}
