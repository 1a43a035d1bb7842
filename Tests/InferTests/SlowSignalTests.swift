// SPDX-License-Identifier: Apache-2.0

import Foundation
import Infer
import Machine
import TestData
import Testing

/// A pump's slow signals, and SKAB's.
@Suite("Slow signals") struct SlowSignalTests {
  static let machine = MachineID("P-101")
  static let running = OperatingState(motion: .running, speedBin: 9)
  static let quick = SlowDetector.Schedule(learning_s: 0)

  /// A detector of a flow and a pressure, and its clock.
  struct Rig {
    var detector = SlowDetector(
      SlowSignalTests.machine,
      channels: [PointID(SlowSignalTests.machine, "flow"), PointID(SlowSignalTests.machine, "pressure")],
      schedule: SlowSignalTests.quick)
    var noise = Noise(21)
    var t = 0.0
    var period_s = 1.0

    /// Lets time go by; gives the scores.
    mutating func run(
      _ samples: Int, flow: (Int) -> Double? = { _ in 100 }, state: OperatingState = running,
      learn: Bool = true
    ) -> [ModelScore?] {
      (0..<samples).map { i in
        t += period_s
        let values: [(String, Quantity, Double?)] = [
          ("flow", .flow, flow(i).map { $0 + noise.normal() }),
          ("pressure", .pressure, 5 + 0.05 * noise.normal()),
        ]
        for (name, quantity, value) in values {
          let reading = Reading(
            point: PointID(SlowSignalTests.machine, name), quantity: quantity, value: value,
            stamp: Bench.stamp(t))
          detector.observe(reading, state: state, learn: learn)
        }
        return detector.score(at: Bench.stamp(t), in: state)
      }
    }
  }

  @Test(
    "says nothing while it learns; a step counts after three samples, is told with its channel, and never forgotten",
    arguments: [1.0, 60])
  func step(period_s: Double) throws {
    var rig = Rig(period_s: period_s)
    let learning = rig.run(399)
    #expect(learning.allSatisfy { $0 == nil })
    let healthy = rig.run(4000)
    #expect(healthy.allSatisfy { $0?.isAnomalous == false })
    #expect(healthy.last??.falseAlarmRate == 1.0 / 401)
    let faulty = rig.run(3000, flow: { _ in 80 })
    let first = try #require(faulty.firstIndex { $0?.isAnomalous == true })
    #expect((2...8).contains(first))
    #expect(faulty[first...].allSatisfy { $0?.isAnomalous == true })
    let last = try #require(faulty.last ?? nil)
    #expect(last.contributions.first?.input == "flow" && last.contributions[0].share > 0.8)
    #expect(abs(last.contributions.map(\.share).reduce(0, +) - 1) < 1e-12)
    let repaired = rig.run(100)
    #expect(repaired.last??.isAnomalous == false)
  }

  @Test("a change is seen from its begin to its end, and steady running is none")
  func change() {
    var rig = Rig()
    _ = rig.run(1000)
    #expect(!rig.detector.isChanging(in: Self.running))
    _ = rig.run(60, flow: { 100 - Double($0) / 2 })
    #expect(rig.detector.isChanging(in: Self.running))
    _ = rig.run(150, flow: { _ in 70 })
    #expect(!rig.detector.isChanging(in: Self.running))
  }

  @Test("a drift slower than the slow mean's memory is followed")
  func drift() {
    var rig = Rig()
    _ = rig.run(500)
    let scores = rig.run(20_000, flow: { 100 + Double($0) / 1000 })
    #expect(scores.allSatisfy { $0?.isAnomalous == false })
  }

  @Test("missing samples are no samples: a step is seen through a gap, and a long gap begins anew")
  func gaps() {
    var rig = Rig()
    _ = rig.run(1000)
    let gap = rig.run(60, flow: { _ in nil })
    #expect(gap.allSatisfy { $0?.isAnomalous == false })
    let after = rig.run(20, flow: { _ in 80 })
    #expect(after.last??.isAnomalous == true)
    // Ten minutes without any sample; what exceeded is still held against what was healthy.
    rig.t += 600
    let back = rig.run(5, flow: { _ in 80 })
    #expect(back.last??.isAnomalous == true)
    var other = Rig()
    _ = other.run(1000)
    other.t += 600
    let level = other.run(200, flow: { _ in 80 })
    #expect(level.allSatisfy { $0?.isAnomalous == false })
  }

  @Test("operating states are learned apart, transient ones and a sick machine not at all")
  func states() {
    var rig = Rig()
    _ = rig.run(500)
    let other = OperatingState(motion: .running, speedBin: 3)
    let early = rig.run(300, flow: { _ in 40 }, state: other)
    #expect(early.allSatisfy { $0 == nil })
    let sick = rig.run(800, flow: { _ in 40 }, state: other, learn: false)
    #expect(sick.allSatisfy { $0 == nil })
    let passing = rig.run(800, state: OperatingState(motion: .transient))
    #expect(passing.allSatisfy { $0 == nil })
  }

