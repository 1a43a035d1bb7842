// SPDX-License-Identifier: Apache-2.0

/// Frames of a serial line: unit, protocol data unit, checksum; their length follows from their own bytes
/// (Modbus over Serial Line 1.02, 2.5.1).
package enum RTUFrame {
  /// What stands at the start of received bytes.
  package enum Scan: Equatable {
    /// A frame may have begun; more bytes decide.
    case incomplete
    /// A frame with a right checksum, which takes the last two of these bytes.
    case frame(length: Int)
    /// No reply of a device starts here.
    case garbage
  }

  package static func scan(_ bytes: borrowing Span<UInt8>) -> Scan {
    guard bytes.count > 0 else { return .incomplete }
    guard (1...247).contains(bytes[0]) else { return .garbage }
    guard bytes.count > 2 else { return .incomplete }
    let length: Int
    switch bytes[1] {
    case 1...4:
      guard (1...250).contains(bytes[2]) else { return .garbage }
      length = 5 + Int(bytes[2])
    case Query.writeFunction: length = 8
    case 0x81...0x84, 0x80 | Query.writeFunction: length = 5
    default: return .garbage
    }
    guard bytes.count >= length else { return .incomplete }
    let received = UInt16(bytes[length - 2]) | UInt16(bytes[length - 1]) << 8
    return checksum(bytes.extracting(first: length - 2)) == received ? .frame(length: length) : .garbage
  }

  /// CRC-16/MODBUS: polynomial 0x8005 reflected, start 0xFFFF; sent low byte first.
  package static func checksum(_ bytes: borrowing Span<UInt8>) -> UInt16 {
    var crc: UInt16 = 0xFFFF
    for i in 0..<bytes.count {
      crc = (crc >> 8) ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[i])]
    }
    return crc
  }

  private static let table: [UInt16] = (0..<256).map { byte in
    (0..<8).reduce(UInt16(byte)) { crc, _ in crc & 1 == 1 ? (crc >> 1) ^ 0xA001 : crc >> 1 }
  }
}
