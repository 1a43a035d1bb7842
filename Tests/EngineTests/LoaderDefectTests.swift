// SPDX-License-Identifier: Apache-2.0

import Engine
import Testing

/// What an operator reads when a model file is not used: each defect has its own words, and says where it is.
@Suite("Defects of model files") struct LoaderDefectTests {
  struct Defect: CustomTestStringConvertible, Sendable {
    let bytes: [UInt8]
    let expected: String
    var testDescription: String { expected }

    init(_ expected: String, _ bytes: [UInt8]) { (self.bytes, self.expected) = (bytes, expected) }
    init(
      _ expected: String, _ nodes: [Message], _ initializers: [Message] = [],
      inputs: [Message] = [.port("x")],
      outputs: [Message] = [.port("y")]
    ) {
      self.init(expected, Message.model(.graph(nodes, initializers, inputs: inputs, outputs: outputs)))
    }
    /// A defect of the tensor w.
    init(tensor expected: String, type: Int = 1, _ shape: [Int] = [2], _ fill: (inout Message) -> Void) {
      self.init("tensor w: " + expected, [.relu()], [.tensor("w", type: type, shape, fill)])
    }
    /// A defect of an attribute of the node n.
    init(attribute expected: String, _ attributes: [Message]) {
      self.init("node n (Relu): " + expected, [.node("Relu", ["x"], ["y"], name: "n", attributes)])
    }
  }

  @Test(
    "Each defect is refused in words that say where it is", arguments: files + graphs + tensors + attributes)
  func refuses(_ defect: Defect) {
    let error = #expect(throws: ModelError.self) { try Model(onnx: defect.bytes) }
    #expect(error?.description == defect.expected)
  }

  static let files = [
    Defect("not an ONNX model: it has no graph", []),
    Defect("not an ONNX model: byte 0: no field begins like this", Array("<html>".utf8)),
    Defect(
      "not an ONNX model: byte 2: a field of 54 bytes, where 28 are left; the file is cut short or damaged",
      Array(Message.model(.graph([.relu()])).prefix(32))),
    Defect("not an ONNX model: byte 0: no field has the number 0", [0, 0]),
    Defect("not an ONNX model: byte 1: a field is cut short", [0x08]),
    Defect("not an ONNX model: byte 0: a field is cut short", [0x0D, 1, 2]),
    Defect(
      "not an ONNX model: a name or text in it is not UTF-8", Message.model(Message { $0.data(2, [0xFF]) })),
    Defect("graph: it has no outputs", [.relu()], outputs: []),
    Defect(
      "node #0 (Relu): the model imports no operator set of the default domain",
      Message { $0.message(7, .graph([.relu()])) }.bytes),
    Defect(
      "graph: operator set 12 of the default domain; 13 to 23 are supported",
      Message.model(opset: 12, .graph([.relu()]))),
    Defect(
      "graph: operator set 24 of the default domain; 13 to 23 are supported",
      Message.model(opset: 24, .graph([.relu()]))),
    Defect(
      "graph: the operator sets of the default domain are imported as version 17 and as 18",
      Message.model(.graph([.relu()])) {
        $0.message(
          8,
          Message { domain in
            domain.text(1, "ai.onnx")
            domain.number(2, 18)
          })
      }),
    Defect(
      "metadata window: it stands there twice",
      Message.model(.graph([.relu()])) { model in
        for _ in 0..<2 { model.message(14, Message { $0.text(1, "window") }) }
      }),
    Defect(
      "the number of metadata entries is 257, the limit is 256",
      Message.model(.graph([.relu()])) { model in
        for number in 0..<257 { model.message(14, Message { $0.text(1, "\(number)") }) }
      }),
    Defect(
      "the number of fields in the file is 262145, the limit is 262144",
      Message.model(Message { graph in for _ in 0..<262_200 { graph.message(1, Message()) } })),
    Defect(
      "the bytes of packed numbers in the file is 16777217, the limit is 16777216",
      Message.model(.graph([], [.tensor("w") { $0.data(7, Array(repeating: 0, count: 16_777_216)) }]))),
    Defect(
      "the file's length in bytes is 67108865, the limit is 67108864",
      Array(repeating: 0, count: 67_108_865)),
  ]

