// SPDX-License-Identifier: Apache-2.0

import Machine

/// The payloads of Machine Saver's AirVibe LoRaWAN sensor as ChirpStack publishes them: JSON with the bytes
/// in base64 under `data`, little-endian.
///
/// Layout read from Machine-Saver-Inc/AirVibe_LoRaWAN_Wiki (codec TS013 v2.1.2); port 8. Segments that were
/// lost are not asked for again: that is a write to the device.
enum AirVibe {
  private static let axes = ["1", "2", "3"]
  private static let mg = Unit.named("mg", for: .acceleration) ?? .standardGravity
  private static let milPerSecond = Unit.named("mil/s", for: .velocity) ?? .inchesPerSecond
  /// 65,535 samples an axis.
  static let sampleLimit = 196_605

  /// Values of an overall message, with their units.
  static let units: [String: Unit] = {
    var units: [String: Unit] = [
      "temperature": .degreesCelsius, "battery-voltage": .volts,
      "machine-off": Unit.named("1", for: .status) ?? .one,
    ]
    for axis in axes {
      units["acceleration-rms-\(axis)"] = .standardGravity
      units["velocity-rms-\(axis)"] = .inchesPerSecond
    }
    return units
  }()
  static let waveforms = axes.map { "waveform-\($0)" }

  static func decode(_ payload: [UInt8]) throws(PayloadError) -> DecodedMessage {
    let root = try JSONValue(parsing: payload)
    guard case .object(let envelope) = root, case .string(let text)? = envelope["data"],
      let bytes = Base64.decode(text)
    else { throw .invalid("no base64 text under 'data'") }
    if case .number(let port)? = envelope["fPort"], port != 8 { throw .invalid("port \(port) is not 8") }
    var message = try decode(bytes: bytes)
    if case .string(let time)? = envelope["time"] { message.time = TimeFormat.rfc3339.time(time) }
    if case .number(let count)? = envelope["fCnt"] { message.sequence = Int(exactly: count) }
    return message
  }

  /// Reads the bytes of one uplink.
  static func decode(bytes: [UInt8]) throws(PayloadError) -> DecodedMessage {
    let reader = ByteReader(bytes: bytes, order: .little)
    switch try reader.unsigned(1, at: 0) {
    case 1, 5: return try block(reader)
    case 2: return try overall(reader)
    case 3: return try announcement(reader)
    case 4: return DecodedMessage()  // the sensor's configuration
    case let type: throw .invalid("unknown packet type \(type)")
    }
  }

  private static func overall(_ reader: ByteReader) throws(PayloadError) -> DecodedMessage {
    var values: [String: MessageValue] = [:]
    let isOff = try reader.unsigned(1, at: 1) == 16
    values["machine-off"] = MessageValue(
      isOff ? 1 : 0, Unit.named("1", for: .status) ?? .one, name: "machine-off")
    let temperature = try reader.number(.i8, at: 3)
    values["temperature"] = MessageValue(temperature, .degreesCelsius, name: "temperature")
    let battery = Double(try reader.unsigned(1, at: 4)) * 0.01 + 2
    values["battery-voltage"] = MessageValue(battery, .volts, name: "battery-voltage")
    for (index, axis) in axes.enumerated() {
      let acceleration = Double(try reader.unsigned(2, at: 6 + 2 * index))
      let velocity = Double(try reader.unsigned(2, at: 12 + 2 * index))
      values["acceleration-rms-\(axis)"] = MessageValue(acceleration, mg, name: "acceleration")
      values["velocity-rms-\(axis)"] = MessageValue(velocity, milPerSecond, name: "velocity")
    }
    return DecodedMessage(values: values)
  }

  private static func announcement(_ reader: ByteReader) throws(PayloadError) -> DecodedMessage {
    let mask = try reader.unsigned(1, at: 4)
    let channels: [String]
    switch mask {
    case 1: channels = [waveforms[0]]
    case 2: channels = [waveforms[1]]
    case 4: channels = [waveforms[2]]
    case 7: channels = waveforms
    default: throw .invalid("unknown axis selection \(mask)")
    }
    let (segments, rate) = (try reader.unsigned(2, at: 5), try reader.unsigned(2, at: 8))
    let samples = try reader.unsigned(2, at: 10)
    guard (1...4096).contains(segments), rate > 0, samples > 0 else {
      throw .invalid("\(segments) segments of \(samples) samples at \(rate) Hz")
    }
    let header = CaptureHeader(
      channels: channels, quantity: .acceleration, segments: segments, samples: samples,
      sampleRate_Hz: Double(rate), fullScale: nil, speed_rpm: nil, time: nil)
    return DecodedMessage(
      segment: CaptureSegment(capture: try reader.unsigned(1, at: 1), header: header, block: nil))
  }

  private static func block(_ reader: ByteReader) throws(PayloadError) -> DecodedMessage {
    let index = try reader.unsigned(2, at: 2)
    let bytes = reader.bytes.count - 4
    guard index < 4096, bytes > 0, bytes % 2 == 0 else {
      throw .invalid("segment \(index) with \(bytes) bytes of samples")
    }
    var samples: [Float] = []
    for offset in stride(from: 4, to: reader.bytes.count, by: 2) {
      samples.append(Float(mg.canonical(Double(try reader.int16(at: offset)))))
    }
    return DecodedMessage(
      segment: CaptureSegment(capture: try reader.unsigned(1, at: 1), header: nil, block: (index, samples)))
  }
}
