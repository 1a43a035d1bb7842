// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Follows the graph from its input to its output and fuses it to integer layers.
///
/// ```
///  float --Q--> integer --DQ--> real --Gemm|MatMul--> sum --[Add bias]--[Relu]--Q--> integer ...
///                                 |                     '------------------------------> output (float)
///                                 '--> output (float)
/// ```
/// A node that does not continue this chain is refused by name: nothing is computed in another way than the
/// file says.
struct Plan {
  private(set) var layers: [Layer] = []
  private(set) var inputQuantization: Quantization

  private let graph: OnnxGraph
  private let first: OnnxNode
  private var used: Set<Int> = []

  private static let operators: Set<String> = [
    "QuantizeLinear", "DequantizeLinear", "Gemm", "MatMul", "Add", "Relu",
  ]

  init(_ graph: OnnxGraph) throws(ModelError) {
    self.graph = graph
    for node in graph.nodes where !Plan.operators.contains(node.op) {
      throw .unsupportedOperator(node: node.name, operator: node.op)
    }
    first = try Plan.onlyConsumer(of: graph.input, in: graph)
    guard first.op == "QuantizeLinear" else {
      throw first.fault("the input is not quantized: only QDQ models run here", tensor: graph.input)
    }
    inputQuantization = try graph.quantization(of: first)
    used.insert(first.index)
  }

  /// Builds the layers. Each step uses up a node, so a cycle ends as an error.
  mutating func walk() throws(ModelError) {
    var quantization = inputQuantization
    var width = graph.inputCount
    var value = first.output
    while true {
      if value == graph.output { throw .graph(reason: "its output \(value) is not float") }
      let dequantize = try take(Plan.onlyConsumer(of: value, in: graph))
      guard dequantize.op == "DequantizeLinear", dequantize.input(0) == value else {
        throw dequantize.fault("a DequantizeLinear is expected here", tensor: value)
      }
      guard try graph.quantization(of: dequantize) == quantization else {
        throw dequantize.fault("its scale or zero point is not that of the QuantizeLinear", tensor: value)
      }
      value = dequantize.output
      if value == graph.output { break }
      var dense = try DenseNode(take(Plan.onlyConsumer(of: value, in: graph)), input: value, width: width)
      let made = try fuse(&dense, inputScale: quantization.scale)
      layers.append(made.layer)
      width = made.layer.dense.outputs
      value = made.value
      guard let next = made.layer.output else { break }
      quantization = next
    }
    if let stray = graph.nodes.first(where: { !used.contains($0.index) }) {
      throw stray.fault("it lies beside the chain from input to output", tensor: stray.output)
    }
  }

  /// Reads the constants of a dense node and what follows it, up to its quantized or final output.
  private mutating func fuse(_ dense: inout DenseNode, inputScale: Float) throws(ModelError) -> (
    layer: Layer, value: String
  ) {
    let weights = try graph.weights(of: dense)
    used.insert(weights.source)
    var bias = [Int32](repeating: 0, count: weights.outputs)
    if let name = dense.bias {
      bias = try takeBias(name, of: dense.node, weights: weights, inputScale: inputScale)
    }
    var value = dense.node.output
    var relu = false
    var output: Quantization?
    while value != graph.output {
      let node = try take(Plan.onlyConsumer(of: value, in: graph))
      switch node.op {
      case "Add" where !relu && dense.bias == nil && node.inputs.count == 2:
        let name = node.inputs[0] == value ? node.inputs[1] : node.inputs[0]
        dense.bias = name
        bias = try takeBias(name, of: node, weights: weights, inputScale: inputScale)
      case "Relu" where !relu: relu = true
      case "QuantizeLinear" where node.input(0) == value: output = try graph.quantization(of: node)
      default: throw node.fault("it cannot follow \(dense.node.op) \(dense.node.name) here", tensor: value)
      }
      value = node.output
      if output != nil { break }
    }
    if output == nil && relu {
      throw dense.node.fault("a Relu whose result is not quantized is not supported")
    }
    guard
      let packed = Int8Dense(
        weights: weights.values, inputs: weights.inputs, outputs: weights.outputs, bias: bias)
    else {
      throw dense.node.fault("its sums can leave the range of int32", tensor: dense.weights)
    }
    // The order of these three operations is part of the result.
    let scale = weights.scales.map { (inputScale * $0) / (output?.scale ?? 1) }
    guard scale.allSatisfy(\.isNormal) else {
      throw dense.node.fault("the product of its scales leaves the range of float", tensor: dense.weights)
    }
    var range = output?.range ?? Int8Quantize.Range(low: 0, high: 0)
    if relu { range.low = max(range.low, 0) }
    return (Layer(dense: packed, scale: scale, range: range, output: output), value)
  }

  private mutating func takeBias(
    _ name: String, of node: OnnxNode, weights: DenseWeights, inputScale: Float
  ) throws(ModelError) -> [Int32] {
    let bias = try graph.bias(name, of: node, weights: weights, inputScale: inputScale)
    used.insert(bias.source)
    return bias.values
  }

  private mutating func take(_ node: OnnxNode) throws(ModelError) -> OnnxNode {
    guard used.insert(node.index).inserted else { throw node.fault("the graph has a cycle") }
    return node
  }

  private static func onlyConsumer(of value: String, in graph: OnnxGraph) throws(ModelError) -> OnnxNode {
    let consumers = graph.consumers(of: value)
    guard consumers.count == 1 else {
      throw .graph(reason: "\(value) feeds \(consumers.count) nodes; only chains are supported")
    }
    return consumers[0]
  }
}
