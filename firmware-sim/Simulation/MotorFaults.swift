// SPDX-License-Identifier: Apache-2.0

// A motor's electrical faults: forces of the field, mm/s RMS at rated load. Frequencies after Finley, Hodowanec and
// Holter, "An analytical approach to solving motor vibration problems", IEEE Trans. Ind. Appl. 2000: an uneven gap or
// stator pulls at twice the line frequency, a rotor fault turns with the slip and shows as pole-pass sidebands.
extension Ear {
  /// What an electrical fault adds here; nothing for other faults.
  mutating func addMotorFault(_ kind: FaultKind, _ severity: Double) {
    let load = state.load
    switch kind {
    case .statorFault:
      // Loose iron or shorted turns: the field is there whatever the shaft does.
      let level = 5.2 * severity * (0.85 + 0.15 * load) * unsteady(110, 0.02)
      add(free: twiceLine, level, .magnetic, stream: 110)
      add(free: 2 * twiceLine, 0.09 * level, .magnetic, stream: 111)
    case .eccentricAirGap:
      let level = 3.4 * severity * (0.55 + 0.45 * load) * unsteady(112, 0.03)
      add(free: twiceLine, level, .magnetic, stream: 112)
      for (k, depth) in [0.5, 0.18].enumerated() {
        for side in [-1.0, 1] {
          add(
            free: twiceLine + side * Double(k + 1) * polePass, depth * level, .magnetic,
            stream: UInt64(113 + k))
        }
      }
      for side in [-1.0, 1] { add(free: motor + side * polePass, 0.14 * level, stream: 115) }
      add(free: motor, 0.3 * level * n2, .rotating, stream: 116)
    case .brokenRotorBar:
      // No current, no force: at light load the sidebands are gone.
      let level = 3.2 * severity * load * load * state.speed * unsteady(117, 0.03)
      for (order, share) in [(1.0, 1.0), (2, 0.45), (3, 0.25)] {
        let stream = UInt64(118 + 4 * Int(order))
        add(free: order * motor, 0.5 * share * level, .rotating, stream: stream)
        for side in [-1.0, 1] {
          add(free: order * motor + side * polePass, 0.7 * share * level, .rotating, stream: stream + 1)
          add(free: order * motor + side * 2 * polePass, 0.25 * share * level, .rotating, stream: stream + 2)
        }
      }
    case .looseRotorBars:
      guard let bars = spec.rotorBars else { return }
      for (order, share) in [(1.0, 0.75), (2, 1.5)] {
        let pass = order * Double(bars) * motor
        let level = 1.6 * severity * share * (0.4 + 0.6 * load) * unsteady(UInt64(131 + Int(order)), 0.06)
        for (k, depth) in [1, 0.6, 0.2].enumerated() {
          for side in k == 0 ? [0.0] : [-1.0, 1] {
            add(
              force: pass + side * Double(k) * twiceLine, depth * level,
              stream: UInt64(134 + k + 4 * Int(order)))
          }
        }
      }
    case .phaseLoss:
      // A field that no longer turns evenly; a poor joint adds sidebands at a third of the line frequency (Technical
      // Associates' chart, "phasing problem").
      let level = 5.6 * severity * (0.5 + 0.5 * load) * unsteady(145, 0.05)
      add(free: twiceLine, level, .magnetic, stream: 145)
      for side in [-1.0, 1] {
        add(free: twiceLine + side * state.supply_Hz / 3, 0.3 * level, .magnetic, stream: 146)
      }
      add(free: 2 * twiceLine, 0.2 * level, .magnetic, stream: 147)
    case .inverterInduced: addInverter(severity)
    default: break
    }
  }

  /// The carrier's families n fc +- m f1 (Holmes and Lipo, "Pulse width modulation for power converters", 2003: even m
  /// with odd n and odd m with even n), and torque that ripples six times a period.
  private mutating func addInverter(_ severity: Double) {
    let (carrier, supply) = (spec.carrier_Hz, state.supply_Hz)
    let families: [(frequency: Double, level: Double)] = [
      (carrier - 2 * supply, 1.9), (carrier + 2 * supply, 1.9), (carrier - 4 * supply, 0.7),
      (carrier + 4 * supply, 0.7), (carrier, 0.4), (2 * carrier - supply, 1.5), (2 * carrier + supply, 1.5),
      (2 * carrier - 5 * supply, 0.4), (2 * carrier + 5 * supply, 0.4),
    ]
    for (i, family) in families.enumerated() {
      let stream = UInt64(150 + i)
      add(force: family.frequency, family.level * severity * unsteady(stream, 0.05), stream: stream)
    }
    let ripple = severity * (0.4 + 0.6 * state.load)
    add(free: 6 * supply, 0.9 * ripple * unsteady(160), stream: 160)
    add(free: 12 * supply, 0.3 * ripple * unsteady(161), stream: 161)
  }
}
