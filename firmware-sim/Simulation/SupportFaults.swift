// SPDX-License-Identifier: Apache-2.0

// What holds the machine: feet, bolts, fits, grout. Levels as in RotorFaults; resonance is no force of its own but
// the way that `Support` answers to all of them.
extension Ear {
  /// What a fault of feet, fits or foundation adds here; nothing for other faults.
  mutating func addSupportFault(_ kind: FaultKind, _ severity: Double, near: Channel.End) {
    switch kind {
    case .softFoot:
      // A frame pulled out of true: the shaft runs strained and the air gap is uneven.
      let pattern = Pattern(
        horizontal: trait(70, 0.55, 0.95), vertical: 1, axial: 0.3, far: 0.55, across: 0.35, lag: 0)
      add(order: 1, 2.7 * severity * n2 * unsteady(70), pattern, near: near, stream: 70)
      add(order: 2, 1.9 * severity * n2 * unsteady(71), pattern, near: near, stream: 71)
      add(
        free: twiceLine, 2.7 * severity * (0.75 + 0.25 * state.load) * unsteady(72), pattern, near: near,
        stream: 72)
    case .structuralLooseness:
      // A foot that lifts: one plane, most often the vertical, with the gap's own law from run to run.
      let pattern = Pattern(
        horizontal: trait(73, 0.22, 0.4), vertical: 1, axial: 0.15, far: 0.45, across: 0.2, lag: 0)
      add(order: 1, 7.2 * severity * n2 * unsteady(73, 0.08), pattern, near: near, stream: 73)
      add(order: 2, 1.1 * severity * n2 * unsteady(74, 0.15), pattern, near: near, stream: 74)
      add(order: 3, 0.4 * severity * n2 * unsteady(75, 0.2), pattern, near: near, stream: 75)
    case .rotatingLooseness: addRotatingLooseness(severity, near)
    case .foundationDecay:
      // Everything on the base moves, both ends and all directions, and a phase runs across it.
      let pattern = Pattern(
        horizontal: 1, vertical: trait(76, 0.8, 1.1), axial: 0.6, far: 0.95, across: 0.9, lag: 0.1,
        farRadialTurn: 0.2 * severity, farAxialTurn: 0.1 * severity, acrossTurn: 0.3 * severity)
      add(order: 1, 5.4 * severity * n2 * unsteady(76, 0.04), pattern, near: near, stream: 76)
      add(order: 2, 0.6 * severity * n2 * unsteady(77, 0.08), pattern, near: near, stream: 77)
      signature.addRumble(0.35 * f, velocity_mm_s: 0.25 * severity * n2 * share(pattern, near: near))
    default: break
    }
  }

  /// A bearing loose in its seat: the shaft strikes it at every harmonic and at the halves between, never twice the
  /// same way.
  private mutating func addRotatingLooseness(_ severity: Double, _ near: Channel.End) {
    let pattern = Pattern(horizontal: 0.95, vertical: 1.2, axial: 0.35, across: 0.15)
    for k in 1...10 {
      let stream = UInt64(320 + k)
      add(
        order: Double(k), 3.4 * severity * power(0.82, Double(k - 1)) * n2 * unsteady(stream, 0.1), pattern,
        near: near, stream: stream)
    }
    for (i, level) in [1.3, 1.2, 0.8, 0.5].enumerated() {
      let stream = UInt64(332 + i)
      add(
        order: Double(i) + 0.5, level * severity * n2 * unsteady(stream, 0.18), pattern, near: near,
        stream: stream)
    }
    let heard = share(pattern, near: near)
    signature.floor *= 1 + 1.5 * severity * heard
    signature.truncation = max(signature.truncation, 0.6 * severity * heard)
  }
}
