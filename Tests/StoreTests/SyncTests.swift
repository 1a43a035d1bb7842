// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger
import Machine
import Store
import Sync
import TestData
import Testing

/// A store with its uplink, and a receiver, with a broker in memory between them.
struct Line {
  let scratch: Scratch
  let broker: MemoryBroker
  let store: Store
  let uplink: Uplink
  let ledger: ReceiverLedger
  let receiver: Receiver

  init(seed: UInt64 = 1, faults: MemoryBroker.Faults = .init(), in folder: Scratch? = nil) async throws {
    scratch = try folder ?? Scratch()
    broker = MemoryBroker(seed: seed, faults: faults)
    store = try await Store.open(scratch.file("store.db"), now: Make.start, ballastBytes: 0).store
    var options = Uplink.Options()
    options.period_s = 0.01
    options.timeout_s = 0.05
    options.longestTimeout_s = 0.1
    options.rowsPerBatch = 5
    uplink = try Uplink(store: store, node: "n1", site: "s", transport: broker.client(), options: options)
    ledger = try ReceiverLedger(path: scratch.file("received.db"))
    receiver = try Receiver(ledger: ledger, site: "s", transport: broker.client())
  }

  /// Runs both ends while `body` does, and stops them.
  func running(receiver isThere: Bool = true, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await uplink.run() }
      if isThere { group.addTask { await receiver.run() } }
      try await body()
      group.cancelAll()
    }
  }

  func isDrained() async throws -> Bool { try await store.status().outbox.isEmpty }

  /// The bodies committed, in order, over all boots, read before they are sent.
  func held() async throws -> [String] {
    var (bodies, position): ([String], (Int64, Int64)) = ([], (0, 0))
    while true {
      let rows = try await store.outbox(after: position, rows: 10_000, bytes: 1 << 30)
      guard let last = rows.last else { return bodies }
      bodies += rows.map(\.body)
      position = (last.boot, last.sequence)
    }
  }
}

/// Waits until `condition` holds; fails the test after ten seconds.
func eventually(_ what: Comment, _ condition: () async throws -> Bool) async throws {
  for _ in 0..<2000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(5))
  }
  Issue.record("never: \(what)")
}

@Suite struct SyncTests {
  @Test func `rows arrive as committed, in order, and leave the outbox only then`() async throws {
    let line = try await Line()
    for second in 0..<20 { try await line.store.commit(Make.full(Double(second))) }
    let committed = try await line.held()
    try await line.running {
      try await eventually("drained") { try await line.isDrained() }
    }
    #expect(try await line.ledger.bodies(of: "n1") == committed)
    #expect(committed.count == 60)
    #expect(try await line.ledger.tallies().map(\.rows) == [60])
    #expect(line.uplink.statistics().committedRows == 60)
  }

  @Test func `without a receiver behind the broker nothing is deleted, and little is sent`() async throws {
    let line = try await Line()
    for second in 0..<20 { try await line.store.commit(Make.full(Double(second))) }
    try await line.running(receiver: false) {
      try await eventually("two timeouts") { line.uplink.statistics().timeouts >= 2 }
    }
    #expect(try await line.store.status().outbox.values.reduce(0, +) == 60)
    // A window of eight batches at first, then one for each timeout.
    let statistics = line.uplink.statistics()
    #expect(statistics.sentBatches <= 8 + statistics.timeouts)
  }

  @Test(arguments: 1...12 as ClosedRange<UInt64>)
  func `loss, repetition, reordering and cuts lose and double nothing`(_ seed: UInt64) async throws {
    let line = try await Line(seed: seed, faults: .init(loss: 0.25, repetition: 0.25, delay: 0.2))
    var die = Noise(seed &* 77)
    var committed: [String] = []
    try await line.running {
      for second in 0..<40 {
        try await line.store.commit(
          StoreBatch(findings: [Make.finding(Double(second), text: "\(seed)/\(second)")]))
        committed.append("\(seed)/\(second)")
        let roll = die.uniform()
        if roll < 0.1 { line.broker.set(down: true) }
        if roll > 0.7 { line.broker.set(down: false) }
        if roll > 0.5 { try await Task.sleep(for: .milliseconds(4)) }
      }
      line.broker.set(down: false)
      line.broker.heal()
      try await eventually("drained") { try await line.isDrained() }
    }
    let titles = try await line.ledger.bodies(of: "n1").map { body in
      try #require(try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any])["title"]
        as? String
    }
    #expect(titles == committed)
    #expect(try await line.ledger.tallies().map(\.conflicts) == [0])
    #expect(try await line.ledger.skipped() == 0)
  }

