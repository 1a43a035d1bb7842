// SPDX-License-Identifier: Apache-2.0

/// A matrix product of floats or other numbers on its way into the plan.
struct MatrixProduct {
  static let types: ElementTypes = [.float, .double, .int32, .uint32, .int64, .uint64]

  let sizes: MatMulShape
  /// Whether the last two axes of the right side are exchanged.
  let transposeB: Bool
  /// Of the sum, folded into the right side.
  var alpha: Float = 1
  /// A row that is added to each of the result.
  var base: ValueID?

  init(_ node: Node, _ a: [Int], _ b: [Int], transposeB: Bool = false) throws(ModelError) {
    var right = b
    self.transposeB = transposeB && b.count > 1
    if self.transposeB { right.swapAt(b.count - 2, b.count - 1) }
    sizes = try MatMulShape(a, right, node)
  }

  /// Emits the steps that compute `y` = alpha * `a` `b` + base.
  func emit(_ node: Node, _ a: ValueID, _ b: ValueID, _ y: ValueID, _ planner: inout Planner)
    throws(ModelError)
  {
    guard planner[y].count > 0 else { return }
    guard sizes.depth > 0 else { return planner.emit(ZeroStep(y: y, byteCount: planner[y].byteCount)) }
    guard planner[a].type != .float else { return try emitFloat(node, a, b, y, &planner) }
    planner.emit(
      PlainProductStep(
        a: a, b: b, y: y, type: planner[a].type, sizes: sizes,
        bStrides: transposeB ? (1, sizes.depth) : (sizes.columns, 1)))
  }

  private func emitFloat(_ node: Node, _ a: ValueID, _ b: ValueID, _ y: ValueID, _ planner: inout Planner)
    throws(ModelError)
  {
    let (m, k, n) = (sizes.rows, sizes.depth, sizes.columns)
    var right = b
    if alpha != 1 {
      right = try planner.makeTemporary(node, .float, planner[b].shape)
      planner.prepare(ScaleAllStep(x: b, y: right, count: planner[b].count, factor: alpha))
    }
    let side = RightSide(length: k, n: n, lengthStride: transposeB ? 1 : n, nStride: transposeB ? k : 1)
    let packed = try planner.packed(
      node, right, side, at: (0..<sizes.rightMatrices).map { $0 * k * n })
    // One right side and all of the left in its order: one product of many rows.
    let isWhole =
      sizes.rightMatrices == 1 && sizes.batch.lazy.map(\.a).elementsEqual(0..<sizes.batch.count)
    planner.emit(
      ProductStep(
        label: node.op, a: a, packed: packed, base: base, y: y, m: isWhole ? m * sizes.batch.count : m,
        side: side, packedCount: side.packedCount(planner.path), aRow: k,
        pairs: isWhole ? [(0, 0)] : sizes.batch, taps: planner.addConstant(Tensor(.int32, [1], [Int32(0)])),
        path: planner.path))
  }
}
