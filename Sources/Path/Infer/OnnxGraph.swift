// SPDX-License-Identifier: Apache-2.0

internal import SwiftProtobuf

/// One operator of the graph.
struct OnnxNode {
  let index: Int
  let name: String
  let op: String
  let inputs: [String]
  let output: String
  private let attributes: [String: Onnx_AttributeProto]

  init(_ proto: Onnx_NodeProto, index: Int) throws(ModelError) {
    self.index = index
    name = proto.name.isEmpty ? "#\(index)" : proto.name
    op = proto.domain.isEmpty || proto.domain == "ai.onnx" ? proto.opType : "\(proto.domain).\(proto.opType)"
    inputs = proto.input
    guard proto.output.count == 1, let first = proto.output.first, !first.isEmpty else {
      throw .node(name, operator: op, tensor: nil, reason: "one output expected, \(proto.output.count) found")
    }
    output = first
    attributes = Dictionary(proto.attribute.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Input `i`, nil when it is left out.
  func input(_ i: Int) -> String? { i < inputs.count && !inputs[i].isEmpty ? inputs[i] : nil }
  func float(_ name: String, default value: Float) -> Float { attributes[name]?.f ?? value }
  func integer(_ name: String, default value: Int64) -> Int64 { attributes[name]?.i ?? value }
  func fault(_ reason: String, tensor: String? = nil) -> ModelError {
    .node(name, operator: op, tensor: tensor, reason: reason)
  }
}

/// The parsed graph with its links: who makes a value, who reads it.
struct OnnxGraph {
  let nodes: [OnnxNode]
  let input: String
  let inputCount: Int
  let output: String
  /// What the model's maker wrote beside the graph.
  let metadata: [String: String]
  private let tensors: [String: Onnx_TensorProto]
  private let producers: [String: Int]
  private let consumers: [String: [Int]]

  /// Opsets of the default domain whose Q, DQ, Gemm, MatMul, Add and Relu mean what the engine does.
  static let opsets: ClosedRange<Int64> = 13...23

  init(_ bytes: [UInt8]) throws(ModelError) {
    guard bytes.count <= ModelLimit.fileBytes else {
      throw .limit(what: "file size in bytes", value: bytes.count, limit: ModelLimit.fileBytes)
    }
    var options = BinaryDecodingOptions()
    options.messageDepthLimit = ModelLimit.messageDepth
    options.discardUnknownFields = true
    let model: Onnx_ModelProto
    do {
      model = try Onnx_ModelProto(serializedBytes: bytes, options: options)
    } catch {
      throw .notAModel(reason: "\(error)")
    }
    guard model.hasGraph, !model.graph.node.isEmpty else { throw .notAModel(reason: "it holds no graph") }
    guard let opset = model.opsetImport.first(where: { ["", "ai.onnx"].contains($0.domain) })?.version else {
      throw .graph(reason: "it names no opset")
    }
    guard OnnxGraph.opsets.contains(opset) else {
      throw .graph(reason: "opset \(opset) is outside 13 to 23")
    }
    guard model.metadataProps.count <= ModelLimit.metadata else {
      throw .limit(
        what: "number of metadata entries", value: model.metadataProps.count, limit: ModelLimit.metadata)
    }
    let metadata = Dictionary(
      model.metadataProps.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    try self.init(model.graph, metadata)
  }

  private init(_ graph: Onnx_GraphProto, _ metadata: [String: String]) throws(ModelError) {
    guard graph.node.count <= ModelLimit.nodes else {
      throw .limit(what: "number of nodes", value: graph.node.count, limit: ModelLimit.nodes)
    }
    guard graph.initializer.count <= ModelLimit.tensors else {
      throw .limit(what: "number of tensors", value: graph.initializer.count, limit: ModelLimit.tensors)
    }
    var tensors: [String: Onnx_TensorProto] = [:]
    for tensor in graph.initializer where tensors.updateValue(tensor, forKey: tensor.name) != nil {
      throw .tensor(tensor.name, reason: "it is there twice")
    }
    let inputs = graph.input.filter { tensors[$0.name] == nil }
    guard inputs.count == 1, graph.output.count == 1 else {
      throw .graph(
        reason: "one input and one output expected, \(inputs.count) and \(graph.output.count) found")
    }
    input = inputs[0].name
    output = graph.output[0].name
    inputCount = try OnnxGraph.length(inputs[0])
    var nodes: [OnnxNode] = []
    var producers: [String: Int] = [:]
    var consumers: [String: [Int]] = [:]
    for (index, proto) in graph.node.enumerated() {
      let node = try OnnxNode(proto, index: index)
      guard tensors[node.output] == nil, producers.updateValue(index, forKey: node.output) == nil else {
        throw node.fault("its output is made elsewhere too", tensor: node.output)
      }
      for name in Set(node.inputs) { consumers[name, default: []].append(index) }
      nodes.append(node)
    }
    self.nodes = nodes
    self.metadata = metadata
    self.tensors = tensors
    self.producers = producers
    self.consumers = consumers
  }

  /// Elements of a float input whose first dimension, if not 1, is symbolic.
  private static func length(_ value: Onnx_ValueInfoProto) throws(ModelError) -> Int {
    guard value.type.tensorType.elemType == ElementType.float.rawValue else {
      throw .tensor(value.name, reason: "the graph's input is not float")
    }
    var count = 1
    for (axis, dim) in value.type.tensorType.shape.dim.enumerated() {
      let size = axis == 0 && dim.dimValue == 0 ? 1 : dim.dimValue
      guard size > 0, size <= ModelLimit.width, count * Int(size) <= ModelLimit.width, axis > 0 || size == 1
      else {
        throw .tensor(value.name, reason: "shape is not [1, n] with n from 1 to \(ModelLimit.width)")
      }
      count *= Int(size)
    }
    return count
  }

  /// The constant that `node` reads by this name.
  func constant(_ name: String, of node: OnnxNode) throws(ModelError) -> OnnxTensor {
    guard let proto = tensors[name] else { throw node.fault("there is no such constant", tensor: name) }
    do {
      return try OnnxTensor(proto)
    } catch .tensor(_, let reason) {
      throw node.fault(reason, tensor: name)
    } catch { throw error }
  }

  func producer(of name: String) -> OnnxNode? {
    guard let index = producers[name] else { return nil }
    return nodes[index]
  }

  /// The nodes that read `name`, in file order.
  func consumers(of name: String) -> [OnnxNode] { (consumers[name] ?? []).map { nodes[$0] } }
}
