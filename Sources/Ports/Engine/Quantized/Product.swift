// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The right side and the end of INT8 products, ready for the kernels: made once where everything is known at load.
struct PreparedWeights: Sendable {
  let shape: WeightShape
  /// Bytes of one packed matrix.
  let packedBytes: Int
  let packed: ValueID
  /// int32: where the sums begin.
  let base: ValueID
  /// int32: zero points of the columns; nil when all are 0.
  let zeros: ValueID?
  let end: ProductEnd
  /// Of the left side.
  let aZero: ValueID
  let aIsSigned: Bool
  let path: Int32

  var reads: [ValueID] { [packed, base, aZero] + [zeros].compactMap(\.self) + end.reads }
}

/// What becomes of the sums of a product.
enum ProductEnd: Sendable {
  /// Quantized again: scale of each column, zero point of the result, and whether that is int8.
  case quantized(scale: ValueID, zero: ValueID, isSigned: Bool)
  /// Floats: scale of each column, and what is added.
  case float(scale: ValueID, offset: ValueID?)
  case integer

  var reads: [ValueID] {
    switch self {
    case .quantized(let scale, let zero, _): [scale, zero]
    case .float(let scale, let offset): [scale] + [offset].compactMap(\.self)
    case .integer: []
    }
  }

  /// Bytes of one result.
  var size: Int { if case .quantized = self { 1 } else { 4 } }
}

extension PreparedWeights {
  /// Fills in what the products of one step share.
  ///
  /// - Parameters:
  ///   - column: first column of the group or matrix in the arrays that have one element a column.
  func product(_ memory: Memory, matrix: Int, column: Int) -> mw_q8_product {
    var product = unsafe mw_q8_product()
    unsafe product.n = shape.columns
    unsafe product.packed = UnsafePointer(memory.pointer(packed) + matrix * packedBytes)
    unsafe product.base = UnsafePointer(memory.pointer(base) + matrix * shape.columns)
    if let zeros { unsafe product.column_factor = UnsafePointer(memory.pointer(zeros) + column) }
    switch end {
    case .quantized(let scale, let zero, let isSigned):
      unsafe product.to = Int32(MW_TO_U8)
      unsafe product.scale = UnsafePointer(memory.floats(scale) + column)
      unsafe product.zero = memory.unsignedZero(zero, isSigned: isSigned)
      unsafe product.low = 0
      unsafe product.high = 255
    case .float(let scale, let offset):
      unsafe product.to = Int32(MW_TO_F32)
      unsafe product.scale = UnsafePointer(memory.floats(scale) + column)
      if let offset { unsafe product.offset = UnsafePointer(memory.floats(offset) + column) }
    case .integer: unsafe product.to = Int32(MW_TO_I32)
    }
    return unsafe product
  }
}

extension Planner {
  /// What a product needs of its right side and its end.
  struct ProductInputs {
    var weights: ValueID
    var weightZero: ValueID
    var weightScale: ValueID?
    var shape: WeightShape
    /// Offsets of the matrices in `weights`.
    var offsets = [0]
    var aZero: ValueID
    var aScale: ValueID?
    var aIsSigned: Bool
    var bias: ValueID?
    var alpha: Float = 1
    /// Quantization of the result; nil gives floats where there are scales and sums where there are none.
    var result: Quantization?
    var offset: ValueID?
    var resultIsSigned = false
  }

  /// Packs weights and reckons bases and scales, now or in steps.
  mutating func prepareWeights(_ node: Node, _ inputs: ProductInputs) throws(ModelError) -> PreparedWeights {
    let shape = inputs.shape
    let matrices = inputs.offsets.count
    let isSigned = self[inputs.weights].type == .int8
    let weights = try signedWeights(node, inputs.weights)
    try checkColumns(inputs.weightZero, shape.allColumns, node, "the zero point of the weights")
    try checkScalar(inputs.aZero, node, "the zero point of the input")
    let packed = try makeTemporary(node, .int8, [matrices, shape.groups, shape.packedBytes(path)])
    let sums = try makeTemporary(node, .int32, [matrices, shape.allColumns])
    let zeros = try makeTemporary(node, .int32, [shape.allColumns])
    prepare(
      PackStep(
        weights: weights, zero: inputs.weightZero, isSigned: isSigned,
        zeroCount: self[inputs.weightZero].count, shape: shape, offsets: inputs.offsets, packed: packed,
        sums: sums, zeros: zeros, path: path))
    if let bias = inputs.bias {
      guard self[bias].count == shape.allColumns else {
        throw node.fault(
          "the bias has \(self[bias].count) elements, \(shape.allColumns) expected", tensor: self[bias].name)
      }
    }
    let base = try makeTemporary(node, .int32, [matrices, shape.allColumns])
    let allZero = constant(zeros)?.integers?.allSatisfy { $0 == 0 } ?? false
    prepare(
      BaseStep(
        sums: sums, zeros: allZero ? nil : zeros, aZero: inputs.aZero, aIsSigned: inputs.aIsSigned,
        bias: inputs.bias,
        columns: shape.allColumns, matrices: matrices, depth: shape.depth, base: base,
        path: path))
    return PreparedWeights(
      shape: shape, packedBytes: shape.packedBytes(path), packed: packed, base: base,
      zeros: allZero ? nil : zeros,
      end: try productEnd(node, inputs), aZero: inputs.aZero, aIsSigned: inputs.aIsSigned, path: path)
  }

  /// Weights as the kernels multiply them: int8, those of uint8 with their sign bits turned.
  mutating func signedWeights(_ node: Node, _ weights: ValueID) throws(ModelError) -> ValueID {
    let value = self[weights]
    guard value.type == .uint8 else { return weights }
    let turned = try makeTemporary(node, .int8, value.shape)
    prepare(FlipStep(from: weights, to: turned, count: value.count, path: path), forKernels: false)
    return turned
  }

  private mutating func productEnd(_ node: Node, _ inputs: ProductInputs) throws(ModelError) -> ProductEnd {
    guard let aScale = inputs.aScale, let bScale = inputs.weightScale else { return .integer }
    let columns = inputs.shape.allColumns
    try checkScalar(aScale, node, "the scale of the input")
    try checkColumns(bScale, columns, node, "the scale of the weights")
    if let offset = inputs.offset, self[offset].count != columns {
      throw node.fault("\(self[offset].count) numbers to add, \(columns) expected", tensor: self[offset].name)
    }
    if let result = inputs.result {
      try checkScalar(result.scale, node, "the scale of the output")
      try checkScalar(result.zero, node, "the zero point of the output")
    }
    let scale = try makeTemporary(node, .float, [columns])
    prepare(
      ScaleStep(
        aScale: aScale, bScale: bScale, bCount: self[bScale].count, yScale: inputs.result?.scale,
        alpha: inputs.alpha, columns: columns, scale: scale))
    if let result = inputs.result {
      return .quantized(scale: scale, zero: result.zero, isSigned: inputs.resultIsSigned)
    }
    return .float(scale: scale, offset: inputs.offset)
  }
}
