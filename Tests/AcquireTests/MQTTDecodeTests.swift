// SPDX-License-Identifier: Apache-2.0

import Acquire
import Foundation
import Machine
import Testing

@Suite struct MQTTDecodeTests {
  @Test func `the simulator's telemetry is read in canonical units with its own time`() throws {
    var bench = try MQTTBench(
      "millwright-sim-mqtt", topic: "sim/F-7/telemetry",
      [("speed", .rotationalSpeed), ("load", .ratio), ("suction-pressure", .pressure), ("flow", .flow)])
    let samples = bench.take(
      #"{"ts": 1767225600.25, "seq": 1, "values": {"speed": 1480.2, "load": "75", "suction-pressure": null, "x": 1}}"#,
      on: "sim/F-7/telemetry")
    let readings = samples.readings
    #expect(readings.count == 3)  // flow is not in the message
    #expect(readings["speed"]?.value == 1480.2)
    #expect(readings["speed"]?.quality == .good)
    #expect(readings["speed"]?.stamp.source == WallTime(seconds: 1_767_225_600.25))
    #expect(readings["load"]?.value == 0.75)
    #expect(readings["suction-pressure"]?.value == nil)
    #expect(readings["suction-pressure"]?.quality.defect?.kind == .invalidMark)
  }

  @Test(arguments: [
    (#"{"a":{"b":[1,{"c":"2.5e1"}]}}"#, "a.b[1].c", 25.0), (#"[[7]]"#, "[0][0]", 7),
    (#"{"x.y":3}"#, #"x\.y"#, 3),
    (#"{"a":true}"#, "a", 1), (#"{"a":-0.5}"#, "a", -0.5), (#" { "a" : 1 , "a" : 2 } "#, "a", 2),
    (#"{"\u0061\ud83d\ude00":4}"#, "a😀", 4),
  ])
  func `a path finds numbers and texts that are numbers`(json: String, path: String, expected: Double) throws
  {
    var bench = try MQTTBench(
      messages: "    - json: { values: [{ name: v, path: '\(path)', quantity: count }] }", topic: "t",
      [("v", .count)])
    #expect(bench.take(json, on: "t").readings["v"]?.value == expected)
    #expect(bench.reader.status.malformed == 0)
  }

  @Test(arguments: [
    "", "{", "{}x", "{\"v\":}", "[1,]", "{'v':1}", "nul", "01", "1.", "+1", "1e999", "\"\\ud800\"",
    "\"\u{1}\"",
    String(repeating: "[", count: 100_000), String(repeating: "{\"a\":", count: 40) + "1",
  ])
  func `what is not JSON is counted and told, not used`(text: String) throws {
    var bench = try MQTTBench(
      messages: "    - json: { values: [{ name: v, path: v, quantity: count }] }", topic: "t", [("v", .count)]
    )
    #expect(bench.take(text, on: "t").isEmpty)
    #expect(bench.reader.status.malformed == 1)
    #expect(bench.reader.status.lastProblem?.contains("not JSON at byte") == true)
  }

  @Test func `numbers no sensor can mean are bad, with the number as evidence`() throws {
    var bench = try MQTTBench(
      messages:
        "    - json: { values: [{ name: v, path: v, quantity: temperature, unit: degF, range: [-40, 200] }] }",
      topic: "t", [("v", .temperature)])
    let hot = try #require(bench.take(#"{"v": 500}"#, on: "t").readings["v"])
    #expect(hot.quality.defect?.kind == .outOfRange)
    #expect(hot.usable == nil)
    #expect(abs(try #require(bench.take(#"{"v": 212}"#, on: "t").readings["v"]?.value) - 100) < 1e-9)
    #expect(bench.take(#"{"v": "nan"}"#, on: "t").readings["v"]?.quality.defect?.kind == .invalidMark)
  }

  /// Seconds from Python: datetime.fromisoformat(text).timestamp().
  @Test(arguments: [
    ("2026-01-01T00:00:00Z", 1_767_225_600.0), ("2024-02-29T23:59:59.5+01:00", 1_709_247_599.5),
    ("2000-03-01T00:00:00-03:30", 951_881_400), ("2099-12-31T12:30:15.123456789+00:00", 4_102_403_415.123457),
  ])
  func `times in RFC 3339`(text: String, seconds: Double) throws {
    let time = try #require(TimeFormat.rfc3339.time(text))
    #expect(abs(time.seconds - seconds) < 1e-6)
  }

  @Test(arguments: [
    "", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T24:00:00Z", "1969-01-01T00:00:00Z",
  ])
  func `texts that are no time`(text: String) { #expect(TimeFormat.rfc3339.time(text) == nil) }

  /// The bytes, and what NCD's decoder (lib/sensors/110.js) makes of them, run with node.
  @Test func `an NCD 110 message has the values of NCD's own decoder`() throws {
    var bench = try MQTTBench(
      "ncd-110", topic: "ncd/1",
      [
        ("temperature", .temperature), ("acceleration-rms-x", .acceleration),
        ("acceleration-peak-x", .acceleration),
        ("velocity-rms-x", .velocity), ("displacement-x", .displacement), ("peak-frequency-1-x", .frequency),
        ("velocity-rms-y", .velocity), ("acceleration-rms-z", .acceleration),
        ("peak-frequency-3-z", .frequency),
        ("speed", .rotationalSpeed),
      ])
    let readings = bench.take(
      bytes(
        hex: "6c4e69590abc5800000dff38128e29df373b46a0e0271e7b1937d2bfbb7bb5907da7fd0aa2643c550853240ced6f"
          + "ac237a222f8de63705c8"), on: "ncd/1"
    ).readings
    let g = 9.80665
    let expected: [String: Double] = [
      "temperature": -2, "acceleration-rms-x": 4.75 * g, "acceleration-peak-x": 10.719 * g,
      "velocity-rms-x": 141.39, "displacement-x": 180_800, "peak-frequency-1-x": 57383,
      "velocity-rms-y": 464.8, "acceleration-rms-z": 2.131 * g, "peak-frequency-3-z": 58935, "speed": 1480,
    ]
    #expect(readings.count == expected.count)
    for (name, value) in expected {
      #expect(abs(try #require(readings[name]?.value) - value) < 1e-9 * abs(value), "\(name)")
    }
    // Bit 1 of byte 7: the probe has come off.
    var faulty = [UInt8](repeating: 0, count: 56)
    faulty[7] = 2
    let missing = bench.take(faulty, on: "ncd/1").readings
    #expect(missing.count == expected.count)
    #expect(missing.values.allSatisfy { $0.value == nil && $0.quality.defect?.kind == .invalidMark })
  }

  @Test func `an NCD 110 capture has the samples of NCD's own decoder`() throws {
    var bench = try MQTTBench(
      "ncd-110", topic: "ncd/1",
      [("waveform-x", .acceleration), ("waveform-y", .acceleration), ("waveform-z", .acceleration)])
    let packets = [
      "0000000000000000013200200b2a08e000030001216f610aaf3533c2d831b6e671d24b0c52d57e5ed711a695",
      "0000000000000000013200200b2a08e000030002040b3e72174eff30806cf7301f8815f3684beae257412b98",
      "0000000000000000013200200b2a08e00003000322e7dec98abbe4094cbadc06",
    ]
    #expect(bench.take(bytes(hex: packets[1]), on: "ncd/1").isEmpty)
    #expect(bench.take(bytes(hex: packets[0]), on: "ncd/1").isEmpty)
    let waveforms = bench.take(bytes(hex: packets[2]), on: "ncd/1").waveforms
    let expected: [[Double]] = [
      [1.02708, 1.59, 3.49656, 3.882, 0.1242, -0.02496, 0.96864, -0.64872, 1.0722, -0.85908],
      [2.98104, -1.22292, 2.30544, -1.25748, 1.91832, -3.9192, 0.67428, 2.68044, -1.02036, 2.35704],
      [-2.48196, -2.24568, 2.5446, -2.74692, 0.71592, -0.27072, 3.20388, 1.3392, -3.60252, -1.1052],
    ]
    #expect(waveforms.map(\.point.name) == ["waveform-x", "waveform-y", "waveform-z"])
    for (waveform, samples) in zip(waveforms, expected) {
      #expect(waveform.sampleRate_Hz == 12_800)
      #expect(waveform.samples.count == samples.count)
      for (a, b) in zip(waveform.samples, samples) { #expect(abs(Double(a) - b * 9.80665) < 1e-5) }
    }
  }

  /// Packets and table that the vendor publishes: EXAMPLE_PACKETS and airvibe_tx_25_1770850798633.csv.
  @Test func `the AirVibe capture that its vendor publishes decodes to the vendor's table`() throws {
    var bench = try MQTTBench(
      "airvibe", topic: "application/+/device/8c1f642113000556/event/up",
      [("waveform-1", .acceleration), ("waveform-2", .acceleration), ("waveform-3", .acceleration)])
    let packets = [
      "03190000070a0081204e420008",
      "011900000600a60209000900440207000700ca0103000600350101000700930005000500f1ffffff050050fff9ff",
      "011901000100b8fef7ff0000dbfdf6fffdff94fdf7ff02007afdfbff050089fdfaff0300b9fdf6fffeff11fef8ff",
      "01190200f9ff8afef9fff9ff19fffcfff4ffafff0100f3ff53000500fafff8001200ffff90010f00fcff8b020d00",
      "01190300fbffd3020c00fffff5020d00fcffed020d000000c502080005001202070008008d0100000d00eb000000",
      "0119040008004000030005009fff0000040002fffdff030076fef4ff010003fef2ff0500b1fdfaff090081fdfdff",
      "0119050008009afdf5ff0400e0fdf4ff000045fefafffaffc6fefefffbff5efffdfff8fffffffefff9ffa700fdff",
      "01190600ffff490101000000db010300ffffb6020100fefff10205000200040305000500e6020200ffffab020300",
      "011907000000cf0107000400cf01090007003f0105000300faffffff030057ff00000800c1fe000003003cfefdff",
      "011908000000d8fdf6ffffff98fdf7fffcff78fdfffffdff87fdf7fff9ff0ffefefff8ff85fefdfff4ff0eff0000",
      "05190900f4ffacff0300f9ff4e000200fcffee000800",
    ]
    // First the segments, then the announcement, as a retransmission may have it.
    var waveforms: [Waveform] = []
    for (count, packet) in (packets.dropFirst() + packets.prefix(1)).enumerated() {
      #expect(waveforms.isEmpty)
      let base64 = Data(bytes(hex: packet)).base64EncodedString()
      waveforms =
        bench.take(
          #"{"fPort": 8, "fCnt": \#(count), "time": "2026-02-11T23:00:00.5+00:00", "data": "\#(base64)"}"#,
          on: "application/1/device/8c1f642113000556/event/up"
        ).waveforms
    }
    #expect(waveforms.count == 3)
    #expect(
      waveforms.allSatisfy { $0.samples.count == 66 && $0.sampleRate_Hz == 20_000 && $0.quality.isGood })
    let rows: [(Int, [Double])] = [  // of the table, in mg
      (0, [6, 678, 9]), (1, [9, 580, 7]), (20, [-4, 651, 13]), (46, [2, 772, 5]), (49, [0, 463, 7]),
      (65, [-4, 238, 8]),
    ]
    for (row, milligs) in rows {
      for (axis, mg) in milligs.enumerated() {
        #expect(abs(Double(waveforms[axis].samples[row]) - mg * 9.80665e-3) < 1e-6)
      }
    }
  }

  /// The overall packet of the vendor's data/decoderExamples.ts: 18 degC, battery byte 154, all at rest.
  @Test func `an AirVibe overall message is read`() throws {
    var bench = try MQTTBench(
      "airvibe", topic: "application/1/device/a/event/up",
      [
        ("temperature", .temperature), ("battery-voltage", .voltage), ("velocity-rms-2", .velocity),
        ("machine-off", .status),
      ])
    func message(_ hex: String, _ count: Int) -> String {
      #"{"fPort": 8, "fCnt": \#(count), "data": "\#(Data(bytes(hex: hex)).base64EncodedString())"}"#
    }
    let readings = bench.take(
      message("020000129a6300000000000000000000000000", 1), on: "application/1/device/a/event/up"
    ).readings
    #expect(readings["temperature"]?.value == 18)
    #expect(abs(try #require(readings["battery-voltage"]?.value) - 3.54) < 1e-9)
    #expect(readings["velocity-rms-2"]?.value == 0)
    #expect(readings["machine-off"]?.value == 0)
    // Status 16, -1 degC, 1000 mil/s on axis 2.
    let second = bench.take(
      message("021000ff9a63000000000000" + "0000e8030000", 2), on: "application/1/device/a/event/up"
    ).readings
    #expect(second["machine-off"]?.value == 1)
    #expect(second["temperature"]?.value == -1)
    #expect(abs(try #require(second["velocity-rms-2"]?.value) - 25.4) < 1e-9)
  }
}
