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
    guard node.has(input: index) else { throw node.fault("input \(index) is missing") }
    return try rowMajor(stored(node, index, of: types))
  }

  /// Input `index`, nil when the node leaves it out.
  mutating func optionalOperand(_ node: Node, _ index: Int, of types: Set<ElementType>? = nil)
    throws(ModelError) -> ValueID?
  {
    node.has(input: index) ? try operand(node, index, of: types) : nil
  }

  /// Input `index` in whatever layout it lies.
  func stored(_ node: Node, _ index: Int, of types: Set<ElementType>? = nil) throws(ModelError) -> ValueID {
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
    guard node.has(input: index) else { throw node.fault("input \(index) is missing") }
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
    names[node.outputs[index]] = id
    return id
  }

  /// Makes output `index` of `node`, a temporary value when nobody wants it.
  mutating func makeOutput(
    _ node: Node, _ index: Int, _ type: ElementType, _ shape: [Int], layout: Value.Layout = .rowMajor
  ) throws(ModelError) -> ValueID {
    guard let id = try makeOptionalOutput(node, index, type, shape) else {
      return try makeTemporary(node, type, shape)
    }
    values[id].layout = layout
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

  /// Output `index` of `node` is the same bytes as `id`, seen with another shape.
  mutating func alias(_ node: Node, _ index: Int, of id: ValueID, shape: [Int]) throws(ModelError) {
    guard node.has(output: index) else { return }
    var value = values[id]
    let count = try checkedCount(shape) { node.fault($0, tensor: node.outputs[index]) }
    guard count == value.count else {
      throw node.fault(
        "shape \(shape) does not hold the \(value.count) elements of \(value.shape)",
        tensor: node.outputs[index])
    }
    if let known = constant(id) {
      names[node.outputs[index]] = addConstant(known.reshaped(shape), name: node.outputs[index])
      return
    }
    value.name = node.outputs[index]
    value.shape = shape
    value.home = .alias(id)
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
    for node in graph.nodes { try plan(node) }
  }

  /// Plans a graph inside a node, like a branch of `If`, and takes its steps out.
  mutating func planInside(_ graph: Graph) throws(ModelError) -> (steps: [any Step], outputs: [ValueID]) {
    let (outerSteps, outerNames) = (steps, names)
    steps = []
    defer { (steps, names) = (outerSteps, outerNames) }
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

  private mutating func plan(_ node: Node) throws(ModelError) {
    guard let plan = Operators.all[node.op] else {
      throw .unsupportedOperator(node: node.name, operator: node.op)
    }
    let (firstStep, firstValue) = (steps.count, values.count)
    try plan(node, &self)
    let operands = node.inputs.filter { !$0.isEmpty }.compactMap { names[$0] }
    if steps.count > firstStep, operands.allSatisfy({ constant($0) != nil }),
      node.attributes.allSatisfy({
        if case .graph = $0.value { false } else { true }
      })
    {
      fold(node, steps: firstStep, values: firstValue)
    }
  }

  /// Runs the steps of a node whose inputs are all known, and keeps what they gave as constants.
  private mutating func fold(_ node: Node, steps first: Int, values firstValue: Int) {
    let results = Folding.run(Array(steps[first...]), values: values, constants: constants)
    steps.removeSubrange(first...)
    for id in firstValue..<values.count {
      guard case .arena = values[id].home, let bytes = results[id] else { continue }
      constants.append(Tensor(type: values[id].type, shape: values[id].shape, bytes: bytes))
      values[id].home = .constant(constants.count - 1)
    }
  }

  // MARK: layout

  /// `id` with its elements row-major: itself, or a copy that a step makes.
  mutating func rowMajor(_ id: ValueID) throws(ModelError) -> ValueID {
    try arranged(id, .rowMajor)
  }

  /// `id` with its channels last: itself, or a copy that a step makes.
  mutating func channelsLast(_ id: ValueID) throws(ModelError) -> ValueID {
    try arranged(id, .channelsLast)
  }

  private mutating func arranged(_ id: ValueID, _ layout: Value.Layout) throws(ModelError) -> ValueID {
    let value = values[id]
    guard value.layout != layout else { return id }
    let channels = value.shape.count > 1 ? value.shape[1] : 1
    let positions = value.shape.dropFirst(2).reduce(1, *)
    if channels == 1 || positions == 1 {  // the same bytes either way
      var copy = value
      copy.layout = layout
      if constant(id) == nil { copy.home = .alias(id) }
      values.append(copy)
      return values.count - 1
    }
    if let made = arrangements[id] { return made }
    let name = value.name
    let copy = try make(name, value.type, value.shape) { .tensor(name, reason: $0) }
    values[copy].layout = layout
    let toChannelsLast = layout == .channelsLast
    emit(
      TransposeStep(
        from: id, to: copy, batch: value.shape[0], rows: toChannelsLast ? channels : positions,
        columns: toChannelsLast ? positions : channels, elementSize: value.type.size, path: path))
    arrangements[id] = copy
    return copy
  }

  /// The copy of a value in the other layout, where one was made.
  private var arrangements: [ValueID: ValueID] = [:]

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

  private func checkedCount(_ shape: [Int], fault: (String) -> ModelError) throws(ModelError) -> Int {
    var count = 1
    for length in shape {
      guard length >= 0 else { throw fault("a length of \(length) in shape \(shape)") }
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product <= ModelLimit.elements else {
        throw fault("shape \(shape) has more than \(ModelLimit.elements) elements")
      }
      count = product
    }
    return count
  }
}
