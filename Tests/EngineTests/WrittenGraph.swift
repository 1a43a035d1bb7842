// SPDX-License-Identifier: Apache-2.0

import Engine
import engine_lab

/// An ONNX graph, written down in a test; the numbers are the fields of onnx.proto.
struct WrittenGraph {
  var nodes: [WrittenNode]
  var inputs: [(name: String, type: ElementType, shape: [Int])] = []
  var outputs: [String]
  var constants: [String: Tensor] = [:]
  /// Shapes that the file states for constants beside, and after, their own.
  var shapes: [String: [Int]] = [:]

  /// The file.
  func model(opset: Int = 20) -> [UInt8] {
    var domain = Wire([])
    domain.put(2, UInt64(opset))
    var model = Wire([])
    model.put(1, 9)
    model.put(7, bytes)
    model.put(8, domain.bytes)
    return model.bytes
  }

  /// Its `GraphProto`.
  fileprivate var bytes: [UInt8] {
    var graph = Wire([])
    for node in nodes { graph.put(1, node.bytes) }
    graph.put(2, Array("graph".utf8))
    for (name, tensor) in constants.sorted(by: { $0.key < $1.key }) {
      var file = Wire([])
      for length in shapes[name] ?? [] { file.put(1, UInt64(length)) }
      graph.put(5, TensorFile(name: name, tensor: tensor).bytes + file.bytes)
    }
    for input in inputs { graph.put(11, Self.port(input.name, input.type, input.shape)) }
    for name in outputs { graph.put(12, Self.port(name)) }
    return graph.bytes
  }

  private static func port(_ name: String, _ type: ElementType? = nil, _ shape: [Int] = []) -> [UInt8] {
    var (lengths, tensor, kind, port) = (Wire([]), Wire([]), Wire([]), Wire([]))
    for length in shape {
      var dimension = Wire([])
      dimension.put(1, UInt64(length))
      lengths.put(1, dimension.bytes)
    }
    port.put(1, Array(name.utf8))
    if let type {
      tensor.put(1, UInt64(type.rawValue))
      tensor.put(2, lengths.bytes)
      kind.put(1, tensor.bytes)
      port.put(2, kind.bytes)
    }
    return port.bytes
  }
}

/// A node of such a graph.
struct WrittenNode {
  var op: String
  var inputs: [String]
  var outputs: [String]
  var attributes: [String: Attribute]

  enum Attribute {
    case integer(Int)
    case integers([Int])
    case text(String)
    case graph(WrittenGraph)
  }

  init(_ op: String, _ inputs: [String], _ outputs: [String] = ["y"], _ attributes: [String: Attribute] = [:])
  {
    (self.op, self.inputs, self.outputs, self.attributes) = (op, inputs, outputs, attributes)
  }

  fileprivate var bytes: [UInt8] {
    var node = Wire([])
    for name in inputs { node.put(1, Array(name.utf8)) }
    for name in outputs { node.put(2, Array(name.utf8)) }
    node.put(3, Array("the \(op)".utf8))
    node.put(4, Array(op.utf8))
    for (name, value) in attributes.sorted(by: { $0.key < $1.key }) {
      var attribute = Wire([])
      attribute.put(1, Array(name.utf8))
      switch value {
      case .integer(let value):
        attribute.put(3, UInt64(bitPattern: Int64(value)))
        attribute.put(20, 2)
      case .text(let value):
        attribute.put(4, Array(value.utf8))
        attribute.put(20, 3)
      case .graph(let value):
        attribute.put(6, value.bytes)
        attribute.put(20, 5)
      case .integers(let values):
        for value in values { attribute.put(8, UInt64(bitPattern: Int64(value))) }
        attribute.put(20, 7)
      }
      node.put(5, attribute.bytes)
    }
    return node.bytes
  }
}
