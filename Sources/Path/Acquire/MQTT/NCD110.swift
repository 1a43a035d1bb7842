// SPDX-License-Identifier: Apache-2.0

import Machine

/// The bytes of NCD's wireless vibration sensors, types 110 and 114, as their gateways hand them on.
///
/// Layout read from ncd-io/node-red-enterprise-sensors, lib/sensors/110.js; big-endian.
enum NCD110 {
  /// Counts of g by range code: 2, 4, 8, 16, 32, 64 g.
  private static let gPerCount = [0.00006, 0.00012, 0.00024, 0.00049, 0.00098, 0.00195]
  private static let axes = ["x", "y", "z"]
  /// 10 s at the highest rate, three axes.
  static let sampleLimit = 768_000

  /// Values of a processed message, with their units: temperature, speed, and seven for each axis.
  static let units: [String: Unit] = {
    var units: [String: Unit] = ["temperature": .degreesCelsius, "speed": .revolutionsPerMinute]
    for axis in axes {
      for (name, unit, _) in fields { units["\(name)-\(axis)"] = unit }
    }
    return units
  }()
  static let waveforms = axes.map { "waveform-\($0)" }

  /// Fields of one axis: name, unit, divisor.
  private static let fields: [(String, Unit, Double)] = [
    ("acceleration-rms", .standardGravity, 1000), ("acceleration-peak", .standardGravity, 1000),
    ("velocity-rms", .millimetresPerSecond, 100),
    ("displacement", Unit.named("mm", for: .displacement) ?? .micrometres, 100),
    ("peak-frequency-1", .hertz, 1), ("peak-frequency-2", .hertz, 1), ("peak-frequency-3", .hertz, 1),
  ]

  static func decode(_ payload: [UInt8]) throws(PayloadError) -> DecodedMessage {
    let reader = ByteReader(bytes: payload, order: .big)
    if try reader.unsigned(1, at: 7) & 2 != 0 { return faulty() }
    switch try reader.unsigned(1, at: 8) {
    case 0, 2, 3: return try processed(reader)
    case 1: return try raw(reader)
    case let mode: throw .invalid("unknown mode \(mode)")
    }
  }

  /// The sensor says that its probe is not attached: every value is missing.
  private static func faulty() -> DecodedMessage {
    DecodedMessage(
      values: units.mapValues { _ in
        MessageValue(missing: .invalidMark, "the sensor reports a fault of its probe")
      })
  }

  private static func processed(_ reader: ByteReader) throws(PayloadError) -> DecodedMessage {
    var values: [String: MessageValue] = [:]
    let temperature = Double(try reader.int16(at: 10)) / 100
    values["temperature"] = MessageValue(temperature, .degreesCelsius, name: "temperature")
    for (index, axis) in axes.enumerated() {
      for (position, (name, unit, divisor)) in fields.enumerated() {
        let raw = try reader.unsigned(2, at: 12 + 14 * index + 2 * position)
        values["\(name)-\(axis)"] = MessageValue(Double(raw) / divisor, unit, name: name)
      }
    }
    let speed = try reader.unsigned(2, at: 54)
    // The sensor computes speed only when it is told to; 0 stands for "not computed" as well as for "stopped".
    if speed > 0 { values["speed"] = MessageValue(Double(speed), .revolutionsPerMinute, name: "speed") }
    return DecodedMessage(values: values)
  }

  private static func raw(_ reader: ByteReader) throws(PayloadError) -> DecodedMessage {
    let rate = try reader.unsigned(2, at: 9)
    let range = try reader.unsigned(1, at: 11) >> 5
    let (hour, minute) = (try reader.unsigned(1, at: 12), try reader.unsigned(1, at: 13))
    let count = try reader.unsigned(2, at: 16)
    let number = try reader.unsigned(2, at: 18)
    guard rate > 0, range < gPerCount.count else { throw .invalid("rate \(rate) Hz, range code \(range)") }
    guard (1...4096).contains(count), (1...count).contains(number) else {
      throw .invalid("packet \(number) of \(count)")
    }
    let bytes = reader.bytes.count - 20
    guard bytes > 0, bytes % 6 == 0 else {
      throw .invalid("\(bytes) bytes are no whole samples of three axes")
    }
    let scale = gPerCount[range] * Unit.standardGravity.scale
    var samples: [Float] = []
    for offset in stride(from: 20, to: reader.bytes.count, by: 2) {
      samples.append(Float(Double(try reader.int16(at: offset)) * scale))
    }
    let header = CaptureHeader(
      channels: waveforms, quantity: .acceleration, segments: count, samples: nil,
      sampleRate_Hz: Double(rate), fullScale: Float(32_767 * scale), speed_rpm: nil, time: nil)
    // Packets bear no number of their capture; the minute in which it began tells captures apart.
    return DecodedMessage(
      segment: CaptureSegment(capture: hour << 8 | minute, header: header, block: (number - 1, samples)))
  }
}
