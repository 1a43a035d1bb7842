// SPDX-License-Identifier: Apache-2.0

/// A value of a JSON text (RFC 8259), read within bounds so that no payload can exhaust the stack.
enum JSONValue: Equatable {
  case null
  case bool(Bool)
  /// Finite.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  static let depthLimit = 32

  /// Reads one whole text. The last of two equal keys counts.
  init(parsing bytes: [UInt8]) throws(PayloadError) {
    var parser = Parser(bytes: bytes)
    self = try parser.value(depth: 0)
    parser.skipSpace()
    if parser.position != bytes.count { throw .notJSON(position: parser.position) }
  }
}

private struct Parser {
  let bytes: [UInt8]
  var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { position < bytes.count ? bytes[position] : nil }
  private var failure: PayloadError { .notJSON(position: position) }

  mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard next == byte else { return false }
    position += 1
    return true
  }

  mutating func value(depth: Int) throws(PayloadError) -> JSONValue {
    guard depth < JSONValue.depthLimit else { throw failure }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(PayloadError) -> JSONValue {
    for byte in text.description.utf8 where !take(byte) { throw failure }
    return value
  }

  private mutating func object(depth: Int) throws(PayloadError) -> JSONValue {
    position += 1
    var entries: [String: JSONValue] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(entries) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw failure }
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw failure }
      entries[key] = try value(depth: depth + 1)
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(entries) }
      guard take(UInt8(ascii: ",")) else { throw failure }
    }
  }

  private mutating func array(depth: Int) throws(PayloadError) -> JSONValue {
    position += 1
    var entries: [JSONValue] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(entries) }
    while true {
      entries.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(entries) }
      guard take(UInt8(ascii: ",")) else { throw failure }
    }
  }

  private mutating func number() throws(PayloadError) -> Double {
    let start = position
    _ = take(UInt8(ascii: "-"))
    if !take(UInt8(ascii: "0")) { try digits() }
    if take(UInt8(ascii: ".")) { try digits() }
    if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
      if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
      try digits()
    }
    guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)), number.isFinite
    else {
      throw .notJSON(position: start)
    }
    return number
  }

  private mutating func digits() throws(PayloadError) {
    let start = position
    while let byte = next, (48...57).contains(byte) { position += 1 }
    if position == start { throw failure }
  }

  private mutating func string() throws(PayloadError) -> String {
    position += 1
    var text: [UInt8] = []
    while let byte = next {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else { throw failure }
        return result
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure
      default: text.append(byte)
      }
    }
    throw failure
  }

  private mutating func escape(into text: inout [UInt8]) throws(PayloadError) {
    guard let byte = next else { throw failure }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      var code = try hexadecimal()
      if (0xD800..<0xDC00).contains(code) {  // the first of a surrogate pair
        guard take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else { throw failure }
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second) else { throw failure }
        code = 0x10000 + (code - 0xD800) << 10 + (second - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure }
      text.append(contentsOf: Character(scalar).utf8)
    default: throw failure
    }
  }

  private mutating func hexadecimal() throws(PayloadError) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw failure
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
