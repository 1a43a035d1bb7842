// SPDX-License-Identifier: Apache-2.0

public import Machine

/// A rate that is held: so many a second, and so many at once after a quiet time.
public struct TokenBucket: Sendable {
  private let perSecond: Double
  private let burst: Double
  private var tokens: Double
  private var filled: MonotonicTime?

  /// A full bucket.
  /// - Parameters:
  ///   - perSecond: at least 0.1.
  ///   - burst: how many at once; those of a second, and at least one, unless it is said.
  public init(perSecond: Double, burst: Double? = nil) {
    self.perSecond = max(0.1, perSecond)
    self.burst = max(1, burst ?? perSecond)
    tokens = self.burst
  }

  /// Whether one may go now.
  public mutating func has(at now: MonotonicTime) -> Bool {
    fill(now)
    return tokens >= 1
  }

  /// One goes. To be called after `has` has said yes.
  public mutating func take() { tokens -= 1 }

  /// Seconds until one may go.
  public mutating func delay_s(at now: MonotonicTime) -> Double {
    fill(now)
    return tokens >= 1 ? 0 : (1 - tokens) / perSecond
  }

  private mutating func fill(_ now: MonotonicTime) {
    let passed_s = filled.map { max(0, now.seconds(since: $0)) } ?? 0
    tokens = min(burst, tokens + passed_s * perSecond)
    filled = now
  }
}
