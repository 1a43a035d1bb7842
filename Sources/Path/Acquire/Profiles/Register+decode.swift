// SPDX-License-Identifier: Apache-2.0

public import Machine

/// What the words of one register said.
public struct DecodedValue: Sendable, Equatable {
  /// In the canonical unit of the register's quantity; nil when there is no value, or only text.
  public var value: Double?
  /// The characters of a `string` register.
  public var text: String?
  public var quality: Quality
}

extension Register {
  /// Decodes the words of this register, as they were received. Pure: recorded words become tests.
  ///
  /// NaN and the profile's invalid marks are `bad(invalidMark)` without a value, infinities and values outside
  /// the sensor's range `bad(outOfRange)`; the latter keep the value as evidence. Integers beyond 2^53 are
  /// rounded to the nearest double.
  /// - Precondition: `received` has exactly `words` entries.
  public func decode(_ received: ArraySlice<UInt16>) -> DecodedValue {
    precondition(received.count == words, "register \(name) takes \(words) words, got \(received.count)")
    guard type != .string else {
      return DecodedValue(value: nil, text: text(received), quality: .good)
    }
    let raw = number(received)
    guard !raw.isNaN else { return .bad(.invalidMark, "\(name): the device sent NaN") }
    guard !invalid.contains(raw) else { return .bad(.invalidMark, "\(name): the device sent \(plain(raw))") }
    guard raw.isFinite else {
      return .bad(.outOfRange, "\(name): the device sent \(raw < 0 ? "under" : "over")flow (infinity)")
    }
    let value = raw * scale + offset
    let canonical = unit.canonical(value)
    guard canonical.isFinite else { return .bad(.outOfRange, "\(name): the scaled value is infinite") }
    if let range, !range.contains(value) {
      let limits = "\(plain(range.lowerBound)) to \(plain(range.upperBound)) \(unit.symbol)"
      let evidence = "\(name): \(plain(value)) \(unit.symbol) is outside \(limits)"
      return DecodedValue(value: canonical, text: nil, quality: .bad(SensorDefect(.outOfRange, evidence)))
    }
    return DecodedValue(value: canonical, text: nil, quality: .good)
  }

  /// The number that the words hold, before invalid marks and scale are looked at.
  private func number(_ received: ArraySlice<UInt16>) -> Double {
    let bits = order.bits(received)
    return type.isBits ? Double(bits >> UInt64(bit) & (1 << UInt64(width) - 1)) : type.number(bits)
  }

  /// The characters up to the first NUL, without trailing blanks.
  private func text(_ received: ArraySlice<UInt16>) -> String {
    var bytes: [UInt8] = []
    for word in received {
      let wire = order.swapsBytes ? word.byteSwapped : word
      bytes.append(UInt8(wire >> 8))
      bytes.append(UInt8(truncatingIfNeeded: wire))
    }
    var used = bytes.prefix { $0 != 0 }
    while used.last == 0x20 { used.removeLast() }
    return String(decoding: used, as: UTF8.self)
  }
}

extension RegisterType {
  /// The number that right-aligned bits of this type hold.
  func number(_ bits: UInt64) -> Double {
    switch self {
    case .u16, .u32, .u64, .bit, .bitfield: Double(bits)
    case .i16: Double(Int16(truncatingIfNeeded: bits))
    case .i32: Double(Int32(truncatingIfNeeded: bits))
    case .i64: Double(Int64(bitPattern: bits))
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: Double(bitPattern: bits)
    case .string: .nan
    }
  }
}

extension DecodedValue {
  static func bad(_ kind: SensorDefect.Kind, _ evidence: String) -> DecodedValue {
    DecodedValue(value: nil, text: nil, quality: .bad(SensorDefect(kind, evidence)))
  }
}

/// A number without a needless `.0`.
func plain(_ value: Double) -> String {
  value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : String(value)
}
