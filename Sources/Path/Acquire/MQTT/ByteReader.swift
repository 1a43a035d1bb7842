// SPDX-License-Identifier: Apache-2.0

/// Number types that a binary payload is made of.
public enum BinaryType: String, CaseIterable, Sendable {
  case u8, i8, u16, i16, u32, i32, u64, i64, f32, f64

  var size: Int {
    switch self {
    case .u8, .i8: 1
    case .u16, .i16: 2
    case .u32, .i32, .f32: 4
    case .u64, .i64, .f64: 8
    }
  }
}

/// Which byte of a number comes first.
public enum Endianness: String, CaseIterable, Sendable { case little, big }

/// Reads numbers out of a payload at given offsets; past the end is an error, never a trap.
struct ByteReader {
  let bytes: [UInt8]
  let order: Endianness

  /// The bits of `size` (1...8) bytes at `offset`.
  func bits(_ size: Int, at offset: Int) throws(PayloadError) -> UInt64 {
    guard offset >= 0, offset <= bytes.count - size else {
      throw .tooShort(needed: max(0, offset) + size, got: bytes.count)
    }
    var result: UInt64 = 0
    for index in 0..<size {
      let byte = bytes[offset + (order == .big ? index : size - 1 - index)]
      result = result << 8 | UInt64(byte)
    }
    return result
  }

  func unsigned(_ size: Int, at offset: Int) throws(PayloadError) -> Int {
    Int(clamping: try bits(size, at: offset))
  }

  func int16(at offset: Int) throws(PayloadError) -> Int {
    Int(Int16(truncatingIfNeeded: try bits(2, at: offset)))
  }

  func number(_ type: BinaryType, at offset: Int) throws(PayloadError) -> Double {
    let bits = try bits(type.size, at: offset)
    return switch type {
    case .u8, .u16, .u32, .u64: Double(bits)
    case .i8: Double(Int8(truncatingIfNeeded: bits))
    case .i16: Double(Int16(truncatingIfNeeded: bits))
    case .i32: Double(Int32(truncatingIfNeeded: bits))
    case .i64: Double(Int64(bitPattern: bits))
    case .f32: Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits)))
    case .f64: Double(bitPattern: bits)
    }
  }
}
