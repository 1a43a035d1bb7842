// SPDX-License-Identifier: Apache-2.0

/// How long to wait between attempts: doubling, bounded, and spread by chance so that a hundred gateways do
/// not return to a restarted broker in the same moment.
public struct Backoff: Sendable, Equatable {
  public var initial_s: Double
  public var limit_s: Double
  /// Waits about `initial_s` after the first failure, never more than `limit_s`.
  public init(initial_s: Double = 0.5, limit_s: Double = 30) {
    self.initial_s = initial_s
    self.limit_s = limit_s
  }

  /// Seconds to wait after `failures` failures in a row (1 is the first); `chance` in 0..<1 picks the place
  /// in the upper half of the interval.
  public func delay_s(failures: Int, chance: Double) -> Double {
    var interval = initial_s
    for _ in 1..<max(2, min(failures, 64)) where failures > 1 { interval = min(limit_s, interval * 2) }
    return min(limit_s, interval) * (0.5 + 0.5 * chance)
  }
}
