// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger
import Machine
import Store
import Testing

@Suite struct StoreTests {
  let scratch: Scratch
  let path: String
  init() throws {
    scratch = try Scratch()
    path = scratch.file("store.db")
  }

  private func open(maximumBytes: Int = 64 << 20) async throws -> Store {
    try await Store.open(path, now: Make.start, maximumBytes: maximumBytes, ballastBytes: 0).store
  }

  @Test func `a batch comes back as it was committed, also after a restart`() async throws {
    var store = try await open()
    try await store.commit(Make.full(0))
    try store.close()
    store = try await open()

    let batch = Make.full(0)
    #expect(try await store.alarms(standing: true) == batch.transitions.map(\.alarm))
    #expect(try await store.transitions() == batch.transitions)
    #expect(try await store.findings(machine: Make.machine) == batch.findings)
    #expect(try await store.findings(machine: MachineID("other")).isEmpty)
    #expect(try await store.snapshot("baseline/P-101")?.bytes == [1, 2, 3])
    #expect(try await store.snapshot("other") == nil)
    let evidence = try #require(try await store.evidence(alarm: "P-101:unbalance", occurrence: 1).first)
    #expect(evidence.waveform.samples == batch.evidence[0].waveform.samples)
    #expect(evidence.waveform.speed_rpm == 1480)
    #expect(evidence.spectrum == batch.evidence[0].spectrum)
    let place = try #require(try await store.newestEvidence(alarm: "P-101:unbalance", occurrence: 1))
    #expect(place.point == evidence.waveform.point && place.taken == evidence.waveform.stamp.wall)
    #expect(try await store.evidence(id: place.id)?.waveform.samples == evidence.waveform.samples)
    #expect(try await store.evidence(id: place.id + 1) == nil)
    #expect(try await store.newestEvidence(alarm: "P-101:unbalance", occurrence: 2) == nil)
    let hour = Make.start..<WallTime(seconds: Make.start.seconds + 3600)
    #expect(try await store.trend(of: .velocityRMS, at: Make.vibration, in: hour).map(\.value) == [2.5])
    #expect(try await store.trend(of: .order1, at: Make.vibration, in: hour).map(\.value) == [nil])
  }

  @Test(
    arguments: [(Double?, Quality)]([
      (61.5, Quality.good), (nil, .bad(SensorDefect(.noData, "timeout after 500 ms"))),
      (0, .uncertain(SensorDefect(.flatline, "no change in 60 s"))),
      (.nan, .bad(SensorDefect(.invalidMark, "0x8000"))),
    ]))
  func `a reading keeps its value, a missing one stays missing, and the quality says why`(
    _ value: Double?, _ quality: Quality
  ) async throws {
    let store = try await open()
    try await store.commit(StoreBatch(readings: [Make.reading(5, value, quality: quality)]))
    let stored = try #require(try await store.latest().first)
    #expect(stored.value == (value?.isNaN == true ? nil : value))
    #expect(stored.quality == quality)
    #expect(stored.quantity == .temperature)
    let hour = Make.start..<WallTime(seconds: Make.start.seconds + 3600)
    #expect(try await store.history(of: Make.temperature, in: hour) == [stored])
  }

  @Test(arguments: SensorDefect.Kind.allCases)
  func `every kind of defect has a place on disk`(_ kind: SensorDefect.Kind) async throws {
    let store = try await open()
    for (second, quality) in zip(
      [1.0, 2], [Quality.uncertain(SensorDefect(kind, "why")), .bad(SensorDefect(kind, "why"))])
    {
      try await store.commit(StoreBatch(readings: [Make.reading(second, 1, quality: quality)]))
      #expect(try await store.latest().first?.quality == quality)
    }
  }

