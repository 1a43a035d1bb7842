// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Where the values stand in a JSON message.
public struct JSONLayout: Sendable {
  /// One value of the message.
  public struct Value: Sendable {
    public var name: String
    public var path: JSONPath
    public var unit: Unit
    /// value = number * scale + offset, in `unit`.
    public var scale: Double
    public var offset: Double
    /// What the sensor can measure, in `unit`.
    public var range: ClosedRange<Double>?
  }
  public var time: JSONPath?
  public var timeFormat: TimeFormat
  public var sequence: JSONPath?
  public var values: [Value]

  /// Reads one message. A value is a number or a text that is one; null and a text that is none are
  /// `bad(invalidMark)`; a value that is not in the message is not in the result.
  func decode(_ payload: [UInt8]) throws(PayloadError) -> DecodedMessage {
    let root = try JSONValue(parsing: payload)
    var message = DecodedMessage()
    if let time {
      switch time.find(in: root) {
      case .number(let number): message.time = timeFormat.time(number)
      case .string(let text): message.time = timeFormat.time(text)
      default: break
      }
      if message.time == nil { throw .invalid("no valid time at '\(time)'") }
    }
    if let sequence {
      guard let found = sequence.find(in: root).flatMap(JSONLayout.number), let number = Int(exactly: found)
      else {
        throw .invalid("no sequence number at '\(sequence)'")
      }
      message.sequence = number
    }
    for value in values {
      guard let found = value.path.find(in: root) else { continue }
      message.values[value.name] = JSONLayout.measured(found, value)
    }
    return message
  }

  private static func measured(_ found: JSONValue, _ value: Value) -> MessageValue {
    guard let number = number(found) else {
      let text = found == .null ? "null" : "no number"
      return MessageValue(missing: .invalidMark, "\(value.name): the source sent \(text) at '\(value.path)'")
    }
    return MessageValue(
      number * value.scale + value.offset, value.unit, range: value.range, name: value.name)
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .number(let number): number
    case .string(let text): Double(text)
    case .bool(let flag): flag ? 1 : 0
    case .null, .array, .object: nil
    }
  }
}
