// SPDX-License-Identifier: Apache-2.0

extension Span<Float> {
  /// Four neighbours, in Double: sums in lanes do not wait for each other.
  @inline(__always) func four(at index: Int) -> SIMD4<Double> {
    let part = extracting(index..<(index + 4))
    return SIMD4<Double>(SIMD4<Float>(part[0], part[1], part[2], part[3]))
  }

  /// Sum in eight lanes of at most 64 Floats each, and of those in Double.
  func sum() -> Double {
    var total = 0.0
    var start = 0
    while start + 8 <= count {
      let end = Swift.min(count, start + 512)
      var lanes = SIMD8<Float>.zero
      while start + 8 <= end {
        let w = extracting(start..<(start + 8))
        lanes += SIMD8(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
        start += 8
      }
      total += Double(lanes.sum())
    }
    for i in start..<count { total += Double(self[i]) }
    return total
  }
}
