// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// What kinds of attributes there are, by their numbers in `AttributeProto.AttributeType`.
enum AttributeKind: Int32 {
  case float = 1, integer, string, tensor, graph
  case floats, integers, strings, tensors, graphs
  case sparseTensor, sparseTensors, type, types
}

extension Attribute {
  /// Reads an attribute of a kind that holds neither a tensor nor a graph.
  init(onnx file: Onnx_AttributeProto, kind: AttributeKind?, node: Node) throws(ModelError) {
    let length = max(file.ints.count, file.floats.count, file.strings.count)
    try ModelLimit.check(
      "the length of attribute \(file.name) of node \(node.name)", length, ModelLimit.attributeList)
    func text(_ data: Data) throws(ModelError) -> String {
      guard let text = String(validating: data, as: UTF8.self) else {
        throw node.fault("attribute \(file.name): its text is not UTF-8")
      }
      return text
    }
    switch kind {
    case .float: self = .float(file.f)
    case .integer: self = .integer(Int(file.i))
    case .string: self = .string(try text(file.s))
    case .floats: self = .floats(file.floats)
    case .integers: self = .integers(file.ints.map { Int($0) })
    case .strings:
      var texts: [String] = []
      for data in file.strings { texts.append(try text(data)) }
      self = .strings(texts)
    case nil: throw node.fault("attribute \(file.name): \(file.type) is not a kind of attribute")
    case let kind?: throw node.fault("attribute \(file.name): the kind \(kind) is not supported")
    }
  }
}

extension Node {
  /// The tensor that a node `Constant` is.
  func constantValue() throws(ModelError) -> Tensor {
    guard attributes.count == 1, let (name, value) = attributes.first else {
      throw fault("a constant has one attribute, this one has \(attributes.count)")
    }
    switch (name, value) {
    case ("value", .tensor(let tensor)): return tensor
    case ("value_float", .float(let value)): return Tensor(.float, [], [value])
    case ("value_floats", .floats(let values)): return Tensor(.float, [values.count], values)
    case ("value_int", .integer(let value)): return Tensor(.int64, [], [Int64(value)])
    case ("value_ints", .integers(let values)):
      return Tensor(.int64, [values.count], values.map { Int64($0) })
    default: throw fault("the attribute \(name) does not say a constant that is supported")
    }
  }
}
