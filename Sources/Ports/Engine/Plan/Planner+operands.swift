// SPDX-License-Identifier: Apache-2.0

/// What a node reads.
extension Planner {
  /// Input `index` of `node`, row-major.
  /// - Parameter types: what the operator takes there.
  mutating func operand(_ node: Node, _ index: Int, of types: ElementTypes = .all) throws(ModelError)
    -> ValueID
  {
    try rowMajor(stored(node, index, of: types))
  }

  /// Input `index`, nil when the node leaves it out.
  mutating func optionalOperand(_ node: Node, _ index: Int, of types: ElementTypes = .all)
    throws(ModelError) -> ValueID?
  {
    node.has(input: index) ? try operand(node, index, of: types) : nil
  }

  /// Input `index` in whatever layout it lies.
  func stored(_ node: Node, _ index: Int, of types: ElementTypes = .all) throws(ModelError) -> ValueID {
    guard node.has(input: index) else { throw node.fault("input \(index) is missing") }
    let name = node.inputs[index]
    guard let id = bindings[name] else { throw node.fault("nothing makes this input", tensor: name) }
    if !types.contains(values[id].type) {
      throw node.fault("elements of type \(values[id].type) are not supported here", tensor: name)
    }
    return id
  }

  /// What `id` holds, if that is known at load.
  func constant(_ id: ValueID) -> Tensor? { values.constant(id) }

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
}
