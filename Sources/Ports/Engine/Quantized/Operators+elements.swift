// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let quantizedElements: [String: OperatorPlan] = [
    "com.microsoft.QLinearAdd": { (node, planner) throws(ModelError) in try planner.binary(node, .add) },
    "com.microsoft.QLinearMul": { (node, planner) throws(ModelError) in try planner.binary(node, .multiply) },
    "com.microsoft.QLinearSigmoid": { (node, planner) throws(ModelError) in
      try planner.lookup(node, logistic)
    },
    "com.microsoft.QLinearLeakyRelu": { (node, planner) throws(ModelError) in
      let alpha = node.float("alpha", default: 0.01)
      try planner.lookup(node) { $0 >= 0 ? $0 : alpha * $0 }
    },
    "com.microsoft.QLinearSoftmax": { (node, planner) throws(ModelError) in try planner.softmax(node) },
    "com.microsoft.QLinearConcat": { (node, planner) throws(ModelError) in try planner.concat(node) },
  ]
}

/// 1 / (1 + e^-x) as ONNX Runtime computes it, a quotient of polynomials fitted to -18...18 (Eigen's, in MLAS
/// logistic.cpp): in a table of 8 bits, another last bit may fall to the other side of a half.
@Sendable private func logistic(_ x: Float) -> Float {
  let x = max(-18, min(18, x))
  let odd: [Float] = [
    4.37031012579801e-11, 1.15627324459942e-07, 6.08574864600143e-05, 8.51377133304701e-03,
    2.48287947061529e-01,
  ]
  let even: [Float] = [
    6.10247389755681e-13, 5.76102136993427e-09, 6.29106785017040e-06, 1.70198817374094e-03,
    1.16817656904453e-01, 9.93151921023180e-01,
  ]
  let polynomial = { (coefficients: [Float]) in
    coefficients.dropFirst().reduce(coefficients[0]) { $1.addingProduct($0, x * x) }
  }
  return max(0, min(1, polynomial(odd) * x / polynomial(even) + 0.5))
}

extension Planner {
  fileprivate mutating func binary(_ node: Node, _ operation: QuantizedBinaryStep.Operation)
    throws(ModelError)
  {
    let aStored = try stored(node, 0, of: [.int8, .uint8])
    let type = self[aStored].type
    let bStored = try stored(node, 3, of: [type])
    let (left, right) = (self[aStored].shape, self[bStored].shape)
    let rank = max(left.count, right.count)
    guard rank <= 8 else { throw node.fault("more than 8 axes") }
    guard let shape = Shape.broadcast([left, right]) else {
      throw node.fault("shapes \(left) and \(right) do not broadcast")
    }
    // Equal shapes may keep the layout that they lie in; spreading asks for row-major.
    let layout: Value.Layout =
      left == right && self[aStored].layout == self[bStored].layout ? self[aStored].layout : .rowMajor
    let quantizations = [
      try quantization(node, scale: 1, zero: 2, type: type),
      try quantization(node, scale: 4, zero: 5, type: type),
      try quantization(node, scale: 6, zero: 7, type: type),
    ]
    for quantization in quantizations { try checkScalar(quantization.scale, node, "a scale") }
    let a = try spread(node, try unsigned(aStored, layout), to: shape)
    let b = try spread(node, try unsigned(bStored, layout), to: shape)
    let y = try makeUnsignedOutput(node, 0, type, shape, layout: layout)
    emit(
      QuantizedBinaryStep(
        operation: operation, a: a, b: b, y: y, aQuantization: quantizations[0],
        bQuantization: quantizations[1],
        yQuantization: quantizations[2], isSigned: type == .int8,
        roundsSigned: type == .int8 && node.integer(Fusion.asUnsigned, default: 0) == 0, count: self[y].count,
        path: path))
  }

  private mutating func spread(_ node: Node, _ id: ValueID, to shape: [Int]) throws(ModelError) -> ValueID {
    let value = self[id]
    guard value.shape != shape, value.count != shape.reduce(1, *) else { return id }
    let copy = try makeUnsignedTemporary(node, value.type, shape)
    let loops = Loops(shape, [Shape.strides(value.shape, in: shape), Shape.strides(shape)], along: 1)
    prepare(
      CopyStep(
        label: "broadcast", from: id, to: copy, elementSize: 1, fromStart: 0, toStart: 0, loops: loops))
    return copy
  }