  @Test(
    "after a repair its channels learn anew, the others and what was begun after it stay, over a restart too")
  func forget() {
    var rig = Rig()
    _ = rig.run(1000)
    _ = rig.run(100, flow: { _ in 80 })
    var restored = rig
    restored.detector = Rig().detector
    let isRestored = restored.detector.restore(rig.detector.snapshot)
    #expect(isRestored)
    let flow = PointID(Self.machine, "flow")
    for var rig in [rig, restored] {
      let older = rig.detector.forget([flow], learnedBefore: Bench.stamp(0).wall)
      let repaired = rig.detector.forget([flow], learnedBefore: Bench.stamp(rig.t).wall)
      #expect(older.isEmpty && repaired == [flow])
      let learning = rig.run(398, flow: { _ in 80 })
      #expect(learning.allSatisfy { $0?.isAnomalous == false }, "the pressure still speaks")
      let healthy = rig.run(2000, flow: { _ in 80 })
      #expect(healthy.allSatisfy { $0?.isAnomalous == false })
      let faulty = rig.run(10, flow: { _ in 100 })
      #expect(faulty.last??.contributions.first?.input == "flow")
    }
  }

  @Test("a snapshot restores the limits and what stands, learning goes on where it was, damage is refused")
  func snapshot() throws {
    var rig = Rig()
    _ = rig.run(1000)
    _ = rig.run(50, flow: { _ in 80 })
    let bytes = try JSONEncoder().encode(rig.detector.snapshot)
    var second = Rig()
    let read = try JSONDecoder().decode(SlowDetector.Snapshot.self, from: bytes)
    let isRestored = second.detector.restore(read)
    #expect(isRestored)
    #expect(second.detector.snapshot == rig.detector.snapshot)
    let still = second.run(5, flow: { _ in 80 })
    #expect(still.last??.isAnomalous == true)
    let text = String(decoding: bytes, as: UTF8.self)
    let damaged = text.replacingOccurrences(of: "\"level\":", with: "\"level\":-")
    let broken = try JSONDecoder().decode(SlowDetector.Snapshot.self, from: Data(damaged.utf8))
    let isBroken = !second.detector.restore(broken)
    #expect(isBroken)

    var slow = Rig()
    slow.detector = SlowDetector(
      Self.machine, channels: [PointID(Self.machine, "flow")],
      schedule: SlowDetector.Schedule(learning_s: 790))
    _ = slow.run(450)
    var resumed = slow
    resumed.detector = SlowDetector(
      Self.machine, channels: [PointID(Self.machine, "flow")],
      schedule: SlowDetector.Schedule(learning_s: 790))
    let isResumed = resumed.detector.restore(slow.detector.snapshot)
    #expect(isResumed)
    let rest = resumed.run(400)
    #expect(rest[398] == nil && rest[399] != nil)
  }

  @Test("keeps at most 64 states of a channel")
  func bounds() throws {
    var rig = Rig()
    for bin in 0..<80 { _ = rig.run(1, state: OperatingState(motion: .running, speedBin: bin)) }
    let rows = String(decoding: try JSONEncoder().encode(rig.detector.snapshot), as: UTF8.self)
    #expect(rows.components(separatedBy: "\"point\"").count - 1 == 2 * SlowDetector.stateLimit)
  }

  /// The figures of `scripts/bench_slow.py`, which scores change points as well.
  @Test(
    "on SKAB valve1 at most 10 % of healthy rows are called anomalous and at most 28 % of anomalous ones missed",
    .enabled(if: Record.isPresent), arguments: [[1, 3, 5, 7, 9, 11, 13, 15], [0, 2, 4, 6, 8, 10, 12, 14]])
  func skab(files: [Int]) throws {
    let all = try Record.skab.get()
    try #require(all.count == 16)
    var count: [[Bool]: Double] = [:]
    for columns in files.map({ all[$0] }) {
      for (i, isAnomalous) in Self.judge(columns).enumerated() where i >= 400 {
        count[[isAnomalous, columns[8][i] > 0], default: 0] += 1
      }
    }
    let (hit, missed) = (count[[true, true]] ?? 0, count[[false, true]] ?? 0)
    let (wrong, quiet) = (count[[true, false]] ?? 0, count[[false, false]] ?? 0)
    #expect(wrong / (wrong + quiet) <= 0.10 && missed / (missed + hit) <= 0.28, "\(count)")
  }

  /// What the detector says of each row when it learns the first 400.
  private static func judge(_ columns: [[Float]]) -> [Bool] {
    let quantities: [Quantity] = [
      .acceleration, .acceleration, .current, .pressure, .temperature, .temperature, .voltage, .flow,
    ]
    let points = quantities.indices.map { PointID(machine, "\($0)") }
    var detector = SlowDetector(machine, channels: points, schedule: quick)
    return columns[0].indices.map { row in
      let stamp = Bench.stamp(Double(row))
      for (channel, point) in points.enumerated() {
        let reading = Reading(
          point: point, quantity: quantities[channel], value: Double(columns[channel][row]), stamp: stamp)
        detector.observe(reading, state: running, learn: row < 400)
      }
      return detector.score(at: stamp, in: running)?.isAnomalous ?? false
    }
  }
}
