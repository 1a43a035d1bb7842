// SPDX-License-Identifier: Apache-2.0

/// Finds what a device refuses inside a request, while every other cell is still read.
///
/// It begins when a request of `count` cells was refused. `next` names the cells to read, `served` and
/// `refused` tell how that went. One bad cell costs at most ceil(log2(count)) + 2 reads: the halvings, one
/// to be sure that the last cell is refused when read alone, and one for everything behind it.
/// ```
///   refused:  [ a b c d e f g h ]      d is bad
///   read      [ a b c d ]              refused
///   read      [ a b ]                  served
///   read          [ c ]                served
///   read            [ d ]              refused: d is bad
///   read              [ e f g h ]      served
/// ```
/// When that last cell is served after all, no cell was at fault but an address bridged between cells, or
/// the length of the request: then the pieces as they were served are how this device wants to be read.
struct Bisection {
  private let count: Int
  /// Cells among which something is refused; everything before them is settled, nothing after them is read.
  private var suspects: Range<Int>
  /// Whether exactly `suspects` was refused, rather than a longer range whose beginning was served.
  private var isProven = true
  private var current: Range<Int>?
  private var served: [Range<Int>] = []

  /// Cells that were refused when read alone.
  private(set) var bad: [Int] = []
  /// Cells that must begin a request of their own from now on.
  private(set) var breaks: Set<Int> = []

  init(count: Int) {
    self.count = count
    suspects = 0..<count
    settle()
  }

  /// The cells to read now; nil when all are settled.
  mutating func next() -> Range<Int>? {
    if suspects.isEmpty {
      current = suspects.upperBound < count ? suspects.upperBound..<count : nil
    } else if suspects.count == 1 {
      current = suspects
    } else {
      current = suspects.lowerBound..<suspects.lowerBound + suspects.count / 2
    }
    return current
  }

  /// The range from `next` was read.
  mutating func wasServed() {
    guard let range = current else { return }
    served.append(range)
    if !suspects.isEmpty, range == suspects { breaks.formUnion(served.dropFirst().map(\.lowerBound)) }
    suspects = range.upperBound..<max(range.upperBound, suspects.upperBound)
    isProven = false
  }

  /// The range from `next` was refused with exception 2 or 3.
  mutating func wasRefused() {
    guard let range = current else { return }
    suspects = range
    isProven = true
    settle()
  }

  /// A single cell that was refused alone is the culprit.
  private mutating func settle() {
    guard isProven, suspects.count == 1 else { return }
    bad.append(suspects.lowerBound)
    suspects = suspects.upperBound..<suspects.upperBound
  }
}
