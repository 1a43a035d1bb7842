// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Testing

@Suite struct MQTTArrivalTests {
  private let topic = "sim/F-7/telemetry"
  private func bench() throws -> MQTTBench {
    try MQTTBench("millwright-sim-mqtt", topic: topic, [("speed", .rotationalSpeed), ("flow", .flow)])
  }
  private func message(_ sequence: Int, at seconds: Double, speed: Double = 1) -> String {
    #"{"ts": \#(1_767_225_600 + seconds), "seq": \#(sequence), "values": {"speed": \#(speed), "flow": 1}}"#
  }

  @Test func `second copies and late messages are counted and not used`() throws {
    var bench = try bench()
    var used: [Double] = []
    for (sequence, time) in [(1, 1), (2, 2), (2, 2), (5, 5), (3, 3), (5, 5), (1, 1), (6, 6)] {
      let text = message(sequence, at: Double(time), speed: Double(sequence))
      if let value = bench.take(text, on: topic).readings["speed"]?.value { used.append(value) }
    }
    #expect(used == [1, 2, 5, 6])
    #expect(bench.reader.status.duplicates == 3)
    #expect(bench.reader.status.late == 1)
  }

  @Test func `a source that restarts is believed at once when its clock went on`() throws {
    var bench = try bench()
    #expect(!bench.take(message(500, at: 10), on: topic).isEmpty)
    #expect(!bench.take(message(0, at: 11), on: topic).isEmpty)
    #expect(!bench.take(message(1, at: 12), on: topic).isEmpty)
  }

  @Test func `a source whose clock was set back is believed after three messages in order`() throws {
    var bench = try bench()
    #expect(!bench.take(message(500, at: 1000), on: topic).isEmpty)
    let used = (0..<5).map { !bench.take(message($0, at: Double($0)), on: topic).isEmpty }
    #expect(used == [false, false, true, true, true])
  }

  @Test func `silence becomes no-data after the stale time, and again while it lasts`() throws {
    var bench = try bench()
    _ = bench.take(message(1, at: 0), on: topic)
    #expect(bench.expire(at: 9.9).isEmpty)
    let silent = bench.expire(at: 10, why: "broker h:1883 cannot be reached: Connection refused").readings
    #expect(silent.count == 2)
    #expect(silent["speed"]?.value == nil)
    #expect(silent["speed"]?.quality.defect?.kind == .noData)
    #expect(
      silent["speed"]?.quality.defect?.evidence
        == "no speed on sim/F-7/telemetry for 10 s; broker h:1883 cannot be reached: Connection refused")
    #expect(bench.expire(at: 19).isEmpty)
    #expect(bench.expire(at: 20).count == 2)
    bench.now_s = 25
    #expect(bench.take(message(2, at: 25), on: topic).readings["speed"]?.quality == .good)
    #expect(bench.reader.deadline == MonotonicTime(seconds: 35))
  }

  @Test func `a source that has never spoken is missing after the stale time`() throws {
    var bench = try bench()
    #expect(bench.expire(at: 10).readings.count == 2)
  }

  @Test func `what the broker kept is used only when it is fresh by its own time`() throws {
    var bench = try bench()
    bench.now_s = 100
    #expect(bench.take(message(1, at: 50), on: topic, retain: true).isEmpty)
    #expect(bench.reader.status.outdated == 1)
    #expect(!bench.take(message(2, at: 95), on: topic, retain: true).isEmpty)
  }

  @Test func `a second device on one source is refused, not mixed in`() throws {
    var bench = try MQTTBench("millwright-sim-mqtt", topic: "sim/#", [("speed", .rotationalSpeed)])
    #expect(!bench.take(message(1, at: 1), on: "sim/F-7/telemetry").isEmpty)
    #expect(bench.take(message(2, at: 2), on: "sim/F-8/telemetry").isEmpty)
    #expect(bench.reader.status.lastProblem?.contains("second device") == true)
  }
}
