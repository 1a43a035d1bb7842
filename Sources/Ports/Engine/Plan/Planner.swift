// SPDX-License-Identifier: Apache-2.0

/// Turns a graph into steps: shapes become numbers, what is constant is computed now, each operator emits its steps.
///
/// An operator's `plan` asks for its operands, makes its outputs, and emits steps that connect them:
/// ```swift
/// static func plan(_ node: Node, _ planner: inout Planner) throws(ModelError) {
///   let x = try planner.operand(node, 0, of: [.float])
///   let y = try planner.makeOutput(node, 0, .float, planner[x].shape)
///   planner.emit(ReluStep(x: x, y: y, count: planner[x].count))
/// }
/// ```
/// Nothing that stands in a file may trap here: every size goes through `makeOutput`, `makeTemporary` or `addConstant`,
/// which hold it against the limits, and what does not fit an operator is thrown as `node.fault`.
struct Planner {
  var values = Values()
  private(set) var steps: [any Step] = []
  var bindings = Bindings()
  /// The form of the kernels; weights are packed for it.
  let path: Int32
  private var folding = Folding()

  /// Whether the network takes a stream piece by piece: convolutions and recurrent operators carry on.
  let isStreaming: Bool
  /// What a stream begins with.
  var initialState: [UInt8] = []

  /// The copies of a value in other forms, where they were made.
  var arrangements: [ValueID: [Form: ValueID]] = [:]
  /// Whether the node that is planned moves bytes without looking at them, so that turned sign bits may stay.
  private(set) var keepsFlip = false

  init(path: Int32, isStreaming: Bool = false) {
    self.path = path
    self.isStreaming = isStreaming
  }

  subscript(id: ValueID) -> Value { values[id] }

  // MARK: graphs

  /// Plans the graph of a network, whose inputs are of these types and shapes.
  mutating func plan(_ graph: Graph, inputs: [(type: ElementType, shape: [Int])]) throws(ModelError)
    -> (inputs: [ValueID], outputs: [ValueID])
  {
    bindings = Bindings(graph)
    var ids: [ValueID] = []
    for (port, input) in zip(graph.inputs, inputs) {
      let name = port.name
      let id = try values.make(name.text, input.type, input.shape) { .tensor(name.text, reason: $0) }
      bindings[name] = id
      ids.append(id)
    }
    return (ids, try planNodes(graph))
  }

  /// Plans a graph inside a node, like a branch of `If`, and takes its steps out.
  mutating func planInside(_ graph: Graph) throws(ModelError) -> (steps: [any Step], outputs: [ValueID]) {
    let (outerSteps, outerBindings, outerArrangements) = (steps, bindings, arrangements)
    // what a branch rearranges exists only where the branch runs
    defer { (steps, bindings, arrangements) = (outerSteps, outerBindings, outerArrangements) }
    steps = []
    bindings = Bindings(graph)
    for (here, around) in graph.captures { bindings[here] = outerBindings[around] }
    let outputs = try planNodes(graph)
    return (steps, outputs)
  }

  /// Plans all nodes of a graph whose inputs are bound already.
  /// - Returns: its outputs.
  private mutating func planNodes(_ graph: Graph) throws(ModelError) -> [ValueID] {
    for (name, tensor) in graph.constants.all { bindings[name] = addConstant(tensor, name: name.text) }
    for node in graph.nodes { try plan(node) }
    var outputs: [ValueID] = []
    for port in graph.outputs {
      guard let id = bindings[port.name] else {
        throw .graph(reason: "nothing makes the output \(port.name) of the graph \(graph.name)")
      }
      outputs.append(try rowMajor(id))
    }
    return outputs
  }

  /// Plans one node; operators that stand for others use it too.
  mutating func plan(_ node: Node) throws(ModelError) {
    guard let plan = Operators.all[node.op] else {
      throw .unsupportedOperator(node: node.name, operator: node.op)
    }
    let firstStep = steps.count
    let outer = keepsFlip
    keepsFlip = Planner.movers.contains(node.op) || node.op == "Concat" && node.inputs.allSatisfy(isFlipped)
    defer { keepsFlip = outer }
    try plan(node, &self)
    if steps.count > firstStep, !node.hasGraphs,
      node.inputs.allSatisfy({ name in bindings[name].map { values.isConstant($0) } ?? true })
    {
      fold(steps: firstStep)
    }
  }

  /// Operators that move bytes of their first input and do nothing else.
  private static let movers: Set<String> = [
    "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Gather", "Identity", "Expand",
    "Tile", "Split", "DepthToSpace", "SpaceToDepth", "Dropout",
  ]

  // MARK: steps

  mutating func emit(_ step: some Step) { steps.append(step) }

  /// Emits a step, or runs it now when everything that it reads is known.
  /// - Parameter forKernels: whether steps of the network will read what it gives, and not only others at load.
  mutating func prepare(_ step: some Step, forKernels: Bool = true) {
    guard step.reads.allSatisfy({ values.isConstant($0) }) else { return emit(step) }
    folding.run([step], &values, forKernels: forKernels)
  }

  /// Runs the steps from `first` on, which read only what is known, and keeps what they gave as constants.
  mutating func fold(steps first: Int) {
    folding.run(steps[first...], &values)
    steps.removeSubrange(first...)
  }
}

/// What the names of one graph stand for.
struct Bindings: Sendable {
  /// By number of the name.
  private var values: [ValueID?] = []
  /// By number of the name: whether an operator reads it that works with the channels last.
  private var isSpatial: [Bool] = []

  init() {}

  init(_ graph: Graph) {
    values = Array(repeating: nil, count: graph.nameCount)
    isSpatial = Array(repeating: false, count: graph.nameCount)
    for i in graph.nodes.indices where Bindings.spatial.contains(graph.nodes[i].op) {
      if let name = graph.nodes[i].inputs.first { isSpatial[name.number] = true }
    }
  }

  subscript(name: Name) -> ValueID? {
    get { values[name.number] }
    set { values[name.number] = newValue }
  }

  /// Binds a name that no other value has.
  mutating func add(_ text: String, _ id: ValueID) -> Name {
    values.append(id)
    isSpatial.append(false)
    return Name(text: text, number: values.count - 1)
  }

  /// Whether the first reader of `name` is best served with the channels last.
  func wantsChannelsLast(_ name: Name) -> Bool { isSpatial[name.number] }

  private static let spatial: Set<String> = [
    "Conv", "QLinearConv", "ConvInteger", "MaxPool", "AveragePool", "com.microsoft.QLinearAveragePool",
    "com.microsoft.QLinearGlobalAveragePool",
  ]
}
