// SPDX-License-Identifier: Apache-2.0

/// A mutation that knows where messages begin and end: most random changes of a protobuf file only break a length, and
/// say little about what stands behind the parser.
///
/// The file becomes a tree of fields; one is changed, and the tree is written again with lengths that fit.
struct MessageTree {
  indirect enum Value {
    case number(UInt64)
    case fixed([UInt8])
    case text([UInt8])
    case message([Field])
  }
  struct Field {
    var number: UInt64
    var value: Value
  }

  var fields: [Field]

  init?(_ bytes: [UInt8]) {
    guard let fields = Self.parse(bytes[...], .model) else { return nil }
    self.fields = fields
  }

  /// The messages of ONNX's schema that hold messages, and those that do not.
  private enum Kind {
    case model, graph, node, attribute, port, type, tensorType, shape, leaf

    func inside(_ field: UInt64) -> Kind? {
      switch (self, field) {
      case (.model, 7), (.attribute, 6): .graph
      case (.graph, 1): .node
      case (.node, 5): .attribute
      case (.graph, 11), (.graph, 12): .port
      case (.port, 2): .type
      case (.type, 1): .tensorType
      case (.tensorType, 2): .shape
      case (.model, 8), (.model, 14), (.graph, 5), (.attribute, 5), (.shape, 1): .leaf
      default: nil
      }
    }
  }

  private static func parse(_ bytes: ArraySlice<UInt8>, _ kind: Kind, depth: Int = 0) -> [Field]? {
    var fields: [Field] = []
    var rest = bytes
    while !rest.isEmpty {
      guard let tag = varint(&rest), tag >> 3 > 0 else { return nil }
      let number = tag >> 3
      switch tag & 7 {
      case 0:
        guard let value = varint(&rest) else { return nil }
        fields.append(Field(number: number, value: .number(value)))
      case 1, 5:
        let size = tag & 7 == 1 ? 8 : 4
        guard rest.count >= size else { return nil }
        fields.append(Field(number: number, value: .fixed(Array(rest.prefix(size)))))
        rest.removeFirst(size)
      case 2:
        guard let length = varint(&rest), length <= rest.count else { return nil }
        let content = rest.prefix(Int(length))
        rest.removeFirst(Int(length))
        if depth < 24, let inside = kind.inside(number),
          let message = parse(content, inside, depth: depth + 1)
        {
          fields.append(Field(number: number, value: .message(message)))
        } else {
          fields.append(Field(number: number, value: .text(Array(content))))
        }
      default: return nil
      }
    }
    return fields
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }

  // MARK: writing

  func bytes() -> [UInt8] { Self.bytes(fields) }

  private static func bytes(_ fields: [Field]) -> [UInt8] {
    var bytes: [UInt8] = []
    for field in fields {
      switch field.value {
      case .number(let value):
        append(field.number << 3, to: &bytes)
        append(value, to: &bytes)
      case .fixed(let content):
        append(field.number << 3 | (content.count == 8 ? 1 : 5), to: &bytes)
        bytes += content
      case .text(let content): append(content, of: field, to: &bytes)
      case .message(let inside): append(Self.bytes(inside), of: field, to: &bytes)
      }
    }
    return bytes
  }

  private static func append(_ content: [UInt8], of field: Field, to bytes: inout [UInt8]) {
    append(field.number << 3 | 2, to: &bytes)
    append(UInt64(content.count), to: &bytes)
    bytes += content
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }

  // MARK: changing

  /// Changes one field somewhere.
  mutating func change(_ random: inout some RandomNumberGenerator) {
    var texts: [[UInt8]] = []
    Self.collect(fields, into: &texts)
    Self.change(&fields, texts: texts, &random)
  }

  private static func collect(_ fields: [Field], into texts: inout [[UInt8]]) {
    for field in fields {
      switch field.value {
      case .text(let text) where text.count < 64: texts.append(text)
      case .message(let inside): collect(inside, into: &texts)
      default: break
      }
    }
  }

