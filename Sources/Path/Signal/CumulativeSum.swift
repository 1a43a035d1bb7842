// SPDX-License-Identifier: Apache-2.0

/// A tabular two-sided CUSUM: sums of what exceeds a target by more than an allowance, upwards and downwards.
///
/// E. S. Page, "Continuous inspection schemes", Biometrika 41, 1954, in the tabular form. What is not finite is skipped
/// and counted.
public struct CumulativeSum: Sendable, Equatable {
  /// A sum that passed the limit.
  public enum Shift: String, Sendable, Codable { case up, down }

  /// Value that is expected.
  public let target: Double
  /// Half of the shift to be found (K).
  public let allowance: Double
  /// Sum from which there is a shift (H).
  public let limit: Double
  /// Sum of what was above target + allowance; never negative.
  public private(set) var high = 0.0
  /// Sum of what was below target - allowance; never negative.
  public private(set) var low = 0.0
  /// Values since `high` was last 0: the shift began so long ago.
  public private(set) var highRun = 0
  /// Values since `low` was last 0.
  public private(set) var lowRun = 0
  /// Values that went in.
  public private(set) var count = 0
  /// Values that were not finite.
  public private(set) var skipped = 0

  /// Sums about `target`, all three in the values' unit.
  public init(target: Double, allowance: Double, limit: Double) {
    precondition(target.isFinite && allowance >= 0 && limit > 0, "a limit is positive")
    (self.target, self.allowance, self.limit) = (target, allowance, limit)
  }

  /// Takes in one value; tells a sum above the limit, the larger where both are.
  @discardableResult
  public mutating func add(_ value: Double) -> Shift? {
    guard value.isFinite else {
      skipped += 1
      return nil
    }
    count += 1
    high = max(0, high + value - target - allowance)
    low = max(0, low + target - allowance - value)
    highRun = high > 0 ? highRun + 1 : 0
    lowRun = low > 0 ? lowRun + 1 : 0
    if high > limit, high >= low { return .up }
    return low > limit ? .down : nil
  }

  /// Begins again, as after maintenance; counts stay.
  public mutating func reset() {
    (high, low, highRun, lowRun) = (0, 0, 0, 0)
  }
}
