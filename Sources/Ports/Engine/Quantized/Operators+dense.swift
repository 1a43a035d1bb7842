// SPDX-License-Identifier: Apache-2.0

internal import CKernels

extension Operators {
  static let quantizedDense: [String: OperatorPlan] = [
    "QLinearMatMul": { (node, planner) throws(ModelError) in
      let a = try planner.stored(node, 0, of: [.int8, .uint8])
      let b = try planner.operand(node, 3, of: [.int8, .uint8])
      let type = try planner.resultType(node, zero: 7, default: planner[a].type)
      let y = try planner.quantization(node, scale: 6, zero: 7, type: type)
      try planner.matMul(
        node, a, b, aQuantization: (1, 2), bQuantization: (4, 5), result: (type, y), bias: nil)
    },
    "MatMulInteger": { (node, planner) throws(ModelError) in
      let a = try planner.stored(node, 0, of: [.int8, .uint8])
      let b = try planner.operand(node, 1, of: [.int8, .uint8])
      try planner.matMul(
        node, a, b, aQuantization: (nil, 2), bQuantization: (nil, 3), result: nil, bias: nil)
    },
    "com.microsoft.MatMulIntegerToFloat": { (node, planner) throws(ModelError) in
      let a = try planner.stored(node, 0, of: [.int8, .uint8])
      let b = try planner.operand(node, 1, of: [.int8, .uint8])
      let bias = try planner.optionalOperand(node, 6, of: [.float])
      try planner.matMul(
        node, a, b, aQuantization: (2, 4), bQuantization: (3, 5), result: nil, bias: bias)
    },
    "com.microsoft.QGemm": { (node, planner) throws(ModelError) in try planner.gemm(node) },
  ]
}

extension Planner {
  /// Type of a result that its zero point names.
  func resultType(_ node: Node, zero: Int, default type: ElementType) throws(ModelError) -> ElementType {
    node.has(input: zero) ? self[try stored(node, zero, of: [.int8, .uint8])].type : type
  }

  /// A quantized matrix product after the rules of MatMul.
  /// - Parameters:
  ///   - aQuantization: inputs that hold scale and zero point; without scales the result is the integer sum.
  ///   - bias: what is added to a float result, one for each column.
  fileprivate mutating func matMul(
    _ node: Node, _ aStored: ValueID, _ b: ValueID, aQuantization: (scale: Int?, zero: Int),
    bQuantization: (scale: Int?, zero: Int), result: (type: ElementType, quantization: Quantization)?,
    bias: ValueID?
  ) throws(ModelError) {
    let a = try unsigned(aStored, .rowMajor)
    let (left, right) = (self[a].shape, self[b].shape)
    let shape = try MatMulShape(left, right, node)
    let isShared = right.count <= 2 || right.dropLast(2).allSatisfy { $0 == 1 }
    // One matrix on the right: all rows of the left side are one product.
    let rows = isShared ? shape.rows * shape.batch.count : shape.rows
    var items = [DenseStep.Item(a: 0, matrix: 0, y: 0)]
    var offsets = [0]
    if !isShared {
      items = shape.batch.enumerated().map { index, batch in
        DenseStep.Item(
          a: batch.a * shape.rows * shape.depth, matrix: batch.b, y: index * shape.rows * shape.columns)
      }
      offsets = (0..<shape.rightMatrices).map { $0 * shape.depth * shape.columns }
    }
    let prepared = try prepareWeights(
      node,
      ProductInputs(
        weights: b, weightZero: try zeroPoint(node, bQuantization.zero, type: self[b].type),
        weightScale: try bQuantization.scale.map { (i) throws(ModelError) in
          try operand(node, i, of: [.float])
        },
        shape: WeightShape(
          length: shape.depth, columns: shape.columns, lengthStride: shape.columns, columnStride: 1),
        offsets: offsets, aZero: try zeroPoint(node, aQuantization.zero, type: self[a].type),
        aScale: try aQuantization.scale.map { (i) throws(ModelError) in try operand(node, i, of: [.float]) },
        aIsSigned: self[a].type == .int8, result: result?.quantization, offset: bias,
        resultIsSigned: result?.type == .int8))
    let y: ValueID
    if let result {
      y = try makeUnsignedOutput(node, 0, result.type, shape.result, layout: .rowMajor)
    } else {
      y = try makeOutput(node, 0, aQuantization.scale == nil ? .int32 : .float, shape.result)
    }
    try emitDense(node, a: a, y: y, prepared, rows: rows, items: items)
  }

