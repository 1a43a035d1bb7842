// SPDX-License-Identifier: Apache-2.0

/// Operators that see the same elements in another shape, and those that make constants of shapes.
extension Operators {
  static let shapes: [String: OperatorPlan] = [
    "Identity": { (node, planner) throws(ModelError) in
      planner.forward(node, 0, try planner.stored(node, 0))
    },
    "Flatten": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let shape = planner[x].shape
      let axis = node.integer("axis", default: 1)
      guard (-shape.count...shape.count).contains(axis) else {
        throw node.fault("axis \(axis) of a tensor of rank \(shape.count)")
      }
      let split = axis < 0 ? axis + shape.count : axis
      try planner.alias(
        node, 0, of: x, shape: [shape[..<split].reduce(1, *), shape[split...].reduce(1, *)])
    },
    "Reshape": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      guard let wanted = try planner.integers(node, 1) else { throw node.fault("input 1 is missing") }
      try planner.alias(node, 0, of: x, shape: reshape(node, planner[x].shape, to: wanted))
    },
    "Squeeze": { (node, planner) throws(ModelError) in
      let x = try planner.stored(node, 0)
      let shape = planner[x].shape
      let given = try planner.integers(node, "axes", input: 1, since: 13)
      let axes =
        try given.map { axes throws(ModelError) in try node.axes(axes, rank: shape.count) }
        ?? shape.indices.filter { shape[$0] == 1 }
      for axis in axes where shape[axis] != 1 {
        throw node.fault("axis \(axis) has the length \(shape[axis]), not 1")
      }
      try planner.aliasKeepingLayout(
        node, x, shape.indices.filter { !axes.contains($0) }.map { shape[$0] }, without: axes)
    },
    "Unsqueeze": { (node, planner) throws(ModelError) in
      let x = try planner.stored(node, 0)
      guard let given = try planner.integers(node, "axes", input: 1, since: 13) else {
        throw node.fault("the axes are missing")
      }
      guard given.count <= ModelLimit.rank else { throw node.fault("\(given.count) axes") }
      var shape = planner[x].shape
      let axes = try node.axes(given, rank: shape.count + given.count)
      for axis in axes.sorted() { shape.insert(1, at: axis) }
      try planner.aliasKeepingLayout(node, x, shape, without: axes)
    },
    "Shape": { (node, planner) throws(ModelError) in
      let shape = planner[try planner.stored(node, 0)].shape
      func bound(_ name: String, default value: Int) -> Int {
        let given = node.integer(name, default: value)
        return min(max(given < 0 ? given &+ shape.count : given, 0), shape.count)
      }
      let (start, end) = (bound("start", default: 0), bound("end", default: shape.count))
      let part = start < end ? shape[start..<end].map { Int64($0) } : []
      planner.define(node, Tensor(.int64, [part.count], part))
    },
    "Size": { (node, planner) throws(ModelError) in
      let count = planner[try planner.stored(node, 0)].count
      planner.define(node, Tensor(.int64, [], [Int64(count)]))
    },
    "Constant": { (node, planner) throws(ModelError) in
      let tensor: Tensor
      if let value = node.tensor("value") {
        tensor = value
      } else if case .float(let value)? = node.attributes["value_float"] {
        tensor = Tensor(.float, [], [value])
      } else if case .integer(let value)? = node.attributes["value_int"] {
        tensor = Tensor(.int64, [], [Int64(value)])
      } else if let values = node.floats("value_floats") {
        tensor = Tensor(.float, [values.count], values)
      } else if let values = node.integers("value_ints") {
        tensor = Tensor(.int64, [values.count], values.map { Int64($0) })
      } else {
        throw node.fault("it has no value of a supported kind")
      }
      planner.define(node, tensor)
    },
    "ConstantOfShape": { (node, planner) throws(ModelError) in
      guard let shape = try planner.integers(node, 0) else { throw node.fault("input 0 is missing") }
      let value = node.tensor("value") ?? Tensor(.float, [1], [0 as Float])
      guard value.count == 1 else { throw node.fault("the value is \(value.count) numbers, not one") }
      let y = try planner.makeOutput(node, 0, value.type, shape)
      planner.emit(FillStep(label: node.op, value: value, y: y, count: planner[y].count))
    },
    "Range": range,
    "EyeLike": { (node, planner) throws(ModelError) in
      let x = planner[try planner.stored(node, 0)]
      guard x.shape.count == 2 else { throw node.fault("a matrix expected, not \(x.shape)") }
      let number = node.integer("dtype", default: Int(x.type.rawValue))
      guard let code = Int32(exactly: number), let type = ElementType(rawValue: code) else {
        throw node.fault("elements of the type number \(number) are not supported")
      }
      let y = try planner.makeOutput(node, 0, type, x.shape)
      planner.emit(FillStep(label: node.op, value: .scalar(0, type), y: y, count: x.count))
      let (rows, columns, k) = (x.shape[0], x.shape[1], node.integer("k", default: 0))
      guard k > -rows, k < columns else { return }
      let length = min(rows - max(-k, 0), columns - max(k, 0))
      let one = planner.addConstant(.scalar(1, type))
      planner.emitCopy(
        node.op, lengths: [length], from: Lattice(one, by: [0]),
        to: Lattice(y, at: k < 0 ? -k * columns : k, by: [columns + 1]))
    },
  ]

  /// What the shape that a Reshape wants comes to: 0 keeps a length, -1 takes what is left.
  private static func reshape(_ node: Node, _ shape: [Int], to wanted: [Int]) throws(ModelError) -> [Int] {
    var result = wanted
    if node.integer("allowzero", default: 0) == 0 {
      for i in wanted.indices where wanted[i] == 0 {
        guard i < shape.count else { throw node.fault("shape \(wanted) keeps axis \(i) of \(shape)") }
        result[i] = shape[i]
      }
    }
    guard let open = result.firstIndex(of: -1) else { return result }
    var known = 1
    for (i, length) in result.enumerated() where i != open {
      guard length >= 0 else { throw node.fault("a length of \(length) in shape \(wanted)") }
      let (product, overflow) = known.multipliedReportingOverflow(by: length)
      guard !overflow else { throw node.fault("shape \(wanted) is too large") }
      known = product
    }
    let count = shape.reduce(1, *)
    guard known > 0, count % known == 0 else {
      throw node.fault("shape \(wanted) for the elements of \(shape)")
    }
    result[open] = count / known
    return result
  }

  /// Numbers from a first one up or down to a limit that is left out, all known at load.
  private static func range(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let (start, limit, delta) = (
      try planner.constant(node, 0), try planner.constant(node, 1), try planner.constant(node, 2)
    )
    let type = start.type
    guard limit.type == type, delta.type == type, type != .bool else {
      throw node.fault("the types do not fit")
    }
    guard let from = start.number, let to = limit.number, let by = delta.number, by != 0 else {
      throw node.fault("start, limit or step is not one number, or the step is 0")
    }
    let count = ((to - from) / by).rounded(.up)
    guard count.isFinite, count <= Double(ModelLimit.elements) else {
      throw node.fault("a range from \(from) to \(to) by \(by)")
    }
    let y = try planner.makeOutput(node, 0, type, [max(Int(count), 0)])
    // 0, 1, 2 ... is the running sum of ones; times the step, plus the start
    let ones = try planner.makeTemporary(node, type, planner[y].shape)
    planner.emit(FillStep(label: node.op, value: .scalar(1, type), y: ones, count: planner[y].count))
    planner.emit(
      CumulateStep(
        x: ones, y: y, type: type, outer: 1, length: planner[y].count, inner: 1, isExclusive: true,
        isReverse: false))
    for (function, operand) in [(ArithmeticStep.Function.multiply, delta), (.add, start)] {
      planner.emitArithmetic(node, function, y, planner.addConstant(operand), to: y)
    }
  }
}

extension Planner {
  /// The output of `node` is `x` with axes of length 1 more or less. Channels stay last when the axes are positions.
  fileprivate mutating func aliasKeepingLayout(
    _ node: Node, _ x: ValueID, _ shape: [Int], without axes: [Int]
  )
    throws(ModelError)
  {
    let staysLast = min(shape.count, self[x].shape.count) > 2 && axes.allSatisfy { $0 >= 2 }
    try alias(node, 0, of: staysLast ? x : try rowMajor(x), shape: shape)
  }

  /// The output of `node` is known now.
  mutating func define(_ node: Node, _ tensor: Tensor) {
    if node.has(output: 0) { forward(node, 0, addConstant(tensor, name: node.outputs[0].text)) }
  }
}
