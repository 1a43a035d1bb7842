// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Machine

/// What goes upstream of a feature window: everything a person would plot, without the bands.
struct CondensedWindow: Encodable {
  let machine: String
  let point: String
  /// Unix seconds: the source's time, else that of receipt.
  let time: Double
  let state: String
  let values: [String: Double]
  let lines: [LineMatch]

  init(_ window: FeatureWindow) {
    machine = window.point.machine.rawValue
    point = window.point.name
    time = window.stamp.wall.seconds
    state = window.state.description
    var values: [String: Double] = [:]
    for feature in Feature.allCases {
      if let value = window.values[feature], value.isFinite { values[feature.rawValue] = value }
    }
    self.values = values
    lines = window.lines.filter { $0.found_Hz != nil }
  }
}

/// JSON as it stands in the database and travels upstream: minified, keys sorted, a number that is not
/// finite as text, so that one odd number never stops a batch.
enum JSONText {
  static func encode(_ value: some Encodable) throws(StoreError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
      throw .damaged(record: "\(type(of: value))", detail: String(describing: error))
    }
  }

  static func decode<Value: Decodable>(_ type: Value.Type, _ text: String, of record: String)
    throws(StoreError)
    -> Value
  {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do { return try decoder.decode(type, from: Data(text.utf8)) } catch {
      throw .damaged(record: record, detail: String(describing: error))
    }
  }
}

/// Float32 values as little-endian bytes.
enum FloatBytes {
  static func encode(_ values: [Float]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(values.count * 4)
    for value in values {
      let bits = value.bitPattern
      bytes.append(UInt8(truncatingIfNeeded: bits))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 8))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 16))
      bytes.append(UInt8(truncatingIfNeeded: bits >> 24))
    }
    return bytes
  }

  static func decode(_ bytes: [UInt8]) -> [Float] {
    stride(from: 0, to: bytes.count - bytes.count % 4, by: 4).map { at in
      let bits =
        UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | UInt32(bytes[at + 3])
        << 24
      return Float(bitPattern: bits)
    }
  }
}
