// SPDX-License-Identifier: Apache-2.0

/// Sums in eight lanes: as exact as the kernels, and fast.
///
/// SAFETY: the caller answers for `count` elements behind the pointer.
enum Lanes {
  static func sum(_ x: UnsafeMutablePointer<Float>, _ count: Int) -> Float {
    var lanes = SIMD8<Float>()
    var i = 0
    while i + 8 <= count {
      for lane in 0..<8 { unsafe lanes[lane] += x[i + lane] }
      i += 8
    }
    var sum = lanes.sum()
    while i < count {
      unsafe sum += x[i]
      i += 1
    }
    return sum
  }

  /// Of the squares of the distances from `center`.
  static func squares(_ x: UnsafeMutablePointer<Float>, _ count: Int, from center: Float) -> Float {
    var lanes = SIMD8<Float>()
    var i = 0
    while i + 8 <= count {
      for lane in 0..<8 {
        let distance = unsafe x[i + lane] - center
        lanes[lane] += distance * distance
      }
      i += 8
    }
    var sum = lanes.sum()
    while i < count {
      let distance = unsafe x[i] - center
      sum += distance * distance
      i += 1
    }
    return sum
  }
}
