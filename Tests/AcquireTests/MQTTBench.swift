// SPDX-License-Identifier: Apache-2.0

import Acquire
import Broker
import Foundation
import Machine
import Settings
import Testing

/// One source of a connection on a clock of its own.
struct MQTTBench {
  var reader: SourceReader
  var now_s = 0.0

  /// - Parameter values: names of the source that points of the same name are bound to.
  init(_ profile: String, topic: String, _ values: [(String, Quantity)], extra: String = "") throws {
    let connection = try mqttConnection(
      "broker: mqtt://h\nsources: [{ name: s, profile: \(profile), topic: \"\(topic)\"\(extra) }]")
    try self.init(connection, values)
  }

  /// The same with the `mqtt` section of a profile of its own.
  init(messages: String, topic: String, _ values: [(String, Quantity)]) throws {
    var connection = try mqttConnection(
      "broker: mqtt://h\nsources: [{ name: s, profile: millwright-sim-mqtt, topic: a/+ }]")
    connection.sources[0].topic = topic
    connection.sources[0].profile = try mqttProfile(messages)
    try self.init(connection, values)
  }

  private init(_ connection: MQTTConnection, _ values: [(String, Quantity)]) throws {
    let bindings = values.map { ("s.\($0.0)", mqttPoint($0.0), $0.1) }
    reader = try #require(try connection.readers(bindings, start: MonotonicTime(seconds: 0)).first)
  }

  var stamp: Stamp {
    Stamp(received: WallTime(seconds: 1_767_225_600 + now_s), monotonic: MonotonicTime(seconds: now_s))
  }

  mutating func take(_ payload: [UInt8], on topic: String, retain: Bool = false) -> [Sample] {
    reader.take(MQTTMessage(topic: topic, payload: payload, retain: retain, received: stamp))
  }

  mutating func take(_ text: String, on topic: String, retain: Bool = false) -> [Sample] {
    take(Array(text.utf8), on: topic, retain: retain)
  }

  mutating func expire(at seconds: Double, why: String? = nil) -> [Sample] {
    now_s = seconds
    return reader.expire(at: stamp, why: why)
  }
}

func mqttPoint(_ name: String) -> PointID { PointID(MachineID("F-7"), name) }

func mqttConnection(_ text: String) throws -> MQTTConnection {
  try MQTTConnection(
    name: "plant", node: "gateway-1", Setting.parse(text, file: "site.yaml"), profiles: shippedProfiles)
}

/// A profile from its list of messages.
func mqttProfile(_ messages: String) throws -> MQTTProfile {
  let head = "name: x\ntitle: t\nvendor: v\nsource: s\nchecked: transcribed\nevidence: e\n"
  return try MQTTProfile(
    Setting.parse(head + "mqtt:\n  stale-after: 10s\n  messages:\n" + messages, file: "x.yaml"))
}

extension [Sample] {
  /// Readings by point name.
  var readings: [String: Reading] {
    var result: [String: Reading] = [:]
    for case .reading(let reading) in self { result[reading.point.name] = reading }
    return result
  }
  var waveforms: [Waveform] {
    compactMap { if case .waveform(let waveform) = $0 { waveform } else { nil } }
  }
}

func bytes(hex: String) -> [UInt8] {
  let digits = Array(hex.utf8)
  return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
    UInt8(String(decoding: digits[$0...$0 + 1], as: UTF8.self), radix: 16)
  }
}

/// A message of the simulator's waveform topic, put together as its description says.
struct MWWF {
  var sequence: UInt32 = 1
  var segment: UInt16 = 0
  var segments: UInt16 = 1
  var total: UInt32 = 4
  var rate: Float = 12_800
  var scale: Float = 0.5
  var speed: Float = 1480
  var time_ms: UInt64 = 1_767_225_600_500
  var samples: [Int16] = [1, -2, 3, -4]

  var payload: [UInt8] {
    var bytes = Array("MWWF".utf8) + [1, 1, 40, 0]
    func add<T: FixedWidthInteger>(_ value: T) {
      for shift in stride(from: 0, to: T.bitWidth, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> T(shift)))
      }
    }
    add(sequence)
    add(segment)
    add(segments)
    add(total)
    for value in [rate, scale, speed] { add(value.bitPattern) }
    add(time_ms)
    for sample in samples { add(UInt16(bitPattern: sample)) }
    return bytes
  }
}
