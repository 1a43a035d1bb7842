// SPDX-License-Identifier: Apache-2.0

import Ledger
import Testing

import Knowledge

/// Queries as people type them, and the fault that they mean: letters swapped, left out, doubled, and hit beside.
private let queries: [(typed: String, meant: String)] = [
  ("unbalence", "unbalance"), ("umbalance rotor", "unbalance"), ("inbalance", "unbalance"),
  ("overhnug unbalance", "overhung-unbalance"), ("paralel misalignment", "parallel-misalignment"),
  ("misaligment angular", "angular-misalignment"), ("angluar misalignement", "angular-misalignment"),
  ("bent schaft", "bent-shaft"), ("bowed shaft", "bent-shaft"), ("soft foto", "soft-foot"),
  ("loosness foot", "structural-looseness"), ("lose fit bearing", "rotating-looseness"),
  ("resonanse", "resonance"), ("natural frequenzy", "resonance"), ("rotor rubs", "rub"),
  ("oil wirl", "oil-whirl"),
  ("oil whip sleve", "oil-whirl"), ("outer race", "bearing-outer-race"),
  ("outter rase", "bearing-outer-race"),
  ("inner raec", "bearing-inner-race"), ("roling element", "bearing-rolling-element"),
  ("cagge damage", "bearing-cage"),
  ("late stgae bearing", "bearing-late-stage"), ("early damge bearing", "bearing-early-damage"),
  ("to little lubricant", "under-lubrication"), ("under lubriction", "under-lubrication"),
  ("over greesing", "over-greasing"), ("too much greese", "over-greasing"), ("flutting", "bearing-fluting"),
  ("shaft voltge", "bearing-fluting"), ("false brineling", "false-brinelling"),
  ("standstil dents", "false-brinelling"),
  ("gaer wear", "gear-wear"), ("craked tooth", "gear-tooth-crack"), ("broken toth", "gear-tooth-crack"),
  ("backlahs", "gear-eccentricity"), ("gear misalignmnet", "gear-misalignment"),
  ("hunting thooth", "gear-hunting-tooth"),
  ("statorr winding", "stator-fault"), ("air gab", "eccentric-air-gap"),
  ("eccentrc air gap", "eccentric-air-gap"),
  ("broken rotor bra", "broken-rotor-bar"), ("loose rotor bras", "loose-rotor-bars"),
  ("lost phaes", "phase-loss"),
  ("blown fues", "phase-loss"), ("moter overload", "motor-overload"), ("loss of coling", "cooling-loss"),
  ("blocked fins", "cooling-loss"), ("inverter carier", "inverter-induced"), ("cavitaton", "cavitation"),
  ("cavitatoin pump", "cavitation"), ("kavitation", "cavitation"), ("air drwan into pump", "air-entrainment"),
  ("recirculaton", "off-design-flow"), ("closed dischrage", "dead-heading"), ("runs dyr", "dry-running"),
  ("impeler worn", "impeller-wear"), ("wear rnigs leak inside", "internal-leakage"),
  ("mechancial seal", "seal-failure"),
  ("water hamer", "water-hammer"), ("check valv slams", "water-hammer"),
  ("straner blocked", "blocked-strainer"),
  ("clogged strainer", "blocked-strainer"), ("fan fuoling", "fan-fouling"), ("fan stal", "fan-stall"),
  ("blade pas", "vane-pass"), ("vane pas", "vane-pass"), ("belts wrn", "belt-wear"),
  ("sheeve out of line", "sheave-fault"),
  ("coupling worm", "coupling-wear"), ("valve leeks compressor", "compressor-valve-leak"),
  ("piston rinsg", "compressor-packing-wear"), ("screw discharge to hot", "screw-high-discharge-temperature"),
  ("rotors touhc", "screw-rotor-contact"), ("oil seperator", "separator-blocked"),
  ("compresor surge", "compressor-surge"),
  ("foundaton grout", "foundation-decay"), ("set point chnaged", "process-induced"),
  ("sensor stuk", "sensor-stuck"),
  ("sensor overlaoded", "sensor-clipped"), ("loosly mounted sensor", "sensor-loose-mount"),
  ("ski slpoe", "sensor-loose-mount"),
  ("sensor no dta", "sensor-no-data"), ("senser loses samples", "sensor-dropout"),
  ("unusal behaviour", "anomaly"),
  ("vibraton to high", "vibration-severity"),
]

@Suite struct SearchTests {
  @Test func `misspelt queries find what was meant: first in nine of ten, among three always`() async throws {
    let (store, ledger) = try await filledStore(try KnowledgeBase(base: shipped))
    var first = 0
    var missed: [String] = []
    var second: [String] = []
    for query in queries {
      let found = try await store.search(query.typed, limit: 3).map(\.key)
      if found.first == query.meant { first += 1 } else { second.append("\(query.typed): \(found)") }
      if !found.contains(query.meant) { missed.append("\(query.typed): \(found)") }
    }
    print(
      "search: \(queries.count) queries, first \(first), among three \(queries.count - missed.count); not first: \(second)"
    )
    #expect(Double(first) >= 0.9 * Double(queries.count))
    #expect(missed.isEmpty)
    try ledger.close()
  }

  @Test func `a word that nothing is like finds nothing`() async throws {
    let (store, ledger) = try await filledStore(try KnowledgeBase(base: shipped))
    #expect(try await store.search("xylophone").isEmpty)
    try ledger.close()
  }

  @Test func `a hit shows the statement that meets the words`() async throws {
    let (store, ledger) = try await filledStore(try KnowledgeBase(base: shipped))
    let hit = try #require(try await store.search("rags or fibres").first)
    #expect(hit.key == "impeller-wear")
    #expect(hit.line == "rags or fibres")
    try ledger.close()
  }
}
