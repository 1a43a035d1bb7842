// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Store
import Testing

@Suite struct RetentionTests {
  let scratch: Scratch
  init() throws { scratch = try Scratch() }

  private func open(maximumBytes: Int, retention: Retention? = nil) async throws -> Store {
    try await Store.open(
      scratch.file("store.db"), now: Make.start, maximumBytes: maximumBytes, ballastBytes: 0,
      retention: retention
    ).store
  }

  private func rows(_ store: Store) async throws -> [String: Int] {
    try await store.status().classes.mapValues(\.rows)
  }

  @Test func `records leave at their class's age, the alarm's present state never`() async throws {
    let store = try await open(maximumBytes: 64 << 20)
    try await store.commit(Make.full(0))
    try await store.commit(Make.full(86_400))
    func remaining(afterDays days: Double) async throws -> [String: Int] {
      try await store.maintain(now: Make.stamp(days * 86_400).received)
      return try await rows(store).filter { RecordClass(rawValue: $0.key) != nil }
    }
    func expected(_ readings: Int, _ windows: Int, _ findings: Int, _ evidence: Int, _ transitions: Int)
      -> [String: Int]
    {
      [
        "readings": readings, "windows": windows, "scores": windows, "findings": findings,
        "evidence": evidence, "transitions": transitions,
      ]
    }
    #expect(try await remaining(afterDays: 29) == expected(2, 2, 2, 2, 2))
    #expect(try await remaining(afterDays: 30.5) == expected(1, 2, 2, 2, 2))
    #expect(try await remaining(afterDays: 180.5) == expected(0, 1, 2, 2, 2))
    #expect(try await remaining(afterDays: 365.5) == expected(0, 0, 1, 2, 2))
    #expect(try await remaining(afterDays: 730.5) == expected(0, 0, 0, 1, 2))
    #expect(try await remaining(afterDays: 1825.5) == expected(0, 0, 0, 0, 1))
    #expect(try await store.alarms().count == 1)
    #expect(try await store.latest().count == 1)
    #expect(try await store.snapshot("baseline/P-101") != nil)
  }

  @Test func `a class over its bytes loses its oldest, and only its own`() async throws {
    var retention = Retention(maximumBytes: 64 << 20)
    retention.rules[.readings]?.bytes = 100_000
    let store = try await open(maximumBytes: 64 << 20, retention: retention)
    try await store.commit(Make.full(0))
    for minute in 1...20 {
      let readings = (0..<500).map { Make.reading(Double(minute) * 60 + Double($0) / 10, 1) }
      try await store.commit(StoreBatch(readings: readings))
    }
    let report = try await store.maintain(now: Make.stamp(1300).received)
    #expect(report.dropped == [.readings: 8000])  // 10,001 of 32 bytes; four chunks of 2,000
    let status = try await store.status()
    #expect(status.classes["readings"]?.rows == 2001)
    #expect((status.classes["readings"]?.bytes ?? .max) <= 100_000)
    #expect(status.classes["readings"]?.dropped == 8000)
    #expect(status.classes["windows"]?.rows == 1)
    let all = Make.start..<Make.stamp(2000).received
    #expect(
      try await store.history(of: Make.temperature, in: all).first?.received
        == Make.stamp(960 + 49.9).received)
  }

  @Test func `the file keeps to its bound under more than it can hold, and alarms outlive readings`()
    async throws
  {
    let bound = 1 << 20
    let store = try await open(maximumBytes: bound)
    for minute in 0..<100 {
      let readings = (0..<800).map { Make.reading(Double(minute) * 60 + Double($0) / 20, Double($0)) }
      var batch = StoreBatch(readings: readings, windows: [Make.window(Double(minute) * 60)])
      if minute % 10 == 0 { batch.transitions = [Make.transition(Double(minute) * 60, occurrence: minute)] }
      try await store.commit(batch)  // 80,000 readings are 2 MB: without giving up, this would fail
      if minute % 30 == 0 { try await store.maintain(now: Make.stamp(Double(minute) * 60).received) }
    }
    let status = try await store.status()
    #expect(status.fileBytes <= bound)
    #expect(status.classes["transitions"]?.rows == 10)
    #expect(status.classes["windows"]?.rows == 100)
    #expect((status.classes["readings"]?.dropped ?? 0) > 40_000)
    #expect(status.outbox == ["features": 100, "alarm": 10])
  }

  @Test func `an outbox that nobody empties gives up features first and says how many`() async throws {
    var retention = Retention(maximumBytes: 64 << 20)
    retention.outboxBytes = 4000
    let store = try await open(maximumBytes: 64 << 20, retention: retention)
    for second in 0..<30 { try await store.commit(Make.full(Double(second))) }
    let report = try await store.maintain(now: Make.stamp(31).received)
    #expect(report.droppedUnsent == 90)
    #expect(try await store.status().classes["outbox"]?.dropped == 90)

    for second in 100..<130 { try await store.commit(Make.full(Double(second))) }
    retention.outboxBytes = try #require(try await store.status().classes["outbox"]).bytes - 1
    try store.close()
    let kinder = try await open(maximumBytes: 64 << 20, retention: retention)
    try await kinder.maintain(now: Make.stamp(131).received)
    #expect(try await kinder.status().outbox == ["alarm": 30, "finding": 30])
  }
}