  fileprivate mutating func gemm(_ node: Node) throws(ModelError) {
    let a = try unsigned(try stored(node, 0, of: [.int8, .uint8]), .rowMajor)
    let b = try operand(node, 3, of: [.int8, .uint8])
    let (left, right) = (self[a].shape, self[b].shape)
    guard left.count == 2, right.count == 2 else { throw node.fault("both sides have to be matrices") }
    guard node.integer("transA", default: 0) == 0 else { throw node.fault("transA is not supported") }
    let isTransposed = node.integer("transB", default: 0) != 0
    let (depth, columns) = isTransposed ? (right[1], right[0]) : (right[0], right[1])
    guard left[1] == depth else { throw node.fault("shapes \(left) and \(right) do not fit") }
    let bias = try optionalOperand(node, 6, of: [.int32])
    let isQuantized = node.has(input: 7)
    let type = try resultType(node, zero: 8, default: self[a].type)
    let result = isQuantized ? try quantization(node, scale: 7, zero: 8, type: type) : nil
    let prepared = try prepareWeights(
      node,
      ProductInputs(
        weights: b, weightZero: try zeroPoint(node, 5, type: self[b].type),
        weightScale: try operand(node, 4, of: [.float]),
        shape: WeightShape(
          length: depth, columns: columns, lengthStride: isTransposed ? 1 : columns,
          columnStride: isTransposed ? depth : 1),
        aZero: try zeroPoint(node, 2, type: self[a].type), aScale: try operand(node, 1, of: [.float]),
        aIsSigned: self[a].type == .int8, bias: bias, alpha: node.float("alpha", default: 1), result: result,
        resultIsSigned: type == .int8))
    let y =
      isQuantized
      ? try makeUnsignedOutput(node, 0, type, [left[0], columns], layout: .rowMajor)
      : try makeOutput(node, 0, .float, [left[0], columns])
    try emitDense(
      node, a: a, y: y, prepared, rows: left[0], items: [DenseStep.Item(a: 0, matrix: 0, y: 0)])
  }

  private mutating func emitDense(
    _ node: Node, a: ValueID, y: ValueID, _ weights: PreparedWeights, rows: Int, items: [DenseStep.Item]
  ) throws(ModelError) {
    let taps = addConstant(Tensor(.int32, [1], [Int32(0)]))
    let bytes = weights.scratchBytes(rows: rows, row: weights.shape.depth, taps: [0])
    emit(
      DenseStep(
        label: node.op, a: a, y: y, weights: weights, rows: rows, items: items,
        rowSums: weights.zeros == nil ? nil : try makeTemporary(node, .int32, [rows]), taps: taps,
        scratch: try makeTemporary(node, .uint8, [bytes])))
  }
}

extension PreparedWeights {
  /// Bytes of scratch that a product of these weights takes.
  /// - Parameter row: bytes from one row of the left side to the next.
  func scratchBytes(rows: Int, row: Int, taps: [Int32]) -> Int {
    // SAFETY: the call reads the taps and sizes of the product and keeps nothing.
    unsafe taps.withUnsafeBufferPointer { taps in
      var product = unsafe mw_q8_product()
      unsafe product.a_row = row
      unsafe product.taps = taps.baseAddress
      unsafe product.tap_count = taps.count
      unsafe product.tap_length = shape.length
      unsafe product.m = rows
      unsafe product.n = shape.columns
      return unsafe mw_q8_scratch_bytes(path, &product)
    }
  }
}
