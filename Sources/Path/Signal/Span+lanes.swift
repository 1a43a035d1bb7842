// SPDX-License-Identifier: Apache-2.0

extension Span<Float> {
  /// Four neighbours, in Double: sums in lanes do not wait for each other.
  @inline(__always) func four(at index: Int) -> SIMD4<Double> {
    let part = extracting(index..<(index + 4))
    return SIMD4<Double>(SIMD4<Float>(part[0], part[1], part[2], part[3]))
  }
}
