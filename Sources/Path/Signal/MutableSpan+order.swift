// SPDX-License-Identifier: Apache-2.0

extension MutableSpan where Element: BinaryFloatingPoint {
  /// The element that stands at `rank` (from 0) of a range when that is in order; changes the order (Hoare's quickselect).
  mutating func select(_ rank: Int, of range: Range<Int>) -> Element {
    var (low, high) = (range.lowerBound, range.upperBound - 1)
    let place = low + rank
    while low < high {
      let pivot = self[low + (high - low) / 2]
      var (i, j) = (low, high)
      while i <= j {
        while self[i] < pivot { i += 1 }
        while pivot < self[j] { j -= 1 }
        guard i <= j else { break }
        let value = self[i]
        self[i] = self[j]
        self[j] = value
        i += 1
        j -= 1
      }
      if place <= j { high = j } else if place >= i { low = i } else { break }
    }
    return self[place]
  }

  /// The middle of a range that is not empty, or the mean of both middles; changes the order.
  mutating func median(of range: Range<Int>) -> Element {
    let count = range.count
    let upper = select(count / 2, of: range)
    guard count.isMultiple(of: 2) else { return upper }
    var lower = self[range.lowerBound]
    for i in range.lowerBound..<(range.lowerBound + count / 2) where self[i] > lower { lower = self[i] }
    return (lower + upper) / 2
  }
}
