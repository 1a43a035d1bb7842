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
  private(set) var values: [Value] = []
  private(set) var constants: [Tensor] = []
  private(set) var steps: [any Step] = []
  /// Names that are visible at this place of the graph.
  private(set) var names: [String: ValueID] = [:]
  /// The form of the kernels; weights are packed for it.
  let path: Int32
  private var folding = Folding()
  /// Bytes of all values that the plan holds, against `ModelLimit.planBytes`.
  private var plannedBytes = 0

  init(path: Int32) { self.path = path }

  subscript(id: ValueID) -> Value { values[id] }

  // MARK: operands

  /// Input `index` of `node`, row-major.
  /// - Parameter types: what the operator takes there; nil takes all.
  mutating func operand(_ node: Node, _ index: Int, of types: Set<ElementType>? = nil) throws(ModelError)
    -> ValueID
  {
    try rowMajor(stored(node, index, of: types))
  }

  /// Input `index`, nil when the node leaves it out.
  mutating func optionalOperand(_ node: Node, _ index: Int, of types: Set<ElementType>? = nil)
    throws(ModelError) -> ValueID?
  {
    node.has(input: index) ? try operand(node, index, of: types) : nil
  }

  /// Input `index` in whatever layout it lies.
  func stored(_ node: Node, _ index: Int, of types: Set<ElementType>? = nil) throws(ModelError) -> ValueID {
    guard node.has(input: index) else { throw node.fault("input \(index) is missing") }
    let name = node.inputs[index]
    guard let id = names[name] else { throw node.fault("nothing makes this input", tensor: name) }
    if let types, !types.contains(values[id].type) {
      throw node.fault("elements of type \(values[id].type) are not supported here", tensor: name)
    }
    return id
  }

  /// What `id` holds, if that is known at load.
  func constant(_ id: ValueID) -> Tensor? {
    if case .constant(let index) = values[id].home { return constants[index] }
    return nil
  }

  /// Input `index` as a constant: this operator needs to know it at load.
  func constant(_ node: Node, _ index: Int) throws(ModelError) -> Tensor {
    guard let found = constant(try stored(node, index)) else {
      throw node.fault("it has to be known when the model is loaded", tensor: node.inputs[index])
    }
    return found
  }

  /// Input `index` as a constant, nil when the node leaves it out.
  func optionalConstant(_ node: Node, _ index: Int) throws(ModelError) -> Tensor? {
    node.has(input: index) ? try constant(node, index) : nil
  }

  // MARK: results

  /// Makes output `index` of `node`; nil when nobody wants it.
  @discardableResult
  mutating func makeOptionalOutput(_ node: Node, _ index: Int, _ type: ElementType, _ shape: [Int])
    throws(ModelError) -> ValueID?
  {
    guard node.has(output: index) else { return nil }
    let id = try make(node.outputs[index], type, shape) { node.fault($0, tensor: node.outputs[index]) }
    values[id].isFlipped = keepsFlip && type == .int8 && node.inputs.contains(where: isFlipped)
    names[node.outputs[index]] = id
    return id
  }

  /// Makes output `index` of `node`, a temporary value when nobody wants it.
  mutating func makeOutput(
    _ node: Node, _ index: Int, _ type: ElementType, _ shape: [Int], layout: Value.Layout = .rowMajor
  ) throws(ModelError) -> ValueID {
    guard let id = try makeOptionalOutput(node, index, type, shape) else {
      return try makeTemporary(node, type, shape, layout: layout)
    }
    values[id].layout = layout
    return id
  }

  /// Makes output `index` of `node`, 8 bit wide; an int8 tensor lies with its sign bits turned.
  mutating func makeUnsignedOutput(
    _ node: Node, _ index: Int, _ type: ElementType, _ shape: [Int], layout: Value.Layout
  ) throws(ModelError) -> ValueID {
    let id = try makeOutput(node, index, type, shape, layout: layout)
    values[id].isFlipped = type == .int8
    return id
  }

  /// Memory that only the steps of this node use.
  mutating func makeTemporary(
    _ node: Node, _ type: ElementType, _ shape: [Int], layout: Value.Layout = .rowMajor
  ) throws(ModelError) -> ValueID {
    let id = try make("\(node.name) scratch", type, shape) { node.fault($0) }
    values[id].layout = layout
    return id
  }

  /// Memory for an 8-bit tensor in its unsigned form.
  mutating func makeUnsignedTemporary(
    _ node: Node, _ type: ElementType, _ shape: [Int], layout: Value.Layout = .rowMajor
  ) throws(ModelError) -> ValueID {
    let id = try makeTemporary(node, type, shape, layout: layout)
    values[id].isFlipped = type == .int8
    return id
  }

  /// Output `index` of `node` is the same bytes as `id`, seen with another shape and, where it is given, layout.
  mutating func alias(_ node: Node, _ index: Int, of id: ValueID, shape: [Int], layout: Value.Layout? = nil)
    throws(ModelError)
  {
    guard node.has(output: index) else { return }
    var value = values[id]
    let count = try checkedCount(shape) { node.fault($0, tensor: node.outputs[index]) }
    guard count == value.count else {
      throw node.fault(
        "shape \(shape) does not hold the \(value.count) elements of \(value.shape)",
        tensor: node.outputs[index])
    }
    value.name = node.outputs[index]
    value.shape = shape
    value.layout = layout ?? value.layout
    if let known = constant(id) {
      constants.append(known.reshaped(shape))
      value.home = .constant(constants.count - 1)
    } else {
      value.home = .alias(id)
    }
    values.append(value)
    names[node.outputs[index]] = values.count - 1
  }

  /// Output `index` of `node` is `id` itself.
  mutating func forward(_ node: Node, _ index: Int, _ id: ValueID) {
    if node.has(output: index) { names[node.outputs[index]] = id }
  }

  /// A value that is known at load.
  mutating func addConstant(_ tensor: Tensor, name: String = "") -> ValueID {
    constants.append(tensor)
    values.append(
      Value(
        name: name, type: tensor.type, shape: tensor.shape, home: .constant(constants.count - 1)))
    return values.count - 1
  }

  /// Makes `id` visible under `name`.
  mutating func bind(_ name: String, to id: ValueID) { names[name] = id }

  mutating func emit(_ step: some Step) { steps.append(step) }

  /// Emits a step, or runs it now when everything that it reads is known.
  mutating func prepare(_ step: some Step) {
    steps.append(step)
    if step.reads.allSatisfy({ constant($0) != nil }) { fold(steps: steps.count - 1) }
  }

  // MARK: graphs

  /// An input of the whole network.
  mutating func makeInput(_ name: String, _ type: ElementType, _ shape: [Int]) throws(ModelError) -> ValueID {
    let id = try make(name, type, shape) { .tensor(name, reason: $0) }
    names[name] = id
    return id
  }

  /// Plans the whole network; its inputs are made.
  mutating func planWhole(_ graph: Graph) throws(ModelError) -> (steps: [any Step], outputs: [ValueID]) {
    try planInside(graph)
  }

  /// Plans all nodes of a graph whose inputs are bound already.
  mutating func plan(_ graph: Graph) throws(ModelError) {
    for (name, tensor) in graph.constants { names[name] = addConstant(tensor, name: name) }
    for node in graph.nodes where Planner.spatial.contains(node.op) && node.has(input: 0) {
      spatialInputs.insert(node.inputs[0])
    }
    for node in graph.nodes { try plan(node) }
  }

  /// Plans a graph inside a node, like a branch of `If`, and takes its steps out.
  mutating func planInside(_ graph: Graph) throws(ModelError) -> (steps: [any Step], outputs: [ValueID]) {
    let (outerSteps, outerNames, outerArrangements) = (steps, names, arrangements)
    steps = []
    // what a branch rearranges exists only where the branch runs
    defer { (steps, names, arrangements) = (outerSteps, outerNames, outerArrangements) }
    try plan(graph)
    var outputs: [ValueID] = []
    for port in graph.outputs {
      guard let id = names[port.name] else {
        throw .graph(reason: "nothing makes the output \(port.name) of the graph \(graph.name)")
      }
      outputs.append(try rowMajor(id))
    }
    return (steps, outputs)
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
    let operands = node.inputs.filter { !$0.isEmpty }.compactMap { names[$0] }
    if steps.count > firstStep, operands.allSatisfy({ constant($0) != nil }),
      node.attributes.allSatisfy({
        if case .graph = $0.value { false } else { true }
      })
    {
      fold(steps: firstStep)
    }
  }

  /// Runs the steps from `first` on, which read only what is known, and keeps what they gave as constants.
  private mutating func fold(steps first: Int) {
    let results = folding.run(steps[first...], values: values, constants: constants)
    steps.removeSubrange(first...)
    for (id, bytes) in results {
      constants.append(Tensor(type: values[id].type, shape: values[id].shape, bytes: bytes))
      values[id].home = .constant(constants.count - 1)
    }
  }

  // MARK: layout

  /// How a value lies: the order of its elements, and whether its sign bits are turned.
  struct Form: Hashable {
    var layout: Value.Layout
    var isFlipped: Bool
  }

  /// `id` as the standard sees it: itself, or a copy that a step makes.
  mutating func rowMajor(_ id: ValueID) throws(ModelError) -> ValueID {
    try arranged(id, Form(layout: .rowMajor, isFlipped: keepsFlip && values[id].isFlipped))
  }

  /// `id` with its channels last, signed as the standard sees it.
  mutating func channelsLast(_ id: ValueID) throws(ModelError) -> ValueID {
    try arranged(id, Form(layout: .channelsLast, isFlipped: false))
  }

  /// An 8-bit value with its elements as uint8: those of an int8 tensor with their sign bits turned.
  mutating func unsigned(_ id: ValueID, _ layout: Value.Layout? = nil) throws(ModelError) -> ValueID {
    try arranged(
      id, Form(layout: layout ?? values[id].layout, isFlipped: values[id].type == .int8))
  }

  mutating func arranged(_ id: ValueID, _ form: Form) throws(ModelError) -> ValueID {
    var value = values[id]
    guard value.layout != form.layout || value.isFlipped != form.isFlipped else { return id }
    if let made = arrangements[id]?[form] { return made }
    let firstStep = steps.count
    var current = id
    if value.isFlipped != form.isFlipped {
      value.isFlipped = form.isFlipped
      let copy = try make(value)
      emit(FlipStep(from: current, to: copy, count: value.count, path: path))
      current = copy
    }
    if value.layout != form.layout {
      value.layout = form.layout
      let channels = value.shape.count > 1 ? value.shape[1] : 1
      let positions = value.shape.dropFirst(2).reduce(1, *)
      if channels == 1 || positions == 1 {  // the same bytes either way
        if case .constant = values[current].home {} else { value.home = .alias(current) }
        values.append(value)
        current = values.count - 1
      } else {
        let toChannelsLast = form.layout == .channelsLast
        let copy = try make(value)
        emit(
          TransposeStep(
            from: current, to: copy, batch: value.shape[0], rows: toChannelsLast ? channels : positions,
            columns: toChannelsLast ? positions : channels, elementSize: value.type.size, path: path))
        current = copy
      }
    }
    if constant(id) != nil { fold(steps: firstStep) }
    arrangements[id, default: [:]][form] = current
    return current
  }

  /// The copies of a value in other forms, where they were made.
  private var arrangements: [ValueID: [Form: ValueID]] = [:]
  /// Whether the node that is planned moves bytes without looking at them, so that turned sign bits may stay.
  private var keepsFlip = false

  /// Names that operators read which work with the channels last.
  private var spatialInputs: Set<String> = []

  /// Whether the first reader of `name` is best served with the channels last.
  func wantsChannelsLast(_ name: String) -> Bool { spatialInputs.contains(name) }

  private static let spatial: Set<String> = [
    "Conv", "QLinearConv", "ConvInteger", "MaxPool", "AveragePool", "com.microsoft.QLinearAveragePool",
    "com.microsoft.QLinearGlobalAveragePool",
  ]

  /// Operators that move bytes of their first input and do nothing else.
  private static let movers: Set<String> = [
    "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Gather", "Identity", "Expand",
    "Tile",
    "Split", "DepthToSpace", "SpaceToDepth", "Dropout",
  ]

  private func isFlipped(_ name: String) -> Bool { names[name].map { values[$0].isFlipped } ?? false }

  // MARK: sizes

  private mutating func make(
    _ name: String, _ type: ElementType, _ shape: [Int], fault: (String) -> ModelError
  ) throws(ModelError) -> ValueID {
    let count = try checkedCount(shape, fault: fault)
    plannedBytes += count * type.size
    guard plannedBytes <= ModelLimit.planBytes else {
      throw .limit(what: "memory of the plan in bytes", value: plannedBytes, limit: ModelLimit.planBytes)
    }
    values.append(Value(name: name, type: type, shape: shape, home: .arena))
    return values.count - 1
  }

  /// Makes a value like `value`, in the arena.
  private mutating func make(_ value: Value) throws(ModelError) -> ValueID {
    let id = try make(value.name, value.type, value.shape) { .tensor(value.name, reason: $0) }
    values[id].layout = value.layout
    values[id].isFlipped = value.isFlipped
    return id
  }

  private func checkedCount(_ shape: [Int], fault: (String) -> ModelError) throws(ModelError) -> Int {
    guard shape.count <= ModelLimit.rank else {
      throw fault("it has \(shape.count) axes, the limit is \(ModelLimit.rank)")
    }
    var count = 1
    for length in shape {
      guard length >= 0 else { throw fault("a length of \(length) in shape \(shape)") }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(length, 1))
      guard !overflow, product <= ModelLimit.elements else {
        throw fault("shape \(shape) has more than \(ModelLimit.elements) elements")
      }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}
