// SPDX-License-Identifier: Apache-2.0

import Machine
import Testing

import Knowledge

/// Faults that an analyst takes for each other, and what decides between them.
private let pairs: [(a: String, b: String, decides: String)] = [
  ("unbalance", "parallel-misalignment", "order-2x / order-1x"),
  ("unbalance", "resonance", "order-1x as direction-ratio"),
  ("unbalance", "bent-shaft", "order-1x as axial-share"),
  ("overhung-unbalance", "bent-shaft", "order-1x as axial-share"),
  ("overhung-unbalance", "angular-misalignment", "order-2x / order-1x at axial"),
  ("bent-shaft", "angular-misalignment", "order-2x / order-1x at axial"),
  ("parallel-misalignment", "angular-misalignment", "order-1x as axial-share"),
  ("parallel-misalignment", "coupling-wear", "order-3x / order-2x"),
  ("parallel-misalignment", "rotating-looseness", "order-half / order-1x"),
  ("coupling-wear", "rotating-looseness", "order-half / order-1x"),
  ("rotating-looseness", "rub", "casing-temperature"),
  ("rub", "oil-whirl", "order-half / velocity-0.3x-0.8x"),
  ("soft-foot", "stator-fault", "current-imbalance"),
  ("structural-looseness", "foundation-decay", "order-1x as end-ratio"),
  ("structural-looseness", "resonance", "order-2x / order-1x"),
  ("foundation-decay", "resonance", "order-2x / order-1x"),
  ("bearing-early-damage", "under-lubrication", "kurtosis at here"),
  ("bearing-late-stage", "cavitation", "suction-pressure"),
  ("under-lubrication", "cavitation", "suction-pressure"),
  ("false-brinelling", "bearing-outer-race", "line BPFI prominence at here"),
  ("over-greasing", "cooling-loss", "winding-temperature as change"),
  ("gear-wear", "gear-tooth-crack", "kurtosis at here"),
  ("gear-wear", "gear-misalignment", "line GMF overtone at here"),
  ("gear-tooth-crack", "gear-eccentricity", "kurtosis at here"),
  ("stator-fault", "eccentric-air-gap", "line 2x line sidebands"),
  ("stator-fault", "phase-loss", "current-imbalance"),
  ("eccentric-air-gap", "broken-rotor-bar", "line 2x line sidebands"),
  ("motor-overload", "cooling-loss", "current"),
  ("inverter-induced", "bearing-fluting", "line BPFO harmonics"),
  ("cavitation", "air-entrainment", "flow as unrest"),
  ("cavitation", "off-design-flow", "suction-pressure"),
  ("air-entrainment", "off-design-flow", "flow as unrest"),
  ("off-design-flow", "vane-pass", "flow"),
  ("dead-heading", "dry-running", "discharge-pressure"),
  ("dead-heading", "off-design-flow", "flow as times-baseline"),
  ("impeller-wear", "internal-leakage", "power"),
  ("fan-stall", "rub", "order-half / velocity-0.3x-0.8x"),
  ("belt-wear", "sheave-fault", "line belt rate prominence"),
  ("compressor-valve-leak", "compressor-packing-wear", "vent-temperature"),
  ("screw-high-discharge-temperature", "screw-rotor-contact", "high-frequency-rms"),
]

@Suite struct LookAlikeTests {
  @Test(arguments: pairs.map { [$0.a, $0.b, $0.decides] })
  func `one symptom speaks for one of two look-alikes and against the other`(_ pair: [String]) throws {
    let knowledge = try KnowledgeBase(base: shipped)
    let (a, b) = (try #require(knowledge[pair[0]]), try #require(knowledge[pair[1]]))
    #expect((decisions(for: a, against: b) + decisions(for: b, against: a)).contains(pair[2]))
  }

  @Test func `what cannot be decided by one symptom is a cause and its consequence`() throws {
    let graph = try KnowledgeBase(base: shipped).graph
    #expect(graph.path(from: "blocked-strainer", to: "cavitation") != nil)
    #expect(graph.path(from: "fan-fouling", to: "unbalance") != nil)
  }

  /// What a value of can speak for one fault and against the other.
  private func decisions(for a: FaultModel, against b: FaultModel) -> [String] {
    a.symptoms.flatMap { mine in
      b.symptoms.compactMap { other in
        guard alike(mine.see, other.see), let supports = mine.supports, let opposes = other.opposes,
          supports.overlaps(opposes)
        else { return nil }
        return other.see.expression
      }
    }
  }

  /// Near a part of the machine and anywhere on it, the same is looked at.
  private func alike(_ a: Observable, _ b: Observable) -> Bool {
    a.quantity == b.quantity && a.form == b.form
      && (a.point == b.point || a.point == .here || b.point == .here || a.quantity.isReading)
  }
}