  static let graphs = [
    Defect("node #0 (?): it does not say which operator it is", [.node("", ["x"], ["y"])]),
    Defect(
      "node n (Relu), tensor nobody: nothing makes this input", [.node("Relu", ["nobody"], ["y"], name: "n")]),
    Defect("tensor y: it is an output of the graph, and nothing makes it", [] as [Message]),
    Defect("graph: an input or output has no name", [.relu()], inputs: [.port("")]),
    Defect("node n (Relu): it has no output", [.node("Relu", ["x"], [""], name: "n")]),
    Defect("graph: an initializer has no name", [.relu()], [.pair("")]),
    Defect("node #1 (Relu), tensor y: node a makes it too", [.relu(name: "a"), .relu()]),
    Defect(
      "node #0 (Relu), tensor x: an input of the graph has this name too", [.node("Relu", ["x"], ["x"])]),
    Defect(
      "node #0 (Relu), tensor w: an initializer has this name too", [.node("Relu", ["x"], ["w"])],
      [.pair("w")]),
    Defect("tensor w: an initializer has this name too", [.relu()], [.pair("w"), .pair("w")]),
    Defect("tensor x: an input of the graph has this name too", [.relu()], inputs: [.port("x"), .port("x")]),
    Defect(
      "graph: a cycle: nodes b, c need each other's outputs",
      [
        .node("Relu", ["x"], ["y"], name: "a"), .node("Add", ["x", "r"], ["q"], name: "b"),
        .node("Relu", ["q"], ["r"], name: "c"),
      ]),
    Defect("graph: a cycle: node a needs its own output", [.node("Relu", ["y"], ["y"], name: "a")]),
    Defect(
      "node #0 (org.pytorch.aten.Foo): the model imports no operator set of the domain org.pytorch.aten",
      [.node("Foo", ["x"], ["y"], domain: "org.pytorch.aten")]),
    Defect(
      "tensor x: elements of type float16 are not supported", [.relu()], inputs: [.port("x", type: 10)]),
    Defect("tensor x: 99 is not a type of elements", [.relu()], inputs: [.port("x", type: 99)]),
    Defect("tensor x: a length of -1 in its shape", [.relu()], inputs: [.port("x", [-1])]),
    Defect(
      "tensor x: it has 9 axes, the limit is 8", [.relu()],
      inputs: [.port("x", Array(repeating: 1, count: 9))]),
    Defect(
      "tensor x: it is not a tensor; sequences, maps and optional values are not supported", [.relu()],
      inputs: [
        Message {
          $0.text(1, "x")
          $0.message(2, Message { $0.message(4, Message()) })
        }
      ]),
    Defect(
      "node #0 (If), tensor far: a graph inside the node reads this, which nothing makes",
      [.branch(.graph([.node("Relu", ["far"], ["t"])], inputs: [], outputs: [.port("t")]))]),
    Defect(
      "tensor x: a graph and another one inside it both make something of this name",
      [.branch(.graph([.node("Neg", ["w"], ["x"])], inputs: [], outputs: [.port("x")]))], [.pair("w")]),
    Defect("the depth of graphs inside graphs is 5, the limit is 4", [.nested(5)]),
    Defect("the depth of messages inside messages is 24, the limit is 23", [.nested(9)]),
    Defect(
      "the length of the name nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn... in bytes is 1025, the limit is 1024",
      [.relu(name: String(repeating: "n", count: 1025))]),
    Defect("the number of nodes is 4097, the limit is 4096", Array(repeating: .relu(), count: 4097)),
    Defect(
      "the number of tensors is 8193, the limit is 8192", [.relu()], (0..<8193).map { .pair("w\($0)") }),
    Defect(
      "the number of inputs of node n is 257, the limit is 256",
      [.node("Sum", Array(repeating: "x", count: 257), ["y"], name: "n")]),
    Defect(
      "node c (Constant): a constant has one output and no input",
      [.node("Constant", ["x"], ["y"], name: "c")]),
    Defect(
      "node c (Constant): a constant has one attribute, this one has 0",
      [.node("Constant", [], ["y"], name: "c")]),
    Defect(
      "node c (Constant): the attribute value_string does not say a constant that is supported",
      [.node("Constant", [], ["y"], name: "c", [.attribute("value_string", kind: 3) { $0.text(4, "s") }])]),
  ]

