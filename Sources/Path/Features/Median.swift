// SPDX-License-Identifier: Apache-2.0

/// The upper median of values that are not negative; 0 of none.
///
/// Such floats are in the order of their bit patterns, so the median is bisected by counting what lies below: no branch
/// depends on a value, and nothing is moved.
func median(of values: Span<Float>) -> Float {
  let count = values.count
  guard count > 0 else { return 0 }
  var low = UInt32.max
  var high = UInt32.zero
  for i in 0..<count {
    low = min(low, values[i].bitPattern)
    high = max(high, values[i].bitPattern)
  }
  // The smallest pattern that more than half of the values do not exceed.
  while low < high {
    let middle = low + (high - low) / 2
    if countUp(to: Float(bitPattern: middle), in: values) > count / 2 {
      high = middle
    } else {
      low = middle + 1
    }
  }
  return Float(bitPattern: low)
}

/// How many values do not exceed a limit, in eight lanes.
private func countUp(to limit: Float, in values: Span<Float>) -> Int {
  var lanes = SIMD8<Int32>.zero
  let whole = values.count & ~7
  for start in stride(from: 0, to: whole, by: 8) {
    let v = values.extracting(start..<(start + 8))
    let group = SIMD8<Float>(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7])
    lanes &+= SIMD8<Int32>.zero.replacing(with: 1, where: group .<= limit)
  }
  var total = Int(lanes.wrappedSum())
  for i in whole..<values.count where values[i] <= limit { total += 1 }
  return total
}
