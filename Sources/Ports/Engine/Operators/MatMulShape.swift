// SPDX-License-Identifier: Apache-2.0

/// The sizes of a matrix product after NumPy's rules: vectors become matrices, the axes before the last two broadcast.
struct MatMulShape {
  /// Rows of the left side.
  let rows: Int
  /// Columns of the left side, rows of the right.
  let depth: Int
  let columns: Int
  /// Which matrix of the left and which of the right side make each matrix of the result.
  let batch: [(a: Int, b: Int)]
  /// Matrices on the right side.
  let rightMatrices: Int
  /// Shape of the result.
  let result: [Int]

  init(_ left: [Int], _ right: [Int], _ node: Node) throws(ModelError) {
    guard !left.isEmpty, !right.isEmpty else { throw node.fault("a scalar has no product of matrices") }
    let a = left.count == 1 ? [1] + left : left
    let b = right.count == 1 ? right + [1] : right
    guard a[a.count - 1] == b[b.count - 2] else { throw node.fault("shapes \(left) and \(right) do not fit") }
    rows = a[a.count - 2]
    depth = a[a.count - 1]
    columns = b[b.count - 1]
    let (outerA, outerB) = (Array(a.dropLast(2)), Array(b.dropLast(2)))
    rightMatrices = outerB.reduce(1, *)
    let rank = max(outerA.count, outerB.count)
    let fullA = Array(repeating: 1, count: rank - outerA.count) + outerA
    let fullB = Array(repeating: 1, count: rank - outerB.count) + outerB
    var outer: [Int] = []
    for (x, y) in zip(fullA, fullB) {
      guard x == y || x == 1 || y == 1 else {
        throw node.fault("shapes \(left) and \(right) do not broadcast")
      }
      outer.append(x == 1 ? y : x)
    }
    guard outer.reduce(1, *) <= 1 << 16 else { throw node.fault("more than 65536 matrices") }
    var pairs: [(a: Int, b: Int)] = [(0, 0)]
    for axis in 0..<rank {
      pairs = pairs.flatMap { pair in
        (0..<outer[axis]).map { i in
          (
            a: pair.a * fullA[axis] + (fullA[axis] == 1 ? 0 : i),
            b: pair.b * fullB[axis] + (fullB[axis] == 1 ? 0 : i)
          )
        }
      }
    }
    batch = pairs
    result = outer + (left.count == 1 ? [] : [rows]) + (right.count == 1 ? [] : [columns])
  }
}