  private static let numbers: [UInt64] = [
    0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 64, 127, 255, 4096, 65535, 1 << 24, 1 << 31, 1 << 32, 1 << 62, 1 << 63,
    UInt64.max, UInt64.max - 1, UInt64.max - 2,
  ]

  private static func change(
    _ fields: inout [Field], texts: [[UInt8]], _ random: inout some RandomNumberGenerator
  ) {
    guard !fields.isEmpty else { return }
    let at = Int.random(in: 0..<fields.count, using: &random)
    if case .message(var inside) = fields[at].value, Int.random(in: 0..<8, using: &random) > 0 {
      change(&inside, texts: texts, &random)
      fields[at].value = .message(inside)
      return
    }
    switch Int.random(in: 0..<10, using: &random) {
    case 0: fields.remove(at: at)
    case 1: fields.insert(fields[at], at: Int.random(in: 0...fields.count, using: &random))
    case 2: fields.swapAt(at, Int.random(in: 0..<fields.count, using: &random))
    case 3: fields[at].number = UInt64.random(in: 1...20, using: &random)
    default: fields[at].value = changed(fields[at].value, texts: texts, &random)
    }
  }

  private static func changed(
    _ value: Value, texts: [[UInt8]], _ random: inout some RandomNumberGenerator
  ) -> Value {
    switch value {
    case .number(let number):
      return .number(
        Bool.random(using: &random)
          ? numbers.randomElement(using: &random) ?? 0
          : number &+ UInt64.random(in: 0...4, using: &random) &- 2)
    case .text(let text):
      if Bool.random(using: &random), let other = texts.randomElement(using: &random) { return .text(other) }
      return .text(altered(text, &random))
    case .fixed(let content): return .fixed(Array(altered(content, &random).prefix(content.count)))
    case .message: return value
    }
  }

  /// Bytes with a few replaced, or cut, or made longer.
  private static func altered(_ bytes: [UInt8], _ random: inout some RandomNumberGenerator) -> [UInt8] {
    var bytes = bytes
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes.removeLast(Int.random(in: 0...bytes.count, using: &random))
    case 1: bytes += bytes.prefix(Int.random(in: 0...64, using: &random))
    default:
      guard !bytes.isEmpty else { return [UInt8.random(in: 0...255, using: &random)] }
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let at = Int.random(in: 0..<bytes.count, using: &random)
        bytes[at] =
          [0, 1, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
          .randomElement(using: &random) ?? 0
      }
    }
    return bytes
  }
}

/// Numbers from libFuzzer's seed, so that a run can be repeated.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &+ 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

#if FUZZER
  /// libFuzzer's own mutation.
  @_silgen_name("LLVMFuzzerMutate")
  private func mutateBytes(_ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int) -> Int

  /// What libFuzzer calls for a new input; four of five times the change keeps the messages whole.
  @_cdecl("LLVMFuzzerCustomMutator")
  public func fuzzMutate(
    _ data: UnsafeMutablePointer<UInt8>, _ size: Int, _ limit: Int, _ seed: UInt32
  ) -> Int {
    var random = SeededNumbers(state: UInt64(seed))
    // SAFETY: libFuzzer gives room for `limit` bytes, of which `size` are the input.
    let bytes = unsafe Array(UnsafeBufferPointer(start: data, count: size))
    guard Int.random(in: 0..<5, using: &random) > 0, var tree = MessageTree(bytes) else {
      return unsafe mutateBytes(data, size, limit)
    }
    for _ in 0..<Int.random(in: 1...3, using: &random) { tree.change(&random) }
    let changed = tree.bytes()
    guard !changed.isEmpty, changed.count <= limit else { return unsafe mutateBytes(data, size, limit) }
    _ = unsafe UnsafeMutableBufferPointer(start: data, count: limit).update(fromContentsOf: changed)
    return changed.count
  }
#endif