  @Test func `the source's time is kept beside that of receipt, and an older reading is not the latest`()
    async throws
  {
    let store = try await open()
    var late = Make.reading(10, 1)
    late.stamp = Make.stamp(11, source: 2.25)
    try await store.commit(StoreBatch(readings: [Make.reading(10, 7), late]))
    #expect(try await store.latest().map(\.value) == [7])
    let hour = Make.start..<WallTime(seconds: Make.start.seconds + 3600)
    let history = try await store.history(of: Make.temperature, in: hour)
    #expect(history.map(\.source) == [nil, late.stamp.source])
    #expect(history.map(\.received) == [Make.stamp(10).received, late.stamp.received])
  }

  @Test func `what goes upstream enters the outbox with the batch, alarms first, sequences without gaps`()
    async throws
  {
    let store = try await open()
    let first = try await store.commit(Make.full(0))
    let second = try await store.commit(StoreBatch(readings: [Make.reading(1, 1)]))
    let third = try await store.commit(StoreBatch(windows: [Make.window(2)]))
    #expect(first.boot == store.boot)
    #expect(first.sequences == 1...3)
    #expect(second.sequences == nil)
    #expect(third.sequences == 4...4)
    let rows = try await store.outbox(after: (0, 0), rows: 10, bytes: 1 << 20)
    #expect(rows.map(\.kind) == ["alarm", "finding", "features", "features"])
    #expect(rows.map(\.sequence) == [1, 2, 3, 4])
    #expect(rows.allSatisfy { $0.crc == Checksum.crc32($0.body.utf8) })
  }

  @Test func `a commit that fails half way leaves no rows, no outbox rows and no sequence behind`()
    async throws
  {
    let store = try await open(maximumBytes: 512 << 10)
    try await store.commit(Make.full(0))
    let before = try await store.status()
    var batch = Make.full(1)
    batch.evidence = [Make.evidence(1, samples: 200_000)]  // 800 kB: never fits
    await #expect(throws: StoreError.full(path: path)) { try await store.commit(batch) }

    // Making room gave up what was there; of the batch itself nothing is there.
    let hour = Make.start..<WallTime(seconds: Make.start.seconds + 3600)
    #expect(try await store.history(of: Make.temperature, in: hour).isEmpty)
    #expect(try await store.transitions().isEmpty)
    #expect(try await store.status().outbox == before.outbox)
    #expect(try await store.commit(StoreBatch(windows: [Make.window(2)])).sequences == 4...4)
  }

  @Test func `a batch committed twice does not double its readings, windows and scores`() async throws {
    let store = try await open()
    let batch = Make.full(0)
    let again = StoreBatch(readings: batch.readings, windows: batch.windows, scores: batch.scores)
    try await store.commit(batch)
    try await store.commit(again)
    let classes = try await store.status().classes
    #expect(["readings", "windows", "scores"].map { classes[$0]?.rows } == [1, 1, 1])
  }

  @Test func `numbers that JSON cannot say do not stop a batch`() async throws {
    let store = try await open()
    var finding = Make.finding(0)
    finding.supporting[0].value = .nan
    finding.confidence = .infinity
    var window = Make.window(0)
    window.values[.kurtosis] = .infinity
    try await store.commit(StoreBatch(windows: [window], findings: [finding]))
    #expect(try await store.findings().first?.supporting[0].value?.isNaN == true)
    let rows = try await store.outbox(after: (0, 0), rows: 10, bytes: 1 << 20)
    for row in rows { _ = try JSONSerialization.jsonObject(with: Data(row.body.utf8)) }
    #expect(rows.count == 2)
  }

  @Test func `each start is a larger boot, and a file begun anew does not repeat one`() async throws {
    var boots: [Int64] = []
    for _ in 0..<3 {
      let store = try await open()
      boots.append(store.boot)
      try store.close()
    }
    #expect(boots == boots.sorted() && Set(boots).count == 3)
    #expect(boots.allSatisfy { $0 > 0 && $0 < 1 << 53 })  // exact as a JSON number
    try FileManager.default.removeItem(atPath: path)
    let fresh = try await open()
    #expect(!boots.contains(fresh.boot))
  }

