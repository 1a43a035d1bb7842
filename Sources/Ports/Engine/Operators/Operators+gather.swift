// SPDX-License-Identifier: Apache-2.0

/// Operators that take elements from, or put them to, places that indices name.
extension Operators {
  static let gather: [String: OperatorPlan] = [
    "Gather": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let shape = planner[x].shape
      let axis = try node.axis(node.integer("axis", default: 0), rank: shape.count)
      let indices = try Indices(node, 1, &planner, lengths: [shape[axis]])
      let places = planner[indices.id].shape
      let y = try planner.makeOutput(
        node, 0, planner[x].type, shape[..<axis] + places + shape[(axis + 1)...])
      planner.emit(
        GatherStep(
          label: node.op, x: x, y: y, indices: indices, function: .gather, type: planner[x].type,
          outer: shape[..<axis].reduce(1, *), tuples: planner[indices.id].count, hasOwnTuples: false,
          lengths: [shape[axis]], block: shape[(axis + 1)...].reduce(1, *)))
    },
    "GatherND": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let shape = planner[x].shape
      let batch = node.integer("batch_dims", default: 0)
      let (indices, depth, places) = try tuples(node, &planner, of: shape, batch: batch)
      let rest = shape[(batch + depth)...]
      let outer = shape[..<batch].reduce(1, *)
      let y = try planner.makeOutput(node, 0, planner[x].type, places + rest)
      planner.emit(
        GatherStep(
          label: node.op, x: x, y: y, indices: indices, function: .gather, type: planner[x].type,
          outer: outer, tuples: places[batch...].reduce(1, *), hasOwnTuples: true,
          lengths: Array(shape[batch..<(batch + depth)]), block: rest.reduce(1, *)))
    },
    "ScatterND": { (node, planner) throws(ModelError) in
      let (x, updates) = (try planner.operand(node, 0), try planner.operand(node, 2))
      let (shape, type) = (planner[x].shape, planner[x].type)
      guard planner[updates].type == type else { throw node.fault("updates of another type") }
      let (indices, depth, places) = try tuples(node, &planner, of: shape, batch: 0)
      let rest = Array(shape[depth...])
      guard planner[updates].shape == places + rest else {
        throw node.fault("updates of \(planner[updates].shape), not \(places + rest)", tensor: node.inputs[2])
      }
      let y = try planner.makeOutput(node, 0, type, shape)
      planner.emitWhole(node.op, x, y)
      planner.emit(
        GatherStep(
          label: node.op, x: updates, y: y, indices: indices, function: try scatter(node), type: type,
          outer: 1, tuples: places.reduce(1, *), hasOwnTuples: false, lengths: Array(shape[..<depth]),
          block: rest.reduce(1, *)))
    },
    "GatherElements": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let (indices, axis) = try elements(node, &planner, of: planner[x].shape)
      let y = try planner.makeOutput(node, 0, planner[x].type, planner[indices.id].shape)
      planner.emitElements(node, .gather, whole: x, single: y, indices, axis)
    },
    "ScatterElements": { (node, planner) throws(ModelError) in
      let (x, updates) = (try planner.operand(node, 0), try planner.operand(node, 2))
      guard planner[updates].type == planner[x].type else { throw node.fault("updates of another type") }
      let (indices, axis) = try elements(node, &planner, of: planner[x].shape)
      guard planner[updates].shape == planner[indices.id].shape else {
        throw node.fault("updates of \(planner[updates].shape), indices of \(planner[indices.id].shape)")
      }
      let y = try planner.makeOutput(node, 0, planner[x].type, planner[x].shape)
      planner.emitWhole(node.op, x, y)
      planner.emitElements(node, try scatter(node), whole: y, single: updates, indices, axis)
    },
  ]

  private static func scatter(_ node: Node) throws(ModelError) -> Placement {
    let name = node.string("reduction", default: "none")
    switch name {
    case "none": return .put
    case "add": return .add
    case "mul": return .multiply
    case "max": return .larger
    case "min": return .smaller
    default: throw node.fault("the reduction \(name) is not known")
    }
  }

  /// Tuples of indices, whose last axis is as long as the number of axes that they count; and the shape before it.
  private static func tuples(_ node: Node, _ planner: inout Planner, of shape: [Int], batch: Int)
    throws(ModelError) -> (indices: Indices, depth: Int, places: [Int])
  {
    let given = planner[try planner.stored(node, 1)].shape
    guard batch >= 0, batch < min(shape.count, given.count), let depth = given.last, depth >= 1,
      depth <= shape.count - batch, shape[..<batch] == given[..<batch]
    else { throw node.fault("indices of \(given) for \(shape)", tensor: node.inputs[1]) }
    let indices = try Indices(node, 1, &planner, lengths: Array(shape[batch..<(batch + depth)]))
    return (indices, depth, Array(given.dropLast()))
  }

  /// Indices of single elements along `axis`.
  private static func elements(_ node: Node, _ planner: inout Planner, of shape: [Int])
    throws(ModelError) -> (indices: Indices, axis: Int)
  {
    let axis = try node.axis(node.integer("axis", default: 0), rank: shape.count)
    let given = planner[try planner.stored(node, 1)].shape
    guard given.count == shape.count, shape.indices.allSatisfy({ $0 == axis || given[$0] <= shape[$0] })
    else {
      throw node.fault("indices of \(given) for \(shape)", tensor: node.inputs[1])
    }
    return (try Indices(node, 1, &planner, lengths: [shape[axis]]), axis)
  }
}

extension Planner {
  /// Emits a copy of all elements.
  mutating func emitWhole(_ label: String, _ x: ValueID, _ y: ValueID) {
    emitCopy(label, lengths: [self[x].count], from: Lattice(x, by: [1]), to: Lattice(y, by: [1]))
  }

  fileprivate mutating func emitElements(
    _ node: Node, _ function: Placement, whole: ValueID, single: ValueID, _ indices: Indices,
    _ axis: Int
  ) {
    let (shape, lengths) = (self[whole].shape, self[single].shape)
    var strides = Shape.strides(shape)
    let stride = strides[axis]
    strides[axis] = 0
    emit(
      ElementGatherStep(
        label: node.op, function: function, type: self[whole].type, whole: whole, single: single,
        indices: indices,
        length: shape[axis], stride: stride, loops: Loops(lengths, [strides, Shape.strides(lengths)])))
  }
}
