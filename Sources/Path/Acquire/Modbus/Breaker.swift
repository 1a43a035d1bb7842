// SPDX-License-Identifier: Apache-2.0

import Machine

/// Keeps a unit that does not answer from costing the others their time.
/// ```
///             failed                     time is up, probe sent
///   closed ------------> open(until) ------------------------------+
///     ^                    ^                                       |
///     |     answered       |     failed: backoff doubled           |
///     +--------------------+---------------------------------------+
/// ```
/// It opens at the first failure, so a dead unit costs at most one timeout per backoff period. The clock and
/// the randomness are the caller's.
struct Breaker: Sendable, Equatable {
  /// Seconds of the first pause and of the longest.
  static let firstBackoff_s = 0.5
  static let longestBackoff_s = 60.0
  /// Share of a pause that jitter may take off, so that units that died together do not return together.
  static let jitter = 0.25

  /// When the unit may be tried again; nil while it answers.
  private(set) var openUntil: MonotonicTime?
  /// Failures since the last answer.
  private(set) var failures = 0

  var isOpen: Bool { openUntil != nil }

  /// The unit answered; an exception is an answer too.
  mutating func answered() {
    openUntil = nil
    failures = 0
  }

  /// The unit did not answer.
  /// - Parameter random: 0 up to 1.
  mutating func failed(at now: MonotonicTime, random: Double) {
    let doublings = Double(min(failures, 30))
    failures += 1
    let backoff = min(Breaker.longestBackoff_s, Breaker.firstBackoff_s * exp2(doublings))
    openUntil = now.advanced(bySeconds: backoff * (1 - Breaker.jitter * random))
  }

  /// 2 to a whole power.
  private func exp2(_ power: Double) -> Double { Double(UInt64(1) << UInt64(power)) }
}
