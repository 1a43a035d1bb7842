// SPDX-License-Identifier: Apache-2.0

import Machine
import Store
import Testing

@Suite struct BacklogTests {
  @Test func `within its bound a backlog keeps every batch in order`() {
    var backlog = BoundedBacklog(maximumBytes: 1 << 20)
    for second in 0..<5 { backlog.append(StoreBatch(readings: [Make.reading(Double(second), 1)])) }
    backlog.append(StoreBatch())
    #expect(backlog.count == 5)
    while let first = backlog.first {
      #expect(first.readings[0].stamp == Make.stamp(Double(5 - backlog.count)))
      backlog.removeFirst()
    }
    #expect(backlog.bytes == 0 && backlog.dropped.isEmpty)
  }

  @Test func `beyond it, classes go in order of worth, oldest first, and alarms last`() {
    func backlog(_ maximum: Int) -> BoundedBacklog {
      var backlog = BoundedBacklog(maximumBytes: maximum)
      for second in 0..<10 {
        var batch = Make.full(Double(second))
        batch.snapshots = []
        backlog.append(batch)
      }
      return backlog
    }
    var last: [RecordClass: Int] = [:]
    for maximum in stride(from: 40_000, through: 0, by: -500) {
      let backlog = backlog(maximum)
      #expect(backlog.bytes <= maximum)
      // A class is touched only when every class of less worth is gone.
      for (lesser, greater) in zip(RecordClass.allCases, RecordClass.allCases.dropFirst())
      where (backlog.dropped[greater] ?? 0) > 0 {
        #expect((backlog.dropped[lesser] ?? 0) >= 9, "\(greater) went before \(lesser) at \(maximum)")
      }
      last = backlog.dropped
    }
    #expect(last == Dictionary(uniqueKeysWithValues: RecordClass.allCases.map { ($0, 10) }))
  }

  @Test func `a bound that holds only alarms keeps the newest alarms`() {
    var backlog = BoundedBacklog(maximumBytes: 4000)
    for second in 0..<10 {
      backlog.append(
        StoreBatch(
          readings: [Make.reading(Double(second), 1)], transitions: [Make.transition(Double(second))]))
    }
    var kept: [Double] = []
    while let first = backlog.first {
      kept += first.transitions.map(\.alarm.raised.monotonic.seconds)
      backlog.removeFirst()
    }
    #expect(kept == [7, 8, 9])
    #expect(
      backlog.dropped == [.readings: 9, .transitions: 7]
        || backlog.dropped == [.readings: 10, .transitions: 7])
  }

  @Test func `of a snapshot only the newest waits`() {
    var backlog = BoundedBacklog(maximumBytes: 1 << 20)
    for second in 0..<50 {
      let snapshot = Snapshot(
        key: "k", stamp: Make.stamp(Double(second)), bytes: Array(repeating: UInt8(second), count: 9999))
      backlog.append(StoreBatch(readings: [Make.reading(Double(second), 1)], snapshots: [snapshot]))
    }
    #expect(backlog.bytes < 20_000 && backlog.dropped.isEmpty)
  }
}
