// SPDX-License-Identifier: Apache-2.0

/// Answers one request PDU as the Modbus application protocol V1.1b3 asks: function first, then address and
/// quantity, then the device; exceptions 1, 2 and 3 in that order of checks.
func answer(_ request: [UInt8], by device: inout any RegisterDevice, at now: Moment) -> [UInt8] {
  guard let function = request.first else { return [] }
  func refuse(_ why: ModbusException) -> [UInt8] { [function | 0x80, why.rawValue] }
  func word(_ at: Int) -> Int { Int(request[at]) << 8 | Int(request[at + 1]) }
  do throws(ModbusException) {
    switch function {
    case 3, 4:
      guard request.count == 5, (1...125).contains(word(3)) else { return refuse(.illegalValue) }
      guard word(1) + word(3) <= 0x10000 else { return refuse(.illegalAddress) }
      let words = try device.read(function, word(1), word(3), at: now)
      return [function, UInt8(words.count * 2)] + words.flatMap(bytes)
    case 6:
      guard request.count == 5 else { return refuse(.illegalValue) }
      try device.write(word(1), [UInt16(word(3))], at: now)
      return request
    case 16:
      guard request.count >= 6, (1...123).contains(word(3)), Int(request[5]) == 2 * word(3),
        request.count == 6 + 2 * word(3)
      else { return refuse(.illegalValue) }
      try device.write(word(1), (0..<word(3)).map { UInt16(word(6 + 2 * $0)) }, at: now)
      return Array(request[0..<5])
    default: return refuse(.illegalFunction)
    }
  } catch {
    return refuse(error)
  }
}

/// High byte first.
func bytes(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }

/// CRC-16 of Modbus over serial line V1.02: polynomial 0xA001, start 0xFFFF; low byte first on the wire.
package func crc16(_ frame: some Sequence<UInt8>) -> UInt16 {
  frame.reduce(0xFFFF) { crc, byte in
    (0..<8).reduce(crc ^ UInt16(byte)) { c, _ in c & 1 == 1 ? (c >> 1) ^ 0xA001 : c >> 1 }
  }
}

/// The two envelopes of a PDU.
enum Framing: Sendable {
  case tcp, rtu

  /// Takes one request off the front of `input`, or nil while none is complete. Bytes that can never become
  /// a request are thrown away.
  func take(from input: inout [UInt8]) -> (head: [UInt8], unit: UInt8, pdu: [UInt8])? {
    switch self {
    case .tcp:
      guard input.count >= 8 else { return nil }
      let length = Int(input[4]) << 8 | Int(input[5])
      guard input[2] == 0, input[3] == 0, (2...254).contains(length) else {
        input.removeAll()
        return nil
      }
      guard input.count >= 6 + length else { return nil }
      defer { input.removeFirst(6 + length) }
      return (Array(input[0..<2]), input[6], Array(input[7..<(6 + length)]))
    case .rtu:
      guard input.count >= 8 else { return nil }
      let size = input[1] == 16 ? 9 + Int(input[6]) : 8
      guard input.count >= size else { return nil }
      let frame = Array(input[0..<size])
      guard crc16(frame) == 0 else {
        input.removeAll()
        return nil
      }
      input.removeFirst(size)
      return ([], frame[0], Array(frame[1..<(size - 2)]))
    }
  }

  /// Puts `pdu` into its envelope.
  func wrap(head: [UInt8], unit: UInt8, pdu: [UInt8]) -> [UInt8] {
    switch self {
    case .tcp: return head + [0, 0] + bytes(UInt16(pdu.count + 1)) + [unit] + pdu
    case .rtu:
      let frame = [unit] + pdu
      let crc = crc16(frame)
      return frame + [UInt8(crc & 0xFF), UInt8(crc >> 8)]
    }
  }
}
