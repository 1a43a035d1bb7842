// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger
import Machine
import Store
import Testing

@Suite("Maintenance records in the store")
struct RecordTests {
  static func record(_ text: String, at second: Double = 0, _ diagnoses: [MaintenanceRecord.Diagnosis] = [])
    -> MaintenanceRecord
  {
    MaintenanceRecord(
      kind: .workOrder, machine: Make.machine, time: Make.stamp(second).received, text: text, person: "Ana",
      diagnoses: diagnoses)
  }
  static let kinds = [Make.machine: MachineKind.pump]

  @Test("A record is added once, waits until it is taken, and keeps what it did and the figures around it")
  func once() async throws {
    let scratch = try Scratch()
    let (store, _) = try await Store.open(scratch.file("a.db"), now: Make.start)
    let records = [Self.record("a", at: 100), Self.record("b", at: 50), Self.record("a", at: 100)]
    #expect(
      try await store.add(records, kinds: Self.kinds, source: "x", at: Make.start) == [true, true, false])
    #expect(
      try await store.add(records, kinds: Self.kinds, source: "y", at: Make.start) == [false, false, false])
    let waiting = try await store.waitingRecords(after: 0)
    #expect(waiting.map(\.record) == Array(records.prefix(2)) && waiting.map(\.number) == [1, 2])
    #expect(try await store.records().map(\.record.text) == ["a", "b"])

    let effect = RecordEffect(lines: ["baselines learned anew: DE-H"], relearned: ["DE-H"])
    let before = [MachineFigure(point: "DE-H", quantity: "velocity_rms_mm_s", mean: 4, largest: 5, count: 2)]
    var batch = StoreBatch()
    batch.taken = [TakenRecord(number: 1, effect: effect, before: before, at: Make.stamp(9).received)]
    #expect(!batch.isEmpty)
    try await store.commit(batch)
    #expect(try await store.waitingRecords(after: 0).map(\.number) == [2])
    #expect(try await store.recordsWithoutAfter().map(\.number) == [1])
    try await store.keep([before[0]], after: 1)
    #expect(try await store.recordsWithoutAfter().isEmpty)
    let kept = try #require(
      try await store.records(idPrefix: String(records[0].id.prefix(6)).uppercased()).first)
    #expect(kept.effect == effect && kept.before == before && kept.after == before)
    #expect(kept.taken == Make.stamp(9).received && kept.source == "x")
    #expect(try await store.records(idPrefix: "%").isEmpty)
    #expect(try await store.heldRecords([records[1].id, "0"]) == [records[1].id])
  }

  @Test(
    "Outcomes are counted by kind of machine and fault; what is not taken in yet counts after a restart only then"
  )
  func outcomes() async throws {
    let scratch = try Scratch()
    let (store, _) = try await Store.open(scratch.file("a.db"), now: Make.start)
    let records = [
      Self.record("a", [.init("unbalance", .confirmed), .init("rub")]),
      Self.record("b", [.init("unbalance", .refuted), .init("rub", .refuted)]),
    ]
    try await store.add(records, kinds: Self.kinds, source: "x", at: Make.start)
    try await store.add(records, kinds: Self.kinds, source: "x", at: Make.start)
    let counts = try await store.outcomes()
    #expect(counts.map(\.fault) == ["rub", "unbalance"] && counts.allSatisfy { $0.machines == .pump })
    #expect(counts.map(\.confirmed) == [0, 1] && counts.map(\.refuted) == [1, 1])
    #expect(try await store.trackRecord() == TrackRecord())
    var batch = StoreBatch()
    batch.taken = [TakenRecord(number: 1, effect: RecordEffect(), at: Make.start)]
    try await store.commit(batch)
    #expect(
      try await store.trackRecord().count(of: "unbalance", on: .pump)
        == OutcomeCount(confirmed: 1, refuted: 0))
  }

  @Test("Figures are means and maxima over the windows and good readings of the time that is asked for")
  func figures() async throws {
    let scratch = try Scratch()
    let (store, _) = try await Store.open(scratch.file("a.db"), now: Make.start)
    try await store.commit(
      StoreBatch(
        readings: [
          Make.reading(1, 60), Make.reading(2, 70),
          Make.reading(3, 999, quality: .bad(SensorDefect(.outOfRange, "too hot"))), Make.reading(20, 1),
        ], windows: [Make.window(1, velocity: 2), Make.window(2, velocity: 3), Make.window(20, velocity: 9)]))
    let range = Make.stamp(0).received..<Make.stamp(10).received
    let figures = try await store.figures(of: Make.machine, in: range)
    #expect(
      figures.first
        == MachineFigure(point: "DE-H", quantity: "velocity_rms_mm_s", mean: 2.5, largest: 3, count: 2))
    let warm = try #require(figures.last)
    #expect(warm.point == "winding-temperature" && warm.mean == 65 && warm.largest == 70 && warm.count == 2)
    #expect(warm.quantity.hasPrefix("temperature "))
    #expect(try await store.figures(of: MachineID("Q"), in: range).isEmpty)
  }

  @Test(
    "More records than the bound, or more bytes than their share of the file, are refused, and none of them is kept"
  )
  func bound() async throws {
    let scratch = try Scratch()
    let (store, _) = try await Store.open(scratch.file("a.db"), now: Make.start)
    let many = (0...Store.recordLimit).map { Self.record("r\($0)") }
    await #expect(throws: StoreError.tooManyRecords(limit: Store.recordLimit, bytes: (1 << 30) / 100 * 5)) {
      try await store.add(many, kinds: Self.kinds, source: "x", at: Make.start)
    }
    #expect(try await store.records().isEmpty)

    let (small, _) = try await Store.open(scratch.file("b.db"), now: Make.start, maximumBytes: 16 << 20)
    let long = String(repeating: "x", count: 4000)
    // 5 % of 16 MiB hold 200 texts of 4000 bytes and what is around them, not 210.
    try await small.add(
      (0..<190).map { Self.record("\($0) \(long)") }, kinds: Self.kinds, source: "x", at: Make.start)
    await #expect(throws: StoreError.self) {
      try await small.add(
        (190..<210).map { Self.record("\($0) \(long)") }, kinds: Self.kinds, source: "x", at: Make.start)
    }
    #expect(try await small.records(limit: 1000).count == 190)
  }
}
