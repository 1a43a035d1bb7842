// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// INT8 matrix products: y[i] = a[i] * b[i] for each of a list of matrices.
struct DenseStep: Step {
  /// One product: element offsets of the left side and the result, and which packed matrix stands on the right.
  struct Item: Sendable {
    var a: Int
    var matrix: Int
    var y: Int
  }
  let label: String
  let a: ValueID
  let y: ValueID
  let weights: PreparedWeights
  let rows: Int
  let items: [Item]
  /// int32, `rows`; where the weights have zero points.
  let rowSums: ValueID?
  let taps: ValueID
  let scratch: ValueID

  var reads: [ValueID] { [a, taps] + weights.reads }
  var writes: [ValueID] { [y, scratch] + [rowSums].compactMap(\.self) }
  var cost: StepCost {
    StepCost(
      label: label, arithmetic: .int8,
      macs: items.count * rows * weights.shape.depth * weights.shape.columns)
  }

  func run(_ memory: Memory) {
    let (depth, columns) = (weights.shape.depth, weights.shape.columns)
    for item in items {
      var product = unsafe weights.product(memory, matrix: item.matrix, column: 0)
      unsafe product.a = UnsafePointer(memory.bytes(a) + item.a)
      unsafe product.a_row = depth
      unsafe product.taps = UnsafePointer(memory.pointer(taps))
      unsafe product.tap_count = 1
      unsafe product.tap_length = depth
      unsafe product.m = rows
      unsafe product.out = memory[y] + item.y * weights.end.size
      unsafe product.out_row = columns
      if let rowSums {
        let sums: UnsafeMutablePointer<Int32> = unsafe memory.pointer(rowSums)
        unsafe mw_q8_row_sums(weights.path, product.a, depth, product.taps, 1, depth, rows, sums)
        for i in 0..<rows { unsafe sums[i] = 0 &- sums[i] }
        unsafe product.row_factor = UnsafePointer(sums)
      } else {
        unsafe product.column_factor = nil
      }
      unsafe mw_q8_multiply(weights.path, &product, memory[scratch])
    }
  }
}
