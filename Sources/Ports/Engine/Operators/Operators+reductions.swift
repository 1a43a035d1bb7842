// SPDX-License-Identifier: Apache-2.0

/// Operators that join, rank or add up elements along axes.
extension Operators {
  static let reductions: [String: OperatorPlan] = [
    "ReduceSum": reduce(.sum, since: 13),
    "ReduceMean": reduce(.mean),
    "ReduceProd": reduce(.product),
    "ReduceMax": reduce(.larger, .numbers.union([.bool])),
    "ReduceMin": reduce(.smaller, .numbers.union([.bool])),
    "ReduceL1": reduce(.sumOfSizes),
    "ReduceL2": reduce(.norm),
    "ReduceSumSquare": reduce(.sumOfSquares),
    "ReduceLogSum": reduce(.logarithmOfSum),
    "ReduceLogSumExp": reduceLogSumExp,
    "ArgMax": arg(isLargest: true),
    "ArgMin": arg(isLargest: false),
    "TopK": topK,
    "CumSum": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0, of: .numbers)
      let shape = planner[x].shape
      guard let given = try planner.integer(node, 1) else { throw node.fault("input 1 is missing") }
      let axis = try node.axis(given, rank: shape.count)
      let y = try planner.makeOutput(node, 0, planner[x].type, shape)
      planner.emit(
        CumulateStep(
          x: x, y: y, type: planner[x].type, outer: shape[..<axis].reduce(1, *), length: shape[axis],
          inner: shape[(axis + 1)...].reduce(1, *), isExclusive: node.integer("exclusive", default: 0) != 0,
          isReverse: node.integer("reverse", default: 0) != 0))
    },
  ]

  /// - Parameter opset: from which on the axes are an input.
  private static func reduce(
    _ function: ReduceStep.Function, since opset: Int = 18, _ types: ElementTypes = .numbers
  ) -> OperatorPlan {
    { (node, planner) throws(ModelError) in
      let x = try planner.operandAsStored(node, 0, of: types)
      let (shape, kept) = try reducedShape(node, &planner, planner[x].shape, since: opset)
      guard let shape else { return try reduceNothing(node, &planner, function, x) }
      let y = try planner.makeOutput(node, 0, planner[x].type, shape)
      planner.emitReduction(node.op, function, x, to: y, kept)
    }
  }

  /// The shape of the result and, for the loops, the same with all axes; nil when nothing is to be joined.
  private static func reducedShape(_ node: Node, _ planner: inout Planner, _ shape: [Int], since opset: Int)
    throws(ModelError) -> (result: [Int]?, kept: [Int])
  {
    let given = try planner.integers(node, "axes", input: 1, since: opset) ?? []
    if given.isEmpty, node.integer("noop_with_empty_axes", default: 0) != 0 { return (nil, shape) }
    let axes = given.isEmpty ? Array(shape.indices) : try node.axes(given, rank: shape.count)
    let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    let keepsAxes = node.integer("keepdims", default: 1) != 0
    return (keepsAxes ? kept : kept.indices.filter { !axes.contains($0) }.map { kept[$0] }, kept)
  }

  /// With nothing to join each element is a sum of its own.
  private static func reduceNothing(
    _ node: Node, _ planner: inout Planner, _ function: ReduceStep.Function, _ x: ValueID
  ) throws(ModelError) {
    switch function {
    case .sum, .mean, .product, .larger, .smaller: planner.forward(node, 0, x)
    default:
      let x = try planner.rowMajor(x)
      let y = try planner.makeOutput(node, 0, planner[x].type, planner[x].shape)
      planner.emitReduction(node.op, function, x, to: y, planner[x].shape)
    }
  }

  /// max + log(sum(exp(x - max))), as the exponentials alone overflow.
  private static func reduceLogSumExp(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let given = try planner.operand(node, 0, of: .reals)
    let (type, shape) = (planner[given].type, planner[given].shape)
    let (result, kept) = try reducedShape(node, &planner, shape, since: 18)
    guard let result else { return planner.forward(node, 0, given) }
    let (largest, sums) = (
      try planner.makeTemporary(node, type, kept), try planner.makeTemporary(node, type, kept)
    )
    let (lowered, raised) = (
      try planner.makeTemporary(node, type, shape), try planner.makeTemporary(node, type, shape)
    )
    func real(_ function: RealFunction, _ x: ValueID, _ y: ValueID) {
      planner.emit(
        RealStep(
          label: node.op, function: function, type: type, x: x, y: y, count: planner[x].count,
          path: planner.path))
    }
    planner.emitReduction(node.op, .larger, given, to: sums, kept)
    real(.finite, sums, largest)
    planner.emitArithmetic(node, .subtract, given, largest, to: lowered)
    real(.exponential, lowered, raised)
    planner.emitReduction(node.op, .logarithmOfSum, raised, to: sums, kept)
    planner.emitArithmetic(node, .add, sums, largest, to: sums)
    try planner.alias(node, 0, of: sums, shape: result)
  }

  private static func arg(isLargest: Bool) -> OperatorPlan {
    { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0, of: .numbers)
      let shape = planner[x].shape
      let axis = try node.axis(node.integer("axis", default: 0), rank: shape.count)
      guard shape[axis] > 0 else { throw node.fault("axis \(axis) of \(shape) is empty") }
      var result = shape
      if node.integer("keepdims", default: 1) != 0 { result[axis] = 1 } else { result.remove(at: axis) }
      let y = try planner.makeOutput(node, 0, .int64, result)
      planner.emit(
        ArgStep(
          label: node.op, type: planner[x].type, x: x, y: y, outer: shape[..<axis].reduce(1, *),
          length: shape[axis], inner: shape[(axis + 1)...].reduce(1, *), isLargest: isLargest,
          takesLast: node.integer("select_last_index", default: 0) != 0))
    }
  }

  private static func topK(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operand(node, 0, of: .numbers)
    var shape = planner[x].shape
    let axis = try node.axis(node.integer("axis", default: -1), rank: shape.count)
    let length = shape[axis]
    guard let k = try planner.integer(node, 1), (0...length).contains(k) else {
      throw node.fault("k is not from 0 to \(length)")
    }
    shape[axis] = k
    let values = try planner.makeOutput(node, 0, planner[x].type, shape)
    let indices = try planner.makeOutput(node, 1, .int64, shape)
    planner.emit(
      TopKStep(
        type: planner[x].type, x: x, values: values, indices: indices,
        heap: try planner.makeTemporary(node, .int64, [k]), outer: shape[..<axis].reduce(1, *),
        length: length,
        inner: shape[(axis + 1)...].reduce(1, *), k: k, isLargest: node.integer("largest", default: 1) != 0))
  }
}

extension Planner {
  /// Emits the joining of the elements of `x` along the axes that have the length 1 in `kept`.
  mutating func emitReduction(
    _ label: String, _ function: ReduceStep.Function, _ x: ValueID, to y: ValueID, _ kept: [Int]
  ) {
    let shape = self[x].shape
    let strides = zip(Shape.strides(kept), kept).map { stride, length in length == 1 ? 0 : stride }
    let count = self[y].count
    emit(
      ReduceStep(
        label: label, function: function, type: self[x].type, x: x, y: y, count: count,
        each: count == 0 ? 0 : self[x].count / count,
        loops: Loops(shape, [self[x].strides, strides], along: 0)))
  }
}