  @Test func `an alarm's row follows its transitions, and the trail keeps them all`() async throws {
    let store = try await open()
    try await store.commit(StoreBatch(transitions: [Make.transition(0)]))
    try await store.commit(StoreBatch(transitions: [Make.transition(9, to: .normal, from: .acknowledged)]))
    #expect(try await store.alarms().map(\.state) == [.normal])
    #expect(try await store.alarms(standing: true).isEmpty)
    #expect(try await store.transitions().map(\.alarm.state) == [.normal, .unacknowledged])
  }

  @Test func `of the evidence of one alarm the first and the newest seven are kept`() async throws {
    let store = try await open()
    for second in 0..<20 { try await store.commit(StoreBatch(evidence: [Make.evidence(Double(second))])) }
    let kept = try await store.evidence(alarm: "P-101:unbalance", occurrence: 1)
    #expect(kept.map { Int($0.waveform.stamp.monotonic.seconds) } == [0] + Array(13...19))
    #expect(try await store.status().classes["evidence"]?.rows == 8)
  }

  @Test func `a snapshot or a waveform that changed on disk is named, never handed out`() async throws {
    let store = try await open()
    try await store.commit(Make.full(0))
    try store.close()
    // As another program would, without a schema of its own.
    let raw = try Ledger.openBeside(path, limits: Ledger.Limits(ballastBytes: 0))
    try await raw.write { (tx) throws(LedgerError) in
      try tx.run("UPDATE snapshots SET bytes = x'010204'")
      try tx.run("UPDATE evidence SET waveform = zeroblob(length(waveform))")
    }
    try raw.close()
    let reopened = try await open()
    await #expect(throws: StoreError.self) { try await reopened.snapshot("baseline/P-101") }
    await #expect(throws: StoreError.self) {
      try await reopened.evidence(alarm: "P-101:unbalance", occurrence: 1)
    }
  }

  @Test func `a file from before a feature existed gains its column, and keeps its windows`() async throws {
    let old = try await open()
    try await old.commit(StoreBatch(windows: [Make.window(0)]))
    try old.close()
    let raw = try Ledger.openBeside(path, limits: Ledger.Limits(ballastBytes: 0))
    try await raw.write { (tx) throws(LedgerError) in
      try tx.run("ALTER TABLE windows DROP COLUMN \(Feature.kurtosis.rawValue)")
    }
    try raw.close()
    let store = try await open()
    try await store.commit(StoreBatch(windows: [Make.window(1)]))
    let hour = Make.start..<WallTime(seconds: Make.start.seconds + 3600)
    #expect(try await store.trend(of: .kurtosis, at: Make.vibration, in: hour).map(\.value) == [nil, 3])
    #expect(try await store.trend(of: .velocityRMS, at: Make.vibration, in: hour).map(\.value) == [2.5, 2.5])
  }

  @Test func `a corrupt store is set aside, reported, and a working one begun`() async throws {
    try Data("this is not a database, and long enough to be looked at".utf8).write(
      to: URL(fileURLWithPath: path))
    let (store, setAside) = try await Store.open(path, now: Make.start, ballastBytes: 0)
    #expect(setAside?.path.hasPrefix(path + ".corrupt-") == true)
    #expect(setAside?.reason.contains("not a database") == true)
    try await store.commit(Make.full(0))
  }

  @Test func `another process can look at a store that is being written, and cannot change it`() async throws
  {
    let store = try await open()
    try await store.commit(Make.full(0))
    let viewer = try Store.openForReading(path)
    #expect(try await viewer.alarms().count == 1)
    try await store.commit(StoreBatch(windows: [Make.window(1)]))
    #expect(try await viewer.status().outbox == ["alarm": 1, "finding": 1, "features": 2])
    await #expect(throws: StoreError.self) { try await viewer.commit(Make.full(3)) }
  }
}
