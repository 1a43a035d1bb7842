// SPDX-License-Identifier: Apache-2.0

/// The shapes of a matrix product by the rules of ONNX's MatMul: batches broadcast, a vector counts as a row on the
/// left and a column on the right and loses that axis again.
struct MatrixProduct {
  static let types: Set<ElementType> = [.float, .double, .int32, .uint32, .int64, .uint64]

  /// Of the result.
  let shape: [Int]
  let (m, k, n): (Int, Int, Int)
  /// Of the sum, folded into the right side.
  var alpha: Float = 1
  /// A row that is added to each of the result.
  var base: ValueID?

  private let transposeB: Bool
  /// For each matrix of the result the matrix of either side.
  private let aIndices: [Int]
  private let bIndices: [Int]
  private let bCount: Int

  init(_ node: Node, _ a: [Int], _ b: [Int], transposeB: Bool = false) throws(ModelError) {
    guard !a.isEmpty, !b.isEmpty else { throw node.fault("a scalar is no matrix") }
    let left = a.count == 1 ? [1] + a : a
    var right = b.count == 1 ? b + [1] : b
    self.transposeB = transposeB && b.count > 1
    if self.transposeB { right.swapAt(right.count - 2, right.count - 1) }
    guard left[left.count - 1] == right[right.count - 2] else {
      throw node.fault("shapes \(a) and \(b) cannot be multiplied")
    }
    (m, k, n) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    let (aBatch, bBatch) = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    let rank = max(aBatch.count, bBatch.count)
    var batch = Array(repeating: 1, count: rank)
    for axis in 0..<rank {
      let x = axis - rank + aBatch.count >= 0 ? aBatch[axis - rank + aBatch.count] : 1
      let y = axis - rank + bBatch.count >= 0 ? bBatch[axis - rank + bBatch.count] : 1
      guard x == y || x == 1 || y == 1 else { throw node.fault("shapes \(a) and \(b) do not broadcast") }
      batch[axis] = x == 1 ? y : x
    }
    shape = batch + (a.count == 1 ? [] : [m]) + (b.count == 1 ? [] : [n])
    let (count, overflow) = batch.reduce((1, false)) { (product, length) in
      let (next, overflow) = product.0.multipliedReportingOverflow(by: length)
      return (next, product.1 || overflow)
    }
    guard !overflow, count <= ModelLimit.elements else { throw node.fault("\(batch) is too many matrices") }
    aIndices = MatrixProduct.indices(
      of: batch, strides: try Operators.broadcast(node, aBatch, to: batch), count: count)
    bIndices = MatrixProduct.indices(
      of: batch, strides: try Operators.broadcast(node, bBatch, to: batch), count: count)
    bCount = bBatch.reduce(1, *)
  }

  private static func indices(of batch: [Int], strides: [Int], count: Int) -> [Int] {
    (0..<count).map { number in
      var (rest, index) = (number, 0)
      for axis in batch.indices.reversed() {
        index += rest % batch[axis] * strides[axis]
        rest /= batch[axis]
      }
      return index
    }
  }

  /// Emits the steps that compute `y` = alpha * `a` `b` + base.
  func emit(_ node: Node, _ a: ValueID, _ b: ValueID, _ y: ValueID, _ planner: inout Planner)
    throws(ModelError)
  {
    guard planner[y].count > 0 else { return }
    guard k > 0 else { return planner.emit(ZeroStep(y: y, byteCount: planner[y].byteCount)) }
    switch planner[a].type {
    case .double: emit(Double.self, a, b, y, &planner)
    case .int32: emit(Int32.self, a, b, y, &planner)
    case .uint32: emit(UInt32.self, a, b, y, &planner)
    case .int64: emit(Int64.self, a, b, y, &planner)
    case .uint64: emit(UInt64.self, a, b, y, &planner)
    default: try emitFloat(node, a, b, y, &planner)
    }
  }

  private func emitFloat(_ node: Node, _ a: ValueID, _ b: ValueID, _ y: ValueID, _ planner: inout Planner)
    throws(ModelError)
  {
    var b = b
    if alpha != 1 {
      let scaled = planner.constant(b)?.floats.map { $0.map { alpha * $0 } }
      if let scaled {
        b = planner.addConstant(Tensor(.float, planner[b].shape, scaled))
      } else {
        let to = try planner.makeTemporary(node, .float, planner[b].shape)
        planner.emit(UnaryStep(label: "scale", x: b, y: to, count: planner[b].count) { [alpha] in alpha * $0 })
        b = to
      }
    }
    let side = RightSide(
      length: k, n: n, lengthStride: transposeB ? 1 : n, nStride: transposeB ? k : 1)
    let packed = try planner.packed(node, b, side, at: (0..<bCount).map { $0 * k * n })
    // One right side and all of the left in its order: one product of many rows.
    let whole = bCount == 1 && aIndices.elementsEqual(0..<aIndices.count)
    planner.emit(
      ProductStep(
        label: node.op, a: a, packed: packed, base: base, y: y, m: whole ? m * aIndices.count : m, side: side,
        packedCount: side.packedCount(planner.path), aRow: k, aOffsets: whole ? [0] : aIndices.map { $0 * m * k },
        bIndices: whole ? [0] : bIndices, taps: planner.addConstant(Tensor(.int32, [1], [Int32(0)])),
        path: planner.path))
  }

  private func emit<Element: WrappingNumber>(
    _: Element.Type, _ a: ValueID, _ b: ValueID, _ y: ValueID, _ planner: inout Planner
  ) {
    planner.emit(
      PlainProductStep<Element>(
        a: a, b: b, y: y, m: m, k: k, n: n, aStrides: (k, 1), bStrides: transposeB ? (1, k) : (n, 1),
        aOffsets: aIndices.map { $0 * m * k }, bOffsets: bIndices.map { $0 * k * n }))
  }
}
