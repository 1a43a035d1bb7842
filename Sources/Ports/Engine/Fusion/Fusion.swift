// SPDX-License-Identifier: Apache-2.0

/// Joins an operator with the DequantizeLinear before it and the QuantizeLinear behind it into the quantized operator
/// that they describe (QLinearConv, QLinearMatMul, QGemm, ...), under the conditions of ONNX Runtime's own QDQ fusion,
/// so that the same places of a graph are computed in integers.
struct Fusion {
  /// The graph as it becomes; only its nodes are taken out.
  var graph: Graph
  /// Nil for one that went into another.
  var nodes: [Node?]
  var surroundings: Surroundings

  /// The graph with its quantized operators joined, subgraphs too, and without nodes that nobody reads.
  static func rewrite(_ graph: Graph) -> Graph {
    var fusion = Fusion(graph)
    for index in fusion.nodes.indices { fusion.visit(index) }
    fusion.graph.nodes = fusion.liveNodes()
    return fusion.graph
  }

  private init(_ given: Graph) {
    surroundings = Surroundings(given)
    nodes = given.nodes.map { node in
      guard node.hasGraphs else { return node }
      var node = node
      node.attributes = node.attributes.mapValues { attribute in
        if case .graph(let inner) = attribute { .graph(Fusion.rewrite(inner)) } else { attribute }
      }
      return node
    }
    graph = given
    graph.nodes = []
  }

  private mutating func visit(_ index: Int) {
    guard let node = nodes[index], node.has(output: 0), node.has(input: 0) else { return }
    switch node.op {
    // Most nodes; these need not be held against all that follow.
    case "DequantizeLinear", "QuantizeLinear": break
    case "Conv": convolution(index, node)
    case "Gemm": gemm(index, node)
    case "MatMul": matMul(index, node)
    case "Add", "Mul": binary(index, node)
    case "MatMulInteger", "ConvInteger": integerProduct(index, node)
    case "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Softmax": unary(index, node)
    case "Concat": concat(index, node)
    case "MaxPool", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Gather", "Expand",
      "Tile", "DepthToSpace", "SpaceToDepth", "Split":
      move(index, node)
    default: break
    }
  }

  /// Puts an operator in the place of a node.
  /// - Parameter quantized: what behind the node goes into the operator too.
  mutating func replace(_ index: Int, with op: String, _ inputs: [Name], _ quantized: Quantized?) {
    guard let old = nodes[index] else { return }
    var outputs = old.outputs
    if let quantized {
      for passed in quantized.nodes { nodes[passed] = nil }
      outputs[0] = quantized.output
    }
    put(
      Node(
        name: old.name, op: op, opset: old.opset, inputs: inputs, outputs: outputs,
        attributes: old.attributes),
      at: index)
  }

  mutating func put(_ node: Node, at index: Int) {
    nodes[index] = node
    surroundings.add(node, at: index)
  }

  /// What is left, without nodes whose outputs nobody reads.
  private func liveNodes() -> [Node] {
    var isWanted = surroundings.isKept
    isWanted += repeatElement(false, count: graph.nameCount - isWanted.count)
    var live: [Node] = []
    for case let node? in nodes.reversed() where node.outputs.contains(where: { isWanted[$0.number] }) {
      for name in node.inputs where !name.isEmpty { isWanted[name.number] = true }
      live.append(node)
    }
    return live.reversed()
  }
}

/// Who makes and who reads each name of a graph, by the names' numbers.
struct Surroundings {
  /// Which nodes read a name.
  private enum Readers { case none, one(Int), several }

  private var makers: [Int?]
  private var readers: [Readers]
  /// Names that the graph gives out, or that a graph inside one of its nodes reads.
  private(set) var isKept: [Bool]

  init(_ graph: Graph) {
    makers = Array(repeating: nil, count: graph.nameCount)
    readers = Array(repeating: .none, count: graph.nameCount)
    isKept = Array(repeating: false, count: graph.nameCount)
    for output in graph.outputs { isKept[output.name.number] = true }
    for (index, node) in graph.nodes.enumerated() {
      add(node, at: index)
      for case .graph(let inner) in node.attributes.values {
        for (_, around) in inner.captures { isKept[around.number] = true }
      }
    }
  }

  /// Notes what node `index` reads and makes. What another node in its place has read is not forgotten.
  mutating func add(_ node: Node, at index: Int) {
    for name in node.outputs where !name.isEmpty { makers[name.number] = index }
    for name in node.inputs where !name.isEmpty && name.number < readers.count {
      readers[name.number] = if case .none = readers[name.number] { .one(index) } else { .several }
    }
  }

  /// The node that makes a name.
  func maker(of name: Name) -> Int? { name.number < makers.count ? makers[name.number] : nil }

  /// The only node that reads a name, once, when nothing else needs it.
  func onlyReader(of name: Name) -> Int? {
    guard name.number < readers.count, !isKept[name.number], case .one(let index) = readers[name.number]
    else { return nil }
    return index
  }

  /// Whether a node reads the name.
  func isRead(_ name: Name) -> Bool {
    guard name.number < readers.count else { return true }
    if case .none = readers[name.number] { return false }
    return true
  }
}
