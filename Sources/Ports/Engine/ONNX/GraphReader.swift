// SPDX-License-Identifier: Apache-2.0

/// Turns the graphs of a file into `Graph`s: constants taken out of the nodes, names resolved, nodes in order.
struct GraphReader {
  let opsets: OperatorSets
  /// Counted over all graphs of the file.
  private var nodes = 0
  private var tensors = 0

  init(opsets: OperatorSets) { self.opsets = opsets }

  /// A graph, and what connects it with those around it.
  struct Reading {
    var graph: Graph
    /// Names that it reads and does not make.
    var outer: Set<String> = []
    /// Names that it and the graphs inside it make.
    var made: Set<String> = []
  }

  /// Reads the graph that the file is about: it stands alone, and its inputs and outputs are declared.
  mutating func readMain(_ file: Onnx_GraphProto) throws(ModelError) -> Graph {
    let reading = try read(file, depth: 0)
    guard !reading.graph.outputs.isEmpty else { throw .graph(reason: "it has no outputs") }
    for node in reading.graph.nodes {
      for name in node.inputs where reading.outer.contains(name) {
        throw node.fault("nothing makes this input", tensor: name)
      }
    }
    if let name = reading.outer.min() {
      throw .graph(reason: "a graph inside it reads \(name), which nothing makes")
    }
    return reading.graph
  }

  /// Reads one graph.
  /// - Parameter depth: the number of graphs around it.
  mutating func read(_ file: Onnx_GraphProto, depth: Int) throws(ModelError) -> Reading {
    try ModelLimit.check("the depth of graphs inside graphs", depth, ModelLimit.graphDepth)
    nodes += file.node.count
    try ModelLimit.check("the number of nodes", nodes, ModelLimit.nodes)
    try ModelLimit.check("the number of inputs of the graph", file.input.count, ModelLimit.perNode)
    try ModelLimit.check("the number of outputs of the graph", file.output.count, ModelLimit.perNode)
    try Self.checkName(file.name)
    var scope = Scope()
    var graph = Graph(name: file.name, nodes: [], inputs: [], outputs: [], constants: [:])
    try readConstants(file, into: &graph, &scope)
    for port in file.input + file.output { try Self.checkName(port.name) }
    for input in file.input where graph.constants[input.name] == nil {
      try scope.define(input.name, by: .input)
      graph.inputs.append(try Graph.Port(onnx: input))
    }
    graph.nodes.reserveCapacity(file.node.count)
    for (index, node) in file.node.enumerated() {
      try read(node, index: index, depth: depth, into: &graph, &scope)
    }
    for output in file.output { graph.outputs.append(try Graph.Port(onnx: output)) }
    var reading = Reading(graph: graph)
    if let name = scope.inside.intersection(scope.makers.keys).min() {
      throw .tensor(
        name, reason: "a graph inside the graph that makes it has the same name for another tensor")
    }
    reading.made = scope.inside.union(scope.makers.keys)
    reading.outer = scope.read.union(graph.outputs.map(\.name)).subtracting(scope.makers.keys)
    if depth == 0, let missing = graph.outputs.first(where: { reading.outer.contains($0.name) }) {
      throw .tensor(missing.name, reason: "it is an output of the graph, and nothing makes it")
    }
    reading.graph.nodes = try NodeOrder.sorted(graph.nodes, needs: scope.needs)
    return reading
  }

  private mutating func readConstants(
    _ file: Onnx_GraphProto, into graph: inout Graph, _ scope: inout Scope
  ) throws(ModelError) {
    if let sparse = file.sparseInitializer.first {
      throw .tensor(sparse.values.name, reason: "sparse tensors are not supported")
    }
    for initializer in file.initializer {
      try countTensor()
      try Self.checkName(initializer.name)
      guard !initializer.name.isEmpty else { throw .graph(reason: "an initializer has no name") }
      try scope.define(initializer.name, by: .initializer)
      graph.constants[initializer.name] = try Tensor(onnx: initializer) {
        .tensor(initializer.name, reason: $0)
      }
    }
  }

  // MARK: nodes

