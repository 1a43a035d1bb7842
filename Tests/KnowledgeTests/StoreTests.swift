// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger
import Machine
import Testing

import Knowledge

/// A store in a new file, filled.
func filledStore(_ knowledge: KnowledgeBase) async throws -> (KnowledgeStore, Ledger) {
  let path = FileManager.default.temporaryDirectory.appending(path: "kb-\(UUID()).db").path
  let ledger = try Ledger.open(
    path, migrations: KnowledgeStore.migrations, limits: Ledger.Limits(ballastBytes: 0))
  let store = KnowledgeStore(ledger)
  try await store.fill(with: knowledge)
  return (store, ledger)
}

@Suite struct StoreTests {
  @Test func `the tables are filled once, and anew when the content changes`() async throws {
    let base = try Sample.load(("f.yaml", .base, Sample.base))
    let (store, ledger) = try await filledStore(base)
    #expect(try await store.fill(with: base) == false)
    let moved = try Sample.load(("elsewhere.yaml", .base, "# a remark\n" + Sample.base))
    #expect(try await store.fill(with: moved) == false, "places are no content")
    let changed = try Sample.load(("f.yaml", .base, Sample.edited("a worn seat", "a dirty seat")))
    #expect(try await store.fill(with: changed))
    #expect(try await store.search("dirty").map(\.key) == ["wobble"])
    #expect(try await store.search("worn").isEmpty)
    try ledger.close()
  }

  @Test func `the tables hold every fault, symptom, value and edge`() async throws {
    let knowledge = try KnowledgeBase(base: shipped)
    let (_, ledger) = try await filledStore(knowledge)
    func count(_ table: String) async throws -> Int {
      try await ledger.read { (tx) throws(LedgerError) in
        Int(try tx.value("SELECT count(*) FROM \(table)")?.integer ?? -1)
      }
    }
    #expect(try await count("fault") == knowledge.all.count)
    #expect(try await count("symptom") == knowledge.all.reduce(0) { $0 + $1.symptoms.count })
    #expect(try await count("fault_value") == knowledge.entries.reduce(0) { $0 + $1.origins.count })
    #expect(
      try await count("edge")
        == Set(
          knowledge.graph.edges.map {
            [$0.source.name, $0.relation.rawValue, $0.target.name, $0.source.kind.rawValue]
          }
        ).count)
    let orphans = try await ledger.read { (tx) throws(LedgerError) in
      try tx.value(
        "SELECT count(*) FROM node WHERE id NOT IN (SELECT source FROM edge UNION SELECT target FROM edge)")
    }
    #expect(orphans?.integer == 0)
    try ledger.close()
  }

  @Test func `documents of other kinds are found beside faults, replaced and removed`() async throws {
    let (store, ledger) = try await filledStore(try KnowledgeBase(base: shipped))
    let record = SearchDocument(
      kind: "record", key: "17", title: "Seal cartridge replaced", body: "pump P-101\nleak at the drive end")
    try await store.index([record])
    #expect(try await store.search("cartrige leak", kinds: ["record"]).map(\.key) == ["17"])
    #expect(try await store.search("mechanical seal leak").map(\.kind).contains("record"))
    try await store.index([SearchDocument(kind: "record", key: "17", title: "Oil changed", body: "")])
    #expect(try await store.search("cartridge", kinds: ["record"]).isEmpty)
    #expect(try await store.search("oil changed").first?.kind == "record")
    try await store.remove(kind: "record", keys: ["17"])
    #expect(try await store.search("oil changed", kinds: ["record"]).isEmpty)
    try ledger.close()
  }

  @Test(arguments: [
    "", "  ", "\"", "* OR NOT", "a' ; DROP TABLE fault", "ü", "()", "-", "\u{0}",
    String(repeating: "x ", count: 5000),
  ])
  func `no words break the search`(_ words: String) async throws {
    let (store, ledger) = try await filledStore(try Sample.load(("f.yaml", .base, Sample.base)))
    _ = try await store.search(words)
    #expect(try await store.search("wobble").map(\.key) == ["wobble"])
    try ledger.close()
  }
}
