// SPDX-License-Identifier: Apache-2.0

/// Turns the graphs of a file into `Graph`s: constants taken out of the nodes, names resolved, nodes in order.
struct GraphReader {
  /// The file, in which the data of tensors stand.
  let bytes: [UInt8]
  let opsets: OperatorSets
  /// Counted over all graphs of the file.
  private var nodes = 0
  private var tensors = 0

  init(bytes: [UInt8], opsets: OperatorSets) {
    self.bytes = bytes
    self.opsets = opsets
  }

  /// A graph, and what connects it with those around it.
  struct Reading {
    var graph: Graph
    /// Names that it reads and does not make.
    var outer: [Name] = []
    /// Names that it and the graphs inside it make.
    var made: [String] = []
  }

  /// Reads the graph that the file is about: it stands alone.
  mutating func readMain(_ file: Onnx_GraphProto) throws(ModelError) -> Graph {
    guard !file.output.isEmpty else { throw .graph(reason: "it has no outputs") }
    return try read(file, depth: 0).graph
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
    for port in file.input + file.output { try Self.checkName(port.name) }
    var scope = Scope(capacity: file.initializer.count + 2 * file.node.count)
    var graph = Graph(name: file.name)
    try readConstants(file, into: &graph, &scope)
    for input in file.input {
      let name = scope.name(input.name)
      guard graph.constants[name] == nil else { continue }
      try scope.define(name, by: .input)
      graph.inputs.append(try Graph.Port(onnx: input, name))
    }
    graph.nodes.reserveCapacity(file.node.count)
    for index in file.node.indices {
      try read(file.node[index], index: index, depth: depth, into: &graph, &scope)
    }
    for output in file.output {
      let name = scope.name(output.name)
      graph.outputs.append(try Graph.Port(onnx: output, name))
      scope.result(name)
    }
    if depth == 0 { try scope.checkAlone(graph) }
    graph.nameCount = scope.names.count
    if !scope.isInOrder { graph.nodes = try NodeOrder.sorted(graph.nodes, after: scope.makersOfNeeds()) }
    return Reading(
      graph: graph, outer: depth == 0 ? [] : scope.outer(), made: depth == 0 ? [] : try scope.made())
  }

  private mutating func readConstants(
    _ file: Onnx_GraphProto, into graph: inout Graph, _ scope: inout Scope
  ) throws(ModelError) {
    if let sparse = file.sparseInitializer.first {
      throw .tensor(sparse.values.name, reason: "sparse tensors are not supported")
    }
    for index in file.initializer.indices {
      try countTensor()
      let text = file.initializer[index].name
      try Self.checkName(text)
      guard !text.isEmpty else { throw .graph(reason: "an initializer has no name") }
      let name = scope.name(text)
      try scope.define(name, by: .initializer)
      graph.constants.append(
        name, try Tensor(onnx: file.initializer[index], of: bytes) { .tensor(text, reason: $0) })
    }
  }

  // MARK: nodes

  private mutating func read(
    _ file: Onnx_NodeProto, index: Int, depth: Int, into graph: inout Graph, _ scope: inout Scope
  ) throws(ModelError) {
    try Self.checkName(file.name)
    try Self.checkName(file.opType)
    try Self.checkName(file.domain)
    let name = file.name.isEmpty ? "#\(index)" : file.name
    let domain = OperatorSets.canonical(file.domain)
    let op = domain.isEmpty ? file.opType : "\(domain).\(file.opType)"
    guard !file.opType.isEmpty else {
      throw .node(name, operator: "?", tensor: nil, reason: "it does not say which operator it is")
    }
    let version = try opsets.version(of: op, domain: domain, node: name)
    var node = Node(name: name, op: op, opset: version, inputs: [], outputs: [], attributes: [:])
    try ModelLimit.check("the number of inputs of node \(name)", file.input.count, ModelLimit.perNode)
    try ModelLimit.check("the number of outputs of node \(name)", file.output.count, ModelLimit.perNode)
    guard file.output.contains(where: { !$0.isEmpty }) else { throw node.fault("it has no output") }
    for tensor in file.input { try Self.checkName(tensor) }
    for tensor in file.output { try Self.checkName(tensor) }
    (node.inputs, node.outputs) = (file.input.map { scope.name($0) }, file.output.map { scope.name($0) })
    var inside: [Reading] = []
    try readAttributes(file.attribute, of: &node, depth: depth, inside: &inside, &scope)
    if op == "Constant" {
      guard node.outputs.count == 1, node.has(output: 0), node.inputs.isEmpty else {
        throw node.fault("a constant has one output and no input")
      }
      try scope.define(node.outputs[0], by: .constant(node: name))
      graph.constants.append(node.outputs[0], try node.constantValue())
      return
    }
    scope.append(needs: node.inputs, inside: inside)
    for output in node.outputs where !output.isEmpty {
      try scope.define(output, by: .node(name, at: graph.nodes.count)) { node.fault($0, tensor: output) }
    }
    graph.nodes.append(node)
  }

  private mutating func readAttributes(
    _ attributes: [Onnx_AttributeProto], of node: inout Node, depth: Int, inside: inout [Reading],
    _ scope: inout Scope
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
          try Tensor(onnx: file.t[0], of: bytes) { [node] in node.fault("attribute \(file.name): \($0)") })
      case .graph:
        guard file.g.count == 1 else { throw node.fault("attribute \(file.name): its graph is missing") }
        var reading = try read(file.g[0], depth: depth + 1)
        reading.graph.captures = reading.outer.map { ($0, scope.name($0.text)) }
        inside.append(reading)
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
