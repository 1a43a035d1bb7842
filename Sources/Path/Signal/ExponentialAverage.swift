// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An exponentially weighted moving average: value = weight x + (1 - weight) value.
///
/// S. W. Roberts, "Control chart tests based on geometric moving averages", Technometrics 1(3), 1959. What is not finite
/// is skipped and counted.
public struct ExponentialAverage: Sendable, Equatable {
  /// Share of a new value, above 0 and at most 1.
  public let weight: Double
  /// The average; nil before the first value.
  public private(set) var value: Double?
  /// Values that went in.
  public private(set) var count = 0
  /// Values that were not finite.
  public private(set) var skipped = 0

  /// An average that starts at `start`, or at its first value.
  public init(weight: Double, start: Double? = nil) {
    precondition(weight > 0 && weight <= 1, "a weight is above 0 and at most 1")
    self.weight = weight
    value = start
  }

  /// The weight whose average forgets all but 1/e of the past in `constant_s`, of values `period_s` apart.
  public static func weight(period_s: Double, constant_s: Double) -> Double {
    constant_s > 0 ? -expm1(-period_s / constant_s) : 1
  }

  /// Takes in one value.
  public mutating func add(_ new: Double) {
    guard new.isFinite else {
      skipped += 1
      return
    }
    count += 1
    value = value.map { $0 + weight * (new - $0) } ?? new
  }

  /// How many standard deviations of the values one standard deviation of the average is, after `count` values of noise
  /// from a fixed start: sqrt(w / (2 - w) (1 - (1 - w)^(2 count))).
  public var spread: Double {
    (weight / (2 - weight) * (1 - pow(1 - weight, 2 * Double(count)))).squareRoot()
  }
}