  @Test func `rows of an earlier boot are sent first, under their own identity`() async throws {
    let scratch = try Scratch()
    let first = try await Store.open(scratch.file("store.db"), now: Make.start, ballastBytes: 0).store
    try await first.commit(Make.full(0))
    try first.close()
    let line = try await Line(in: scratch)
    try await line.store.commit(Make.full(1))
    let committed = try await line.held()
    try await line.running { try await eventually("drained") { try await line.isDrained() } }
    #expect(try await line.ledger.bodies(of: "n1") == committed)
    #expect(committed.count == 6)
  }

  @Test func `rows that the node gave up are counted as skipped and hold nothing up`() async throws {
    let scratch = try Scratch()
    var retention = Retention(maximumBytes: 64 << 20)
    retention.outboxBytes = 10_000
    let line = try await Line()
    let store = try await Store.open(
      scratch.file("store.db"), now: Make.start, ballastBytes: 0, retention: retention
    ).store
    for second in 0..<10 { try await store.commit(Make.full(Double(second))) }
    #expect(try await store.maintain(now: Make.stamp(11).received).droppedUnsent == 20)  // features, findings
    let uplink = try Uplink(store: store, node: "n2", site: "s", transport: line.broker.client())
    try await line.running {
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { await uplink.run() }
        try await eventually("drained") { try await store.status().outbox.isEmpty }
        group.cancelAll()
      }
    }
    #expect(try await line.ledger.bodies(of: "n2").count == 10)
    #expect(try await line.ledger.skipped() == 18)  // all but the last two, which nothing sent comes after
  }

  @Test func `a row that changed on the node's disk is counted, not sent, and holds nothing up`() async throws
  {
    let scratch = try Scratch()
    let first = try await Store.open(scratch.file("store.db"), now: Make.start, ballastBytes: 0).store
    try await first.commit(Make.full(0))
    try first.close()
    let raw = try Ledger.openBeside(scratch.file("store.db"), limits: Ledger.Limits(ballastBytes: 0))
    try await raw.write { (tx) throws(LedgerError) in
      try tx.run("UPDATE outbox SET body = replace(body, '4.1', '4.0') WHERE sequence = 2")
    }
    try raw.close()
    let line = try await Line(in: scratch)
    try await line.running { try await eventually("drained") { try await line.isDrained() } }
    #expect(line.uplink.statistics().damagedRows >= 1)
    #expect(try await line.ledger.bodies(of: "n1").count == 2)
    #expect(try await line.ledger.skipped() == 1)
  }

  @Test func `a word about rows never sent deletes nothing`() async throws {
    let line = try await Line()
    let receipt = try await line.store.commit(Make.full(0))
    try await line.running(receiver: false) {
      try await eventually("connected") { line.uplink.statistics().isConnected }
      let liar = line.broker.client()
      for _ in 0..<3 {
        let word = #"{"schema":1,"node":"n1","boot":\#(receipt.boot),"through":4}"#
        try await liar.send(Array(word.utf8), to: "millwright/s/committed/n1")
        try await liar.send(Array("{".utf8), to: "millwright/s/committed/n1")
      }
      try await eventually("noticed") { line.uplink.statistics().lastError?.contains("never sent") == true }
    }
    #expect(try await line.store.status().outbox.values.reduce(0, +) == 3)
  }

  static let crcOfEmptyObject = 2_745_614_147  // python3 -c 'import zlib; print(zlib.crc32(b"{}"))'

  @Test(arguments: [
    ("not JSON", "hello"),
    (
      "another schema", #"{"schema":2,"node":"n1","boot":1,"floor":0,"after":0,"first":1,"last":1,"rows":[]}"#
    ),
    ("another node", #"{"schema":1,"node":"n9","boot":1,"floor":0,"after":0,"first":1,"last":1,"rows":[]}"#),
    (
      "numbers that contradict",
      #"{"schema":1,"node":"n1","boot":1,"floor":0,"after":5,"first":1,"last":1,"rows":[]}"#
    ),
    ("a wrong checksum", batch(#"{"sequence":1,"kind":"alarm","crc":7,"body":{}}"#)),
    ("no body", batch(#"{"sequence":1,"kind":"alarm","crc":\#(crcOfEmptyObject)}"#)),
    ("no checksum", batch(#"{"sequence":1,"kind":"alarm","body":{}}"#)),
    ("no kind", batch(#"{"sequence":1,"crc":\#(crcOfEmptyObject),"body":{}}"#)),
    ("a row outside", batch(#"{"sequence":2,"kind":"alarm","crc":\#(crcOfEmptyObject),"body":{}}"#)),
    (
      "one bad row of two",
      batch(
        #"{"sequence":1,"kind":"alarm","crc":\#(crcOfEmptyObject),"body":{}},{"sequence":1,"crc":1,"body":{}}"#
      )
    ),
  ])
  func `a batch that is not sound is refused whole`(_ what: String, _ payload: String) async throws {
    let line = try await Line()
    let sender = line.broker.client()
    try await line.running {
      try await eventually("connected") { line.receiver.statistics().isConnected }
      try await sender.send(Array(payload.utf8), to: "millwright/s/up/n1")
      try await eventually("\(what) is refused") { line.receiver.statistics().lastError != nil }
    }
    #expect(try await line.ledger.bodies(of: "n1").isEmpty)
    #expect(try await line.ledger.tallies().isEmpty)
  }

  static func batch(_ rows: String) -> String {
    #"{"schema":1,"node":"n1","boot":1,"floor":0,"after":0,"first":1,"last":1,"rows":[\#(rows)]}"#
  }

  @Test func `a sound batch by hand is stored, and the same identity with another body is a conflict`()
    async throws
  {
    let line = try await Line()
    let sender = line.broker.client()
    let crcOfList = 223_132_457  // python3 -c 'import zlib; print(zlib.crc32(b"[]"))'
    try await line.running {
      try await eventually("connected") { line.receiver.statistics().isConnected }
      let first = SyncTests.batch(
        #"{"sequence":1,"kind":"alarm","crc":\#(SyncTests.crcOfEmptyObject),"body":{}}"#)
      let other = SyncTests.batch(#"{"sequence":1,"kind":"alarm","crc":\#(crcOfList),"body":[]}"#)
      for message in [first, first, other] {
        try await sender.send(Array(message.utf8), to: "millwright/s/up/n1")
      }
      try await eventually("three batches") { line.receiver.statistics().batches == 3 }
    }
    #expect(try await line.ledger.bodies(of: "n1") == ["{}"])
    let tally = try #require(try await line.ledger.tallies().first)
    #expect(tally == .init(node: "n1", batches: 3, rows: 1, duplicates: 1, conflicts: 1))
  }

  @Test(arguments: ["", "a/b", "a+", "#"])
  func `a name that cannot be a level of a topic is refused`(_ name: String) async throws {
    let line = try await Line()
    #expect(throws: SyncError.badName(name)) {
      try Uplink(store: line.store, node: name, site: "s", transport: line.broker.client())
    }
    #expect(throws: SyncError.badName(name)) { try SyncTopics(site: name) }
  }
}

@Suite struct SendWindowTests {
  private func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(seconds: seconds) }

  @Test func `the window closes at its limit and opens with the receiver's word`() {
    var window = SendWindow(limit: 2, timeout_s: 5, longestTimeout_s: 60)
    window.sent(boot: 1, last: 10, at: at(0))
    #expect(window.hasRoom)
    window.sent(boot: 1, last: 20, at: at(0))
    #expect(!window.hasRoom)
    window.committed(boot: 1, through: 9, at: at(1))
    #expect(window.count == 2)
    window.committed(boot: 2, through: 99, at: at(1))
    #expect(window.count == 2)
    window.committed(boot: 1, through: 20, at: at(1))
    #expect(window.count == 0 && window.position == (1, 20))
  }

  @Test func `without word it starts again with one batch, at 5, 15, 35, 75, 135 seconds`() {
    var window = SendWindow(limit: 8, timeout_s: 5, longestTimeout_s: 60)
    var timeouts: [Int] = []
    for second in 0...140 {
      if window.timedOut(at: at(Double(second))) { timeouts.append(second) }
      while window.hasRoom, timeouts.isEmpty || window.count < 1 {
        window.sent(boot: 1, last: window.position.sequence + 10, at: at(Double(second)))
      }
    }
    #expect(timeouts == [5, 15, 35, 75, 135])
    #expect(window.count == 1 && window.position == (1, 10))
    window.committed(boot: 1, through: 10, at: at(141))
    window.sent(boot: 1, last: 20, at: at(141))
    window.sent(boot: 1, last: 30, at: at(141))
    #expect(!window.hasRoom)
    let (early, due) = (window.timedOut(at: at(145.9)), window.timedOut(at: at(146)))
    #expect(!early && due)
  }

  @Test func `a new connection starts again at once with the whole window`() {
    var window = SendWindow(limit: 3, timeout_s: 5, longestTimeout_s: 60)
    for last in [10, 20, 30] as [Int64] { window.sent(boot: 4, last: last, at: at(0)) }
    window.reconnected()
    #expect(window.position == (0, 0) && window.count == 0 && window.hasRoom)
    let late = window.timedOut(at: at(100))
    #expect(!late)
  }
}
