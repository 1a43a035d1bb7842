// SPDX-License-Identifier: Apache-2.0

/// A walk over the bytes of a file before it is parsed.
///
/// Parsed messages take up to a hundred times the bytes that they take in a file (an empty node is two bytes), so
/// what a hostile file would make of itself is counted first. It also knows the byte at which a file breaks off.
///
/// What is parsed is an outline of the file: it says where the raw data of tensors stand instead of holding them, so
/// that weights are read where they are.
struct WireSurvey {
  /// What a message is, as far as messages inside it matter.
  private enum Kind {
    case model, graph, node, attribute, tensor, sparseTensor, port, type, tensorType, shape

    /// The kind of the messages in `field`; nil for a field that holds none.
    func inside(_ field: UInt64) -> Kind? {
      switch (self, field) {
      case (.model, 7), (.attribute, 6): .graph
      case (.graph, 1): .node
      case (.graph, 5), (.attribute, 5), (.sparseTensor, 1): .tensor
      case (.graph, 11), (.graph, 12): .port
      case (.graph, 15): .sparseTensor
      case (.node, 5): .attribute
      case (.port, 2): .type
      case (.type, 1): .tensorType
      case (.tensorType, 2): .shape
      default: nil
      }
    }

    /// Whether `field` is a list of numbers that may take one byte each and become eight.
    func packs(_ field: UInt64) -> Bool {
      switch (self, field) {
      case (.tensor, 1), (.tensor, 5), (.tensor, 7), (.tensor, 11), (.attribute, 8): true
      default: false
      }
    }
  }

  private let bytes: [UInt8]
  private var fields = 0
  private var packed = 0
  private var outline: [UInt8] = []
  /// The bytes before this one are in the outline, as far as they belong there.
  private var taken = 0

  /// The outline of a file.
  /// - Throws: when the bytes are no message, or one that would take too much memory.
  static func outline(_ bytes: [UInt8]) throws(ModelError) -> [UInt8] {
    var survey = WireSurvey(bytes: bytes)
    try survey.walk(bytes.span, 0..<bytes.count, .model, depth: 1)
    survey.take(to: bytes.count)
    return survey.outline
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private mutating func walk(_ bytes: Span<UInt8>, _ range: Range<Int>, _ kind: Kind, depth: Int)
    throws(ModelError)
  {
    try ModelLimit.check("the depth of messages inside messages", depth, ModelLimit.messageDepth)
    var at = range.lowerBound
    while at < range.upperBound {
      fields += 1
      try ModelLimit.check("the number of fields in the file", fields, ModelLimit.fields)
      let start = at
      let tag = try varint(bytes, &at, end: range.upperBound)
      let field = tag >> 3
      guard field > 0 else { throw .notAModel(reason: "byte \(start): no field has the number 0") }
      switch tag & 7 {
      case 0: _ = try varint(bytes, &at, end: range.upperBound)
      case 1: at += 8
      case 5: at += 4
      case 2:
        let lengthAt = at
        let length = try varint(bytes, &at, end: range.upperBound)
        guard length <= UInt64(range.upperBound - at) else {
          throw .notAModel(
            reason:
              "byte \(start): a field of \(length) bytes, where \(range.upperBound - at) are left; the file is cut short or damaged"
          )
        }
        let content = at..<at + Int(length)
        at = content.upperBound
        if let inside = kind.inside(field) {
          let left = leftOut
          try walk(bytes, content, inside, depth: depth + 1)
          if leftOut > left {
            shorten(
              to: content.count - (leftOut - left), at: lengthAt - left, count: content.lowerBound - lengthAt)
          }
        } else if kind == .tensor, field == 9, content.count >= WireSurvey.leastMoved {
          leaveOut(start..<at)
          outline += WireSurvey.place(of: content)
        } else if kind.packs(field) {
          packed += content.count
          try ModelLimit.check("the bytes of packed numbers in the file", packed, ModelLimit.elements)
        }
      default: throw .notAModel(reason: "byte \(start): no field begins like this")
      }
      guard at <= range.upperBound else { throw Self.cut(start) }
      if kind == .tensor, WireSurvey.places.contains(field) { leaveOut(start..<at) }
    }
  }

  // MARK: the outline

  /// The fields `raw_at` and `raw_count` of a tensor; in a file they are nothing.
  private static let places: ClosedRange<UInt64> = 1000...1001
  /// Shorter data stay, so that a place never takes more than what it stands for.
  private static let leastMoved = 64

  /// How many bytes less the outline has than the file up to here.
  private var leftOut: Int { taken - outline.count }

  private mutating func take(to end: Int) {
    outline += bytes[taken..<end]
    taken = end
  }

  private mutating func leaveOut(_ range: Range<Int>) {
    take(to: range.lowerBound)
    taken = range.upperBound
  }

  /// The two fields that say where data stand, each 8 bytes behind its tag.
  private static func place(of content: Range<Int>) -> [UInt8] {
    zip(places, [content.lowerBound, content.count]).flatMap { field, value in
      let tag = field << 3 | 1
      return [UInt8(tag & 0x7F | 0x80), UInt8(tag >> 7)]
        + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
  }

  /// Writes the length of a message again, in as many bytes as it had.
  private mutating func shorten(to length: Int, at: Int, count: Int) {
    for i in 0..<count {
      outline[at + i] = UInt8(length >> (7 * i) & 0x7F) | (i < count - 1 ? 0x80 : 0)
    }
  }

  private func varint(_ bytes: Span<UInt8>, _ at: inout Int, end: Int) throws(ModelError) -> UInt64 {
    let start = at
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while at < end {
      let byte = bytes[at]
      at += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
      guard shift < 64 else { throw .notAModel(reason: "byte \(start): a number of more than 64 bits") }
    }
    throw Self.cut(start)
  }

  private static func cut(_ at: Int) -> ModelError {
    .notAModel(reason: "byte \(at): a field is cut short")
  }
}
