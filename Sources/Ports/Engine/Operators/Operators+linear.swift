// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let linear: [String: OperatorPlan] = [
    "MatMul": { (node, planner) throws(ModelError) in try matMul(node, &planner) },
    "com.microsoft.FusedMatMul": { (node, planner) throws(ModelError) in try fusedMatMul(node, &planner) },
    "Gemm": { (node, planner) throws(ModelError) in try gemm(node, &planner) },
    "ConvTranspose": { (node, planner) throws(ModelError) in try transposedConvolution(node, &planner) },
    "Conv": { (node, planner) throws(ModelError) in try convolution(node, &planner) },
  ]

  private static func matMul(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let a = try planner.operand(node, 0, of: MatrixProduct.types)
    let b = try planner.operand(node, 1, of: [planner[a].type])
    let product = try MatrixProduct(node, planner[a].shape, planner[b].shape)
    let y = try planner.makeOutput(node, 0, planner[a].type, product.sizes.result)
    try product.emit(node, a, b, y, &planner)
  }

  private static func fusedMatMul(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    guard node.integer("transBatchA", default: 0) == 0, node.integer("transBatchB", default: 0) == 0 else {
      throw node.fault("transposed batches are not supported")
    }
    var a = try planner.operand(node, 0, of: [.float])
    let b = try planner.operand(node, 1, of: [.float])
    if node.integer("transA", default: 0) != 0, planner[a].shape.count > 1 {
      a = try transposedMatrices(node, a, &planner)
    }
    let transposed = node.integer("transB", default: 0) != 0
    var product = try MatrixProduct(node, planner[a].shape, planner[b].shape, transposeB: transposed)
    product.alpha = node.float("alpha", default: 1)
    let y = try planner.makeOutput(node, 0, .float, product.sizes.result)
    try product.emit(node, a, b, y, &planner)
  }

  /// The last two axes of `id` exchanged.
  private static func transposedMatrices(_ node: Node, _ id: ValueID, _ planner: inout Planner)
    throws(ModelError) -> ValueID
  {
    var shape = planner[id].shape
    let batch = shape.dropLast(2).reduce(1, *)
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    shape.swapAt(shape.count - 2, shape.count - 1)
    let to = try planner.makeTemporary(node, planner[id].type, shape)
    planner.emit(
      TransposeStep(
        from: id, to: to, batch: batch, rows: rows, columns: columns,
        elementSize: planner[id].type.size, path: planner.path))
    return to
  }

  private static func gemm(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    var a = try planner.operand(node, 0, of: MatrixProduct.types)
    let type = planner[a].type
    let b = try planner.operand(node, 1, of: [type])
    guard planner[a].shape.count == 2, planner[b].shape.count == 2 else {
      throw node.fault("both sides have to be matrices")
    }
    if node.integer("transA", default: 0) != 0 { a = try transposedMatrices(node, a, &planner) }
    let transposed = node.integer("transB", default: 0) != 0
    var product = try MatrixProduct(node, planner[a].shape, planner[b].shape, transposeB: transposed)
    product.alpha = node.float("alpha", default: 1)
    let beta = node.float("beta", default: 1)
    let c = try planner.optionalOperand(node, 2, of: [type])
    if type != .float, product.alpha != 1 || (c != nil && beta != 0) {
      throw node.fault("elements of type \(type) are supported with alpha 1 and without C only")
    }
    let y = try planner.makeOutput(node, 0, type, product.sizes.result)
    guard let c, beta != 0, type == .float else { return try product.emit(node, a, b, y, &planner) }
    let strides = try Operators.broadcast(node, planner[c].shape, to: product.sizes.result)
    if let known = planner.constant(c)?.floats, strides[0] == 0 || product.sizes.rows == 1,
      product.sizes.depth > 0
    {
      let row = (0..<product.sizes.columns).map { beta * known[$0 * strides[1]] }
      product.base = planner.addConstant(Tensor(.float, [product.sizes.columns], row), name: planner[c].name)
      try product.emit(node, a, b, y, &planner)
    } else {
      try product.emit(node, a, b, y, &planner)
      planner.emit(
        AddScaledStep(
          c: c, y: y, rows: product.sizes.rows, columns: product.sizes.columns,
          strides: (strides[0], strides[1]), beta: beta))
    }
  }

  /// Strides with which a tensor of `shape` is read as one of `wanted`, ONNX's one-way broadcasting.
  static func broadcast(_ node: Node, _ shape: [Int], to wanted: [Int]) throws(ModelError) -> [Int] {
    guard Shape.broadcast([shape, wanted]) == wanted else {
      throw node.fault("shape \(shape) does not broadcast to \(wanted)")
    }
    return Shape.strides(shape, in: wanted)
  }
}

/// y += beta * c, c read with strides.
///
/// SAFETY: the strides come from broadcasting c to the shape of y.
struct AddScaledStep: Step {
  let c: ValueID
  let y: ValueID
  let rows: Int
  let columns: Int
  let strides: (Int, Int)
  let beta: Float

  var reads: [ValueID] { [c, y] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "add", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (c, y) = unsafe (memory.floats(c), memory.floats(y))
    for i in 0..<rows {
      for j in 0..<columns { unsafe y[i * columns + j] += beta * c[i * strides.0 + j * strides.1] }
    }
  }
}
