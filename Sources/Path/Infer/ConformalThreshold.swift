// SPDX-License-Identifier: Apache-2.0

import Machine

/// A threshold that healthy windows exceed at a stated rate, from the machine's own healthy scores (split
/// conformal prediction: the k-th smallest of n scores with k = ceil((n + 1)(1 - rate)) is exceeded by
/// the next exchangeable score with probability at most `rate`, whatever their distribution).
///
/// It needs n >= 1/rate - 1 scores; before that there is none. Only the largest scores are kept, no more than
/// the rule can ask for. The newest scores wait in quarantine: if the machine turns out to be failing, they
/// are dropped and not counted as healthy. It is complete after three times the scores it needs, so that a
/// slow fault does not lift it.
struct ConformalThreshold: Sendable, Codable, Equatable {
  static let quarantine = 30
  let rate: Double
  private(set) var count = 0
  /// Largest scores, falling.
  private var largest: [Double] = []
  private var waiting: [Double] = []

  init(rate: Double) { self.rate = rate }

  /// Scores that the rule needs.
  var needed: Int { Int((1 / rate - 1).rounded(.up)) }
  private var limit: Int { 3 * needed }
  /// How many of `n` scores lie at or above the k-th smallest, with k as above.
  private func rank(_ n: Int) -> Int { n - Int((Double(n + 1) * (1 - rate) - 1e-9).rounded(.up)) + 1 }

  /// Takes a healthy score, or, with `learn` false, drops those of the recent past.
  mutating func observe(_ score: Double, learn: Bool) {
    guard learn else {
      waiting.removeAll(keepingCapacity: true)
      return
    }
    guard count < limit else { return }
    waiting.append(score)
    guard waiting.count > ConformalThreshold.quarantine else { return }
    let admitted = waiting.removeFirst()
    count += 1
    let place = largest.firstIndex { $0 < admitted } ?? largest.count
    largest.insert(admitted, at: place)
    if largest.count > max(rank(limit), 1) { largest.removeLast() }
  }

  /// The threshold, once enough scores were seen.
  var value: Double? {
    guard count >= needed else { return nil }
    return largest[min(max(rank(count), 1), largest.count) - 1]
  }

  var isSound: Bool {
    rate > 0 && rate < 1 && count >= 0 && count <= limit && largest.allSatisfy(\.isFinite)
      && largest.count <= max(rank(limit), 1) && largest.count >= min(count, 1)
      && waiting.count <= ConformalThreshold.quarantine && waiting.allSatisfy(\.isFinite)
  }
}