  static let tensors = [
    Defect(tensor: "elements of type string are not supported", type: 8) { _ in },
    Defect(tensor: "elements of type float16 are not supported", type: 10) { $0.data(9, [0, 0, 0, 0]) },
    Defect(tensor: "elements of type bfloat16 are not supported", type: 16) { $0.data(9, [0, 0, 0, 0]) },
    Defect(tensor: "elements of type complex64 are not supported", type: 14) { _ in },
    Defect(tensor: "0 is not a type of elements", type: 0) { _ in },
    Defect(tensor: "its data is in another file, which is not supported") { $0.number(14, 1) },
    Defect(tensor: "float [2] takes 2 elements of 4 bytes, its data is 7 bytes") {
      $0.data(9, Array(repeating: 0, count: 7))
    },
    Defect(tensor: "float [2] takes 2 elements of 4 bytes, its data is 0 elements") { _ in },
    Defect(tensor: "float [2] takes 2 elements of 4 bytes, its data is 2 elements") { $0.packed(5, [1, 2]) },
    Defect(tensor: "int8 [2] takes 2 elements of 1 bytes, its data is 3 elements", type: 3) {
      $0.packed(5, [1, 2, 3])
    },
    Defect(tensor: "its data stands there twice, raw and as numbers", type: 6) {
      $0.packed(5, [1, 2])
      $0.data(9, Array(repeating: 0, count: 8))
    },
    Defect(tensor: "its data stands there twice") {
      $0.data(9, Array(repeating: 0, count: 64))
      $0.data(9, Array(repeating: 0, count: 8))
    },
    Defect(tensor: "float [2] takes 2 elements of 4 bytes, its data is 64 bytes") {
      $0.data(9, Array(repeating: 0, count: 64))
    },
    // the fields with which the loader says where data stand mean nothing in a file
    Defect(tensor: "float [2] takes 2 elements of 4 bytes, its data is 0 elements") {
      $0.fixed(1000, 1 << 40)
      $0.fixed(1001, 8)
    },
    Defect(tensor: "an element of 128, which does not fit its type", type: 3) { $0.packed(5, [1, 128]) },
    Defect(tensor: "an element of -1, which does not fit its type", type: 2) { $0.packed(5, [1, -1]) },
    Defect(tensor: "an element of 4294967296, which does not fit its type", type: 12) {
      $0.packed(11, [1, 1 << 32])
    },
    Defect(tensor: "a bool of 2, which is neither 0 nor 1", type: 9) { $0.data(9, [1, 2]) },
    Defect(tensor: "a length of -2 in its shape [2, -2]", [2, -2]) { _ in },
    Defect(tensor: "its shape [4097, 4096] has more than 16777216 elements", [4097, 4096]) { _ in },
    Defect(
      tensor: "its shape [4611686018427387904, 4] has more than 16777216 elements", [1 << 62, 4]
    ) { _ in },
    Defect(tensor: "it has 9 axes, the limit is 8", Array(repeating: 1, count: 9)) {
      $0.data(9, [0, 0, 0, 0])
    },
    Defect(
      "tensor w: sparse tensors are not supported",
      Message.model(
        Message {
          $0.message(15, Message { $0.message(1, .pair("w")) }); $0.message(12, .port("w"))
        })),
  ]

  static let attributes = [
    Defect(
      attribute: "attribute alpha: 0 is not a kind of attribute",
      [.attribute("alpha", kind: 0) { $0.float(2, 1) }]),
    Defect(
      attribute: "attribute alpha: 99 is not a kind of attribute", [.attribute("alpha", kind: 99) { _ in }]),
    Defect(
      attribute: "attribute alpha: the kind sparseTensor is not supported",
      [.attribute("alpha", kind: 11) { _ in }]),
    Defect(attribute: "attribute alpha: its tensor is missing", [.attribute("alpha", kind: 4) { _ in }]),
    Defect(attribute: "attribute alpha: its graph is missing", [.attribute("alpha", kind: 5) { _ in }]),
    Defect(
      attribute: "attribute alpha: its text is not UTF-8",
      [.attribute("alpha", kind: 3) { $0.data(4, [0xFF]) }]),
    Defect(
      attribute: "attribute alpha: float [2] takes 2 elements of 4 bytes, its data is 0 elements",
      [.attribute("alpha", kind: 4) { $0.message(5, .tensor("") { _ in }) }]),
    Defect(
      attribute: "the attribute alpha stands there twice",
      Array(repeating: .attribute("alpha", kind: 1) { $0.float(2, 1) }, count: 2)),
    Defect(
      "the length of attribute axes of node n is 65537, the limit is 65536",
      [
        .node(
          "Relu", ["x"], ["y"], name: "n",
          [.attribute("axes", kind: 7) { $0.packed(8, Array(repeating: 0, count: 65537)) }])
      ]),
  ]
}

extension Message {
  fileprivate static func relu(name: String = "") -> Message { node("Relu", ["x"], ["y"], name: name) }

  /// An If of one branch; what is wrong is found before its operator is asked.
  fileprivate static func branch(_ graph: Message) -> Message {
    node("If", ["x"], ["y"], [attribute("then_branch", kind: 5) { $0.message(6, graph) }])
  }

  /// Branches inside each other.
  fileprivate static func nested(_ depth: Int) -> Message {
    depth == 0 ? relu() : branch(graph([nested(depth - 1)], inputs: []))
  }
}
