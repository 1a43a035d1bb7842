// SPDX-License-Identifier: Apache-2.0

extension Node {
  /// `axis` of a tensor of the given rank, negative ones counted from the end.
  func axis(_ axis: Int, rank: Int) throws(ModelError) -> Int {
    guard (-rank..<rank).contains(axis) else { throw fault("axis \(axis) of a tensor of rank \(rank)") }
    return axis < 0 ? axis + rank : axis
  }

  /// The same for several axes, each given once.
  func axes(_ axes: [Int], rank: Int) throws(ModelError) -> [Int] {
    var result: [Int] = []
    for given in axes {
      let axis = try axis(given, rank: rank)
      guard !result.contains(axis) else { throw fault("axis \(given) is given twice") }
      result.append(axis)
    }
    return result
  }
}

extension Planner {
  /// What an operator once had as the attribute `name` and has as input `index` since `opset`; nil when it is left out.
  func integers(_ node: Node, _ name: String, input index: Int, since opset: Int) throws(ModelError) -> [Int]?
  {
    node.opset < opset ? node.integers(name) : try integers(node, index)
  }

  /// Input `index`, which has to be known at load, as integers; nil when it is left out.
  func integers(_ node: Node, _ index: Int) throws(ModelError) -> [Int]? {
    guard let tensor = try optionalConstant(node, index) else { return nil }
    guard let integers = tensor.integers else {
      throw node.fault("integers expected, not \(tensor.type)", tensor: node.inputs[index])
    }
    return integers
  }

  /// Input `index`, which has to be known at load, as one integer; nil when it is left out.
  func integer(_ node: Node, _ index: Int) throws(ModelError) -> Int? {
    guard let integers = try integers(node, index) else { return nil }
    guard integers.count == 1 else {
      throw node.fault("one number expected, not \(integers.count)", tensor: node.inputs[index])
    }
    return integers[0]
  }

  /// Input `index` in whatever layout it lies, signed as the standard sees it.
  mutating func operandAsStored(_ node: Node, _ index: Int, of types: ElementTypes = .all)
    throws(ModelError) -> ValueID
  {
    let id = try stored(node, index, of: types)
    return try arranged(id, Form(layout: self[id].layout, isFlipped: false))
  }

  /// All inputs of `node`, which are of one type, stretched to one shape: channels last where a full-sized one lies
  /// that way and the others can follow, else row-major.
  mutating func broadcastOperands(_ node: Node, _ indices: Range<Int>, of types: ElementTypes = .all)
    throws(ModelError) -> (ids: [ValueID], shape: [Int], layout: Value.Layout)
  {
    var ids: [ValueID] = []
    for index in indices { ids.append(try operandAsStored(node, index, of: types)) }
    guard let shape = Shape.broadcast(ids.map { self[$0].shape }) else {
      let shapes = ids.map { "\(self[$0].shape)" }.joined(separator: " and ")
      throw node.fault("shapes \(shapes) do not fit together")
    }
    let isChannelsLast =
      ids.contains { self[$0].layout == .channelsLast && self[$0].shape == shape }
      && ids.allSatisfy { self[$0].shape.count == shape.count || self[$0].count == 1 }
    for i in ids.indices {
      if !isChannelsLast {
        ids[i] = try rowMajor(ids[i])
      } else if self[ids[i]].shape.count == shape.count {
        ids[i] = try channelsLast(ids[i])
      }
    }
    return (ids, shape, isChannelsLast ? .channelsLast : .rowMajor)
  }

  /// Loops over `operands` stretched to the shape of `result`, all in the layout that `broadcastOperands` gave them;
  /// the result is the last operand of the loops.
  func broadcastLoops(_ operands: [ValueID], _ result: ValueID) -> Loops {
    let target = self[result].storedShape
    return Loops(
      target, operands.map { Shape.strides(self[$0].storedShape, in: target) } + [Shape.strides(target)])
  }
}