  /// An element-wise function by table, in the layout of its input.
  fileprivate mutating func lookup(_ node: Node, _ function: @escaping @Sendable (Float) -> Float)
    throws(ModelError)
  {
    let stored = try stored(node, 0, of: [.int8, .uint8])
    let type = self[stored].type
    let x = try unsigned(stored)
    let (from, to) = (
      try quantization(node, scale: 1, zero: 2, type: type),
      try quantization(node, scale: 3, zero: 4, type: type)
    )
    let y = try makeUnsignedOutput(node, 0, type, self[x].shape, layout: self[x].layout)
    emitLookup(
      node.op, x: x, y: y, from: from, to: to, table: try makeTemporary(node, .uint8, [256]), function)
  }

  private mutating func emitLookup(
    _ label: String, x: ValueID, y: ValueID, from: Quantization, to: Quantization, table: ValueID,
    _ function: @escaping @Sendable (Float) -> Float
  ) {
    prepare(TableStep(x: from, y: to, isSigned: self[x].type == .int8, function: function, table: table))
    emit(LookupStep(label: label, x: x, y: y, table: table, count: self[x].count, path: path))
  }

  fileprivate mutating func softmax(_ node: Node) throws(ModelError) {
    let x = try unsigned(try stored(node, 0, of: [.int8, .uint8]), .rowMajor)
    let (type, shape) = (self[x].type, self[x].shape)
    let axis = node.integer("axis", default: -1)
    guard !shape.isEmpty, (-shape.count..<shape.count).contains(axis) else {
      throw node.fault("axis \(axis) of shape \(shape)")
    }
    let from = try quantization(node, scale: 1, zero: 2, type: type)
    let to = try quantization(node, scale: 3, zero: 4, type: type)
    let at = axis < 0 ? axis + shape.count : axis
    let (columns, inner) = (shape[at], shape[(at + 1)...].reduce(1, *))
    let table = try makeTemporary(node, .float, [512])
    prepare(ExponentialTableStep(scale: from.scale, columns: columns, table: table))
    let y = try makeUnsignedOutput(node, 0, type, shape, layout: .rowMajor)
    let count = self[x].count
    guard count > 0 else { return }
    // The axis goes last and back where others stand behind it.
    let rows = inner == 1 ? x : try makeUnsignedTemporary(node, type, shape)
    let shares = inner == 1 ? y : try makeUnsignedTemporary(node, type, shape)
    let turn = { (from: ValueID, to: ValueID, rows: Int, columns: Int, path: Int32) in
      TransposeStep(
        from: from, to: to, batch: count / rows / columns, rows: rows, columns: columns, elementSize: 1,
        path: path)
    }
    if inner > 1 { emit(turn(x, rows, columns, inner, path)) }
    emit(
      QuantizedSoftmaxStep(
        x: rows, y: shares, table: table, yQuantization: to, isSigned: type == .int8, rows: count / columns,
        columns: columns, path: path))
    if inner > 1 { emit(turn(shares, y, inner, columns, path)) }
  }

  /// Each part is brought to the scale of the result, then they are joined.
  fileprivate mutating func concat(_ node: Node) throws(ModelError) {
    guard node.inputs.count >= 5, node.inputs.count % 3 == 2 else {
      throw node.fault("\(node.inputs.count) inputs; scale, zero point and three for each part expected")
    }
    let type = try resultType(node, zero: 1, default: .uint8)
    let to = try quantization(node, scale: 0, zero: 1, type: type)
    var parts: [Name] = []
    for first in stride(from: 2, to: node.inputs.count, by: 3) {
      let x = try unsigned(try stored(node, first, of: [type]), .rowMajor)
      let from = try quantization(node, scale: first + 1, zero: first + 2, type: type)
      var part = x
      if constant(from.scale) != constant(to.scale) || constant(from.zero) != constant(to.zero)
        || constant(to.scale) == nil
      {
        part = try makeUnsignedTemporary(node, type, self[x].shape)
        emitLookup(
          node.op, x: x, y: part, from: from, to: to, table: try makeTemporary(node, .uint8, [256])
        ) { $0 }
      }
      parts.append(bindings.add("\(node.outputs[0]) part \(parts.count)", part))
    }
    try plan(
      Node(
        name: node.name, op: "Concat", opset: node.opset, inputs: parts, outputs: node.outputs,
        attributes: node.attributes))
  }
}