  private mutating func read(
    _ file: Onnx_NodeProto, index: Int, depth: Int, into graph: inout Graph, _ scope: inout Scope
  ) throws(ModelError) {
    for name in [file.name, file.opType, file.domain] { try Self.checkName(name) }
    let name = file.name.isEmpty ? "#\(index)" : file.name
    let domain = OperatorSets.canonical(file.domain)
    let op = domain.isEmpty ? file.opType : "\(domain).\(file.opType)"
    guard !file.opType.isEmpty else {
      throw .node(name, operator: "?", tensor: nil, reason: "it does not say which operator it is")
    }
    let version = try opsets.version(of: op, domain: domain, node: name)
    var node = Node(
      name: name, op: op, opset: version, inputs: file.input, outputs: file.output, attributes: [:])
    try ModelLimit.check("the number of inputs of node \(name)", file.input.count, ModelLimit.perNode)
    try ModelLimit.check("the number of outputs of node \(name)", file.output.count, ModelLimit.perNode)
    for tensor in file.input + file.output { try Self.checkName(tensor) }
    var needs = file.input.filter { !$0.isEmpty }
    try readAttributes(file.attribute, of: &node, depth: depth) { reading in
      needs.append(contentsOf: reading.outer)
      scope.inside.formUnion(reading.made)
    }
    for output in file.output where !output.isEmpty { try scope.define(output, by: .node(node)) }
    if node.op == "Constant" {
      guard node.has(output: 0), node.outputs.count == 1, needs.isEmpty else {
        throw node.fault("a constant has one output and no input")
      }
      graph.constants[node.outputs[0]] = try node.constantValue()
    } else {
      graph.nodes.append(node)
      scope.needs.append(needs)
      scope.read.formUnion(needs)
    }
  }

  private mutating func readAttributes(
    _ attributes: [Onnx_AttributeProto], of node: inout Node, depth: Int, inside: (Reading) -> Void
  ) throws(ModelError) {
    try ModelLimit.check(
      "the number of attributes of node \(node.name)", attributes.count, ModelLimit.perNode)
    for file in attributes {
      try Self.checkName(file.name)
      let value: Attribute
      switch AttributeKind(rawValue: file.type) {
      case .tensor:
        try countTensor()
        guard file.t.count == 1 else { throw node.fault("attribute \(file.name): its tensor is missing") }
        value = .tensor(
          try Tensor(onnx: file.t[0]) { [node] in node.fault("attribute \(file.name): \($0)") })
      case .graph:
        guard file.g.count == 1 else { throw node.fault("attribute \(file.name): its graph is missing") }
        let reading = try read(file.g[0], depth: depth + 1)
        inside(reading)
        value = .graph(reading.graph)
      case let kind:
        value = try Attribute(onnx: file, kind: kind, node: node)
      }
      guard node.attributes.updateValue(value, forKey: file.name) == nil else {
        throw node.fault("the attribute \(file.name) stands there twice")
      }
    }
  }

  // MARK: limits

  private mutating func countTensor() throws(ModelError) {
    tensors += 1
    try ModelLimit.check("the number of tensors", tensors, ModelLimit.tensors)
  }

  private static func checkName(_ name: String) throws(ModelError) {
    try ModelLimit.check(
      "the length of the name \(name.prefix(40))... in bytes", name.utf8.count, ModelLimit.nameBytes)
  }
}

/// The names of one graph while it is read.
private struct Scope {
  enum Maker {
    case input, initializer
    case node(Node)
  }

  /// By name: what makes it.
  var makers: [String: Maker] = [:]
  /// What the graph's nodes and the graphs inside them read.
  var read: Set<String> = []
  /// Names made by the graphs inside it.
  var inside: Set<String> = []
  /// By node: the names that have to be there before it runs.
  var needs: [[String]] = []

  mutating func define(_ name: String, by maker: Maker) throws(ModelError) {
    guard let other = makers.updateValue(maker, forKey: name) else { return }
    let already =
      switch other {
      case .input: "an input of the graph has this name too"
      case .initializer: "an initializer has this name too"
      case .node(let node): "node \(node.name) makes it too"
      }
    switch maker {
    case .node(let node): throw node.fault(already, tensor: name)
    case .input, .initializer: throw .tensor(name, reason: already)
    }
  }
}
