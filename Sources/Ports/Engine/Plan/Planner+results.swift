// SPDX-License-Identifier: Apache-2.0

/// What a node makes.
extension Planner {
  /// Makes output `index` of `node`; nil when nobody wants it.
  @discardableResult
  mutating func makeOptionalOutput(_ node: Node, _ index: Int, _ type: ElementType, _ shape: [Int])
    throws(ModelError) -> ValueID?
  {
    guard node.has(output: index) else { return nil }
    let id = try values.make(node.outputs[index].text, type, shape) {
      node.fault($0, tensor: node.outputs[index])
    }
    values[id].isFlipped = keepsFlip && type == .int8 && node.inputs.contains(where: isFlipped)
    bindings[node.outputs[index]] = id
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
    let id = try values.make(node.name, type, shape) { node.fault($0) }
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

  /// Memory that a stream carries from one run to the next.
  /// - Parameter fill: each byte at the beginning.
  mutating func makeState(_ node: Node, _ type: ElementType, _ shape: [Int], fill: UInt8 = 0)
    throws(ModelError) -> ValueID
  {
    let id = try makeTemporary(node, type, shape)
    values[id].home = .state(initialState.count)
    initialState += repeatElement(fill, count: (values[id].byteCount + 63) / 64 * 64)
    return id
  }

  /// Output `index` of `node` is the same bytes as `id`, seen with another shape and, where it is given, layout.
  mutating func alias(_ node: Node, _ index: Int, of id: ValueID, shape: [Int], layout: Value.Layout? = nil)
    throws(ModelError)
  {
    guard node.has(output: index) else { return }
    var value = values[id]
    let count = try Values.count(shape) { node.fault($0, tensor: node.outputs[index]) }
    guard count == value.count else {
      throw node.fault(
        "shape \(shape) does not hold the \(value.count) elements of \(value.shape)",
        tensor: node.outputs[index])
    }
    value.name = node.outputs[index].text
    value.shape = shape
    value.layout = layout ?? value.layout
    value.home = .alias(id)
    let seen = values.append(value)
    if let known = constant(id) { values.define(seen, known.reshaped(shape)) }
    bindings[node.outputs[index]] = seen
  }

  /// Output `index` of `node` is `id` itself.
  mutating func forward(_ node: Node, _ index: Int, _ id: ValueID) {
    if node.has(output: index) { bindings[node.outputs[index]] = id }
  }

  /// A value that is known at load.
  mutating func addConstant(_ tensor: Tensor, name: String = "") -> ValueID {
    let id = values.append(Value(name: name, type: tensor.type, shape: tensor.shape, home: .arena))
    values.define(id, tensor)
    return id
  }
}
