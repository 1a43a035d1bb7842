// SPDX-License-Identifier: Apache-2.0

import Firmware
import Foundation
import Simulation
import Testing

@Suite("Telemetry and recordings say what was measured")
struct TelemetryTests {
  @Test("JSON with a time, a sequence, and null for no value")
  func json() throws {
    var telemetry = Telemetry(machine: "S-1")
    _ = telemetry.message(StubMachine().scalars(at: 0), at: 1_767_225_600.25)
    let message = telemetry.message(StubMachine().scalars(at: 0), at: 1_767_225_601.25)
    #expect(message.topic == "sim/S-1/telemetry")
    let parsed = try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any]
    #expect(parsed?["ts"] as? Double == 1_767_225_601.25)
    #expect(parsed?["seq"] as? Int == 1)
    let values = parsed?["values"] as? [String: Any]
    #expect(values?["speed"] as? Double == 1.5)
    #expect(values?["flow"] is NSNull)
    #expect(values?.count == Scalar.allCases.count)
  }

  @Test("A waveform's segments give the samples back", arguments: [Telemetry.SampleFormat.int16, .float32])
  func segments(format: Telemetry.SampleFormat) {
    var telemetry = Telemetry(machine: "S-1", format: format)
    var capture = StubMachine().capture(at: 0, channel: .driveEndHorizontal)
    capture.samples.removeLast(384)
    let messages = telemetry.segments(capture, at: 1_767_225_600)
    #expect(
      messages.map(\.payload.count) == [4096, 4096, 4096, 3712].map { 40 + $0 * (format == .int16 ? 2 : 4) })
    var samples: [Float] = []
    for (i, message) in messages.enumerated() {
      let p = message.payload
      func u16(_ at: Int) -> UInt16 { UInt16(p[at]) | UInt16(p[at + 1]) << 8 }
      func u32(_ at: Int) -> UInt32 { UInt32(u16(at)) | UInt32(u16(at + 2)) << 16 }
      #expect(String(decoding: p[0..<4], as: UTF8.self) == "MWWF")
      #expect([p[4], p[5]] == [1, format.rawValue])
      #expect([u16(6), u16(12), u16(14)] == [40, UInt16(i), 4])
      #expect([u32(8), u32(16)] == [1, 16_000])
      #expect(Float(bitPattern: u32(20)) == 12_800)
      #expect(Float(bitPattern: u32(28)) == 1500)
      #expect(UInt64(u32(32)) | UInt64(u32(36)) << 32 == 1_767_225_600_000)
      let scale = Float(bitPattern: u32(24))
      for at in stride(from: 40, to: p.count, by: format == .int16 ? 2 : 4) {
        samples.append(
          format == .int16 ? Float(Int16(bitPattern: u16(at))) * scale : Float(bitPattern: u32(at)))
      }
    }
    #expect(samples.count == 16_000)
    let worst = zip(samples, capture.samples).map { abs($0 - $1) }.max() ?? 1
    #expect(worst <= (format == .int16 ? 156.9064 / 32767 / 2 * 1.01 : 0))
  }

  @Test("AirVibe and NCD 110 carry a sine of 1 g at 25 Hz in the units of their makers")
  func wireless() throws {
    var sensors = WirelessFirmware(StubMachine())
    let messages = sensors.messages(at: moment(0))
    let envelope = try JSONSerialization.jsonObject(with: Data(messages[0].payload)) as? [String: Any]
    let air = try #require((envelope?["data"] as? String).flatMap { Data(base64Encoded: $0) })
    #expect(envelope?["fPort"] as? Int == 8)
    #expect(air.count == 18)
    #expect([UInt8](air.prefix(6)) == [2, 0, 0, 5, 160, 96] as [UInt8])  // 4.5 degC, rounded up
    for axis in 0..<3 {
      // 707 mg RMS, and 44.1454 mm/s are 1738 thousandths of an inch a second.
      #expect(abs(Int(air[6 + 2 * axis]) + 256 * Int(air[7 + 2 * axis]) - 707) <= 1)
      #expect(abs(Int(air[12 + 2 * axis]) + 256 * Int(air[13 + 2 * axis]) - 1738) < 18)
    }
    let ncd = messages[1].payload
    func word(_ at: Int) -> Int { Int(ncd[at]) << 8 | Int(ncd[at + 1]) }
    #expect(ncd.count == 56)
    #expect(ncd[8] == 0 && ncd[9] == 14 && word(10) == 450)
    for axis in [12, 26, 40] {
      #expect(abs(word(axis) - 707) <= 1 && abs(word(axis + 2) - 1000) <= 2)
      #expect(abs(word(axis + 4) - 4415) < 50)
      #expect(word(axis + 6) == 28 && word(axis + 8) == 25)  // 0.28 mm RMS at 25 Hz
    }
    #expect(word(54) == 2)  // the stub's speed of 1.5 r/min
  }

  @Test("A bad network drops, doubles and swaps, at the rates asked for and again with the same seed")
  func delivery() {
    let sent = (0..<10_000).map { TelemetryMessage(topic: "t", payload: Array("\($0)".utf8)) }
    func arrivals() -> [Int] {
      var faults = DeliveryFaults(drop: 0.1, duplicate: 0.05, reorder: 0.02, seed: 9)
      return faults.deliver(sent).compactMap { Int(String(decoding: $0.payload, as: UTF8.self)) }
    }
    let got = arrivals()
    #expect(got == arrivals())
    #expect(abs(Set(got).count - 9000) < 120)
    #expect(abs(got.count - Set(got).count - 500) < 80)
    let late = zip(got, got.dropFirst()).filter { $0 > $1 }.count
    #expect(abs(late - 200) < 60)
  }

  @Test("A recording's lines parse, and truth stands beside them")
  func recording() throws {
    let path = NSTemporaryDirectory() + "sim-\(UUID().uuidString).jsonl"
    defer {
      try? FileManager.default.removeItem(atPath: path)
      try? FileManager.default.removeItem(atPath: RecordingWriter.truthPath(for: path))
    }
    var writer = try RecordingWriter(path: path)
    writer.write(StubMachine().scalars(at: 0), machine: "S-1", at: 10) { $0 == .load || $0 == .flow }
    let capture = StubMachine().capture(at: 0, channel: .driveEndHorizontal)
    writer.write(capture, point: "DE-H", machine: "S-1", at: 11.5)
    let plan = FaultPlan(.unbalance, onset_s: 5, growth_s: 5, end_s: 20, ceiling: 0.5)
    for event in TruthEvent.course(of: [plan], machine: "S-1", unix: { $0 + 100 }) {
      writer.writeTruth(event)
    }
    writer.finish()
    let lines = try objects(path)
    #expect(lines.count == 3)
    #expect(lines[0]["value"] as? Double == 0.03)  // load of 3 % as a share
    #expect(lines[1]["value"] is NSNull)
    let raw = try #require((lines[2]["f32"] as? String).flatMap { Data(base64Encoded: $0) })
    #expect(raw.count == 4 * 16_384)
    #expect(Float(bitPattern: raw[4..<8].reversed().reduce(0) { $0 << 8 | UInt32($1) }) == capture.samples[1])
    let truth = try objects(RecordingWriter.truthPath(for: path))
    #expect(truth.map { $0["event"] as? String } == ["onset", "grown", "end"])
    #expect(truth.map { $0["t"] as? Double } == [105, 110, 120])
    #expect(truth[1]["severity"] as? Double == 0.5)
  }

  private func objects(_ path: String) throws -> [[String: Any]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }
}
