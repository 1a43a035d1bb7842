// SPDX-License-Identifier: Apache-2.0

import Ledger
import Machine
import Testing

import Knowledge

/// A graph drawn by hand: a leads to b and c, both to d, d to e; f stands alone.
private let drawn = FaultGraph(
  [("a", ["b", "c"]), ("b", ["d"]), ("c", ["d"]), ("d", ["e"]), ("e", []), ("f", [])].map { id, next in
    FaultModel(
      id: id, title: id, component: "part", symptoms: [],
      leadsTo: next.map { .init(fault: $0, because: "\(id)\($0)") },
      confirm: [], actions: [], source: "")
  })

@Suite struct GraphTests {
  @Test func `consequences and causes come nearest first`() {
    #expect(drawn.consequences(of: "a").map(\.fault) == ["b", "c", "d", "e"])
    #expect(drawn.consequences(of: "a").map(\.distance) == [1, 1, 2, 3])
    #expect(drawn.causes(of: "e").map(\.fault) == ["d", "b", "c", "a"])
    #expect(drawn.causes(of: "e").map(\.via) == ["e", "d", "d", "b"])
    #expect(drawn.causes(of: "e").map(\.because) == ["de", "bd", "cd", "ab"])
    #expect(drawn.consequences(of: "f").isEmpty && drawn.causes(of: "f").isEmpty)
  }

  @Test func `the root is what nothing leads to`() {
    #expect(drawn.roots(of: "e") == ["a"])
    #expect(drawn.roots(of: "a") == [])
  }

  @Test func `a path is the shortest way along consequences, and none leads back`() {
    #expect(drawn.path(from: "a", to: "e") == ["a", "b", "d", "e"])
    #expect(drawn.path(from: "e", to: "a") == nil)
    #expect(drawn.path(from: "a", to: "f") == nil)
    #expect(drawn.path(from: "a", to: "a") == ["a"])
  }

  @Test func `known chains of the shop floor are in the shipped graph`() throws {
    let graph = try KnowledgeBase(base: shipped).graph
    #expect(graph.path(from: "blocked-strainer", to: "cavitation") == ["blocked-strainer", "cavitation"])
    #expect(graph.path(from: "parallel-misalignment", to: "bearing-late-stage")?.count ?? 0 >= 3)
    #expect(
      graph.causes(of: "coupling-wear").map(\.fault).prefix(2).sorted() == [
        "angular-misalignment", "parallel-misalignment",
      ])
    #expect(graph.roots(of: "cavitation") == ["blocked-strainer"])
    #expect(graph.path(from: "cavitation", to: "blocked-strainer") == nil)
    #expect(graph.path(from: "soft-foot", to: "eccentric-air-gap") != nil)
  }

  @Test func `look-alikes share a symptom that one value meets`() throws {
    let graph = try Sample.load(
      (
        "f.yaml", .base,
        Sample.base.replacing("as: times-baseline\n        supports: \">= 8\"", with: "supports: risen")
      )
    ).graph
    #expect(graph.lookAlikes(of: "wobble") == [.init(fault: "crash", shared: ["velocity-rms raised"])])
    let apart = try Sample.load(("f.yaml", .base, Sample.base)).graph
    #expect(apart.lookAlikes(of: "wobble").isEmpty)
  }

  @Test func `every kind of node hangs on a fault`() throws {
    let graph = try Sample.load(("f.yaml", .base, Sample.base)).graph
    let edges = graph.edges(at: .init(.fault, "wobble"))
    #expect(
      edges.map { "\($0.source.name) \($0.relation.rawValue) \($0.target.name)" } == [
        "wheel has wobble", "a worn seat brings wobble", "wobble shows velocity-rms raised",
        "wobble shows kurtosis at axial >= 4", "wobble leads-to crash", "wobble asks-for fasten it",
        "wobble takes wheel",
      ])
  }

  @Test func `SQLite walks its edges to the same consequences, for every fault`() async throws {
    let knowledge = try KnowledgeBase(base: shipped)
    let (store, ledger) = try await filledStore(knowledge)
    for fault in knowledge.all {
      let walked = Dictionary(
        uniqueKeysWithValues: knowledge.graph.consequences(of: fault.id).map { ($0.fault, $0.distance) })
      #expect(try await store.consequences(of: fault.id) == walked, "\(fault.id)")
    }
    try ledger.close()
  }
}
