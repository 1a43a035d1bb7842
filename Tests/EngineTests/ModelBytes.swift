// SPDX-License-Identifier: Apache-2.0

/// Writes ONNX files field by field, the wrong ones too.
struct Message {
  private(set) var bytes: [UInt8] = []

  init(_ fill: (inout Message) -> Void = { _ in }) { fill(&self) }

  /// A number as a varint.
  mutating func number(_ field: Int, _ value: Int) {
    varint(UInt64(field << 3))
    varint(UInt64(bitPattern: Int64(value)))
  }
  mutating func text(_ field: Int, _ value: String) { data(field, Array(value.utf8)) }
  mutating func message(_ field: Int, _ value: Message) { data(field, value.bytes) }
  mutating func data(_ field: Int, _ value: [UInt8]) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(value.count))
    bytes += value
  }
  mutating func float(_ field: Int, _ value: Float) {
    varint(UInt64(field << 3 | 5))
    bytes += (0..<4).map { UInt8(value.bitPattern >> (8 * UInt32($0)) & 0xFF) }
  }
  /// A number in 8 bytes.
  mutating func fixed(_ field: Int, _ value: UInt64) {
    varint(UInt64(field << 3 | 1))
    bytes += (0..<8).map { UInt8(value >> (8 * UInt64($0)) & 0xFF) }
  }
  /// Numbers in one field, as most writers do.
  mutating func packed(_ field: Int, _ values: [Int]) {
    var inside = Message()
    for value in values { inside.varint(UInt64(bitPattern: Int64(value))) }
    data(field, inside.bytes)
  }
  private mutating func varint(_ value: UInt64) {
    var value = value
    while value >= 0x80 {
      bytes.append(UInt8(value & 0x7F) | 0x80)
      value >>= 7
    }
    bytes.append(UInt8(value))
  }
}

extension Message {
  static func model(opset: Int = 17, _ graph: Message, more: (inout Message) -> Void = { _ in }) -> [UInt8] {
    Message {
      $0.number(1, 8)
      $0.message(7, graph)
      $0.message(8, Message { $0.number(2, opset) })
      more(&$0)
    }.bytes
  }

  /// A graph of the given parts with input x and output y, both float [2].
  static func graph(
    _ nodes: [Message], _ initializers: [Message] = [], inputs: [Message] = [.port("x")],
    outputs: [Message] = [.port("y")]
  ) -> Message {
    Message { graph in
      for node in nodes { graph.message(1, node) }
      graph.text(2, "test")
      for initializer in initializers { graph.message(5, initializer) }
      for input in inputs { graph.message(11, input) }
      for output in outputs { graph.message(12, output) }
    }
  }

  static func node(
    _ op: String, _ inputs: [String], _ outputs: [String], name: String = "", domain: String = "",
    _ attributes: [Message] = []
  ) -> Message {
    Message { node in
      for input in inputs { node.text(1, input) }
      for output in outputs { node.text(2, output) }
      if !name.isEmpty { node.text(3, name) }
      node.text(4, op)
      for attribute in attributes { node.message(5, attribute) }
      if !domain.isEmpty { node.text(7, domain) }
    }
  }

  static func attribute(_ name: String, kind: Int, _ fill: (inout Message) -> Void) -> Message {
    Message {
      $0.text(1, name)
      fill(&$0)
      $0.number(20, kind)
    }
  }

  static func port(_ name: String, type: Int = 1, _ shape: [Int] = [2]) -> Message {
    let dimensions = Message { message in
      for length in shape { message.message(1, Message { $0.number(1, length) }) }
    }
    let tensor = Message {
      $0.number(1, type)
      $0.message(2, dimensions)
    }
    return Message {
      $0.text(1, name)
      $0.message(2, Message { $0.message(1, tensor) })
    }
  }

  static func tensor(_ name: String, type: Int = 1, _ shape: [Int] = [2], _ fill: (inout Message) -> Void)
    -> Message
  {
    Message {
      $0.packed(1, shape)
      $0.number(2, type)
      $0.text(8, name)
      fill(&$0)
    }
  }

  /// Two floats.
  static func pair(_ name: String) -> Message { tensor(name) { $0.data(9, [0, 0, 128, 63, 0, 0, 0, 64]) } }
}
