// SPDX-License-Identifier: Apache-2.0

/// One request as it stands on the wire: unit, function, address, and a count or a value.
package struct Query: Sendable, Hashable {
  package let unit: UInt8
  package let function: UInt8
  package let address: UInt16
  /// The count of a read, the value of a write.
  package let operand: UInt16

  package static let writeFunction: UInt8 = 6

  package init(unit: UInt8, read function: RegisterFunction, address: UInt16, count: UInt16) {
    self.unit = unit
    self.function = function.rawValue
    self.address = address
    operand = count
  }

  package init(unit: UInt8, write value: UInt16, address: UInt16) {
    self.unit = unit
    function = Query.writeFunction
    self.address = address
    operand = value
  }

  package var isWrite: Bool { function == Query.writeFunction }
  package var count: Int { isWrite ? 1 : Int(operand) }
  /// Unit and protocol data unit, without checksum or TCP header.
  package var bytes: [UInt8] {
    [unit, function] + [address, operand].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
  }
  /// The same request in the words of an error.
  package var request: FieldbusError.Request {
    .init(unit: unit, function: function, address: address, count: count)
  }

  /// What the reply will look like; see `ReplyShape`.
  package var shape: ReplyShape {
    switch RegisterFunction(rawValue: function) {
    case .none: .echo(address: address, value: operand)
    case .some(let table):
      .items(function: function, bytes: table.readsBits ? (count + 7) / 8 : count * 2)
    }
  }
}

/// All that a reply tells of the request that it answers. Two requests of one shape cannot be told apart by
/// their replies: a read's reply names neither address nor count of bits.
package enum ReplyShape: Sendable, Hashable {
  case items(function: UInt8, bytes: Int)
  case echo(address: UInt16, value: UInt16)

  package var function: UInt8 {
    switch self {
    case .items(let function, _): function
    case .echo: Query.writeFunction
    }
  }
}

/// A reply whose framing has been checked: what it is, judged by itself alone.
package enum Reply: Sendable, Hashable {
  case answer(ReplyShape)
  case exception(function: UInt8, code: UInt8)

  /// Reads unit and protocol data unit (no checksum, no TCP header); nil when its own length field does not
  /// fit, or when it answers no function that this program sends.
  package init?(unitAndPDU bytes: borrowing Span<UInt8>) {
    guard bytes.count >= 3 else { return nil }
    let function = bytes[1]
    switch function {
    case 1...4:
      guard bytes[2] > 0, bytes.count == 3 + Int(bytes[2]) else { return nil }
      self = .answer(.items(function: function, bytes: Int(bytes[2])))
    case Query.writeFunction:
      guard bytes.count == 6 else { return nil }
      self = .answer(.echo(address: word(bytes, at: 2), value: word(bytes, at: 4)))
    case 0x81...0x84, 0x80 | Query.writeFunction:
      guard bytes.count == 3 else { return nil }
      self = .exception(function: function & 0x7F, code: bytes[2])
    default: return nil
    }
  }

  /// True when a request of this shape may have brought this reply.
  package func mayAnswer(_ shape: ReplyShape) -> Bool {
    switch self {
    case .answer(let own): own == shape
    case .exception(let function, _): function == shape.function
    }
  }
}

/// The items in a read's reply, from unit and protocol data unit: registers high byte first, bits from the
/// lowest of each byte.
func items(_ bytes: borrowing Span<UInt8>, of query: Query) -> [UInt16] {
  if query.isWrite { return [] }
  var words = [UInt16](repeating: 0, count: query.count)
  if query.function <= RegisterFunction.discreteInputs.rawValue {
    for i in words.indices { words[i] = UInt16((bytes[3 + i / 8] >> (i % 8)) & 1) }
  } else {
    for i in words.indices { words[i] = word(bytes, at: 3 + 2 * i) }
  }
  return words
}

@inline(__always)
func word(_ bytes: borrowing Span<UInt8>, at index: Int) -> UInt16 {
  UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
}
