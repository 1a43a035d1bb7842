// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The Mann-Kendall test: whether values rise or fall in their order, whatever their distribution.
///
/// H. B. Mann, Econometrica 13, 1945; M. G. Kendall, "Rank correlation methods", 1975: S is the sum of the signs of all
/// later values less earlier ones; its variance is corrected for ties, z for continuity, and p is two-sided. Values are
/// taken to be independent: features of overlapping windows are not.
public struct MannKendallTest: Sendable, Equatable {
  /// Pairs that rise less pairs that fall.
  public let statistic: Int
  /// Variance of `statistic` where there is no trend.
  public let variance: Double
  /// (S - sign S) / sqrt(variance); 0 of a constant.
  public let z: Double
  /// Probability of so large a |z| where there is no trend; 1 of a constant.
  public let pValue: Double
  /// Kendall's tau-b: S over the pairs that can differ; nil of a constant.
  public let tau: Double?
  /// Values that were used.
  public let count: Int
  /// Values that were not finite.
  public let skipped: Int

  /// Tests `values`, in their order; nil of fewer than two that are finite.
  public init?(_ values: Span<Double>) {
    var (n, s, tiedPairs) = (0, 0, 0)
    var ties = 0.0
    for i in 0..<values.count where values[i].isFinite {
      let value = values[i]
      var same = 0
      for j in 0..<values.count where values[j].isFinite {
        if values[j] == value { same += 1 }
        if j < i { s += value > values[j] ? 1 : value < values[j] ? -1 : 0 }
      }
      tiedPairs += same - 1
      ties += Double((same - 1) * (2 * same + 5))
      n += 1
    }
    guard n >= 2 else { return nil }
    let all = Double(n)
    statistic = s
    count = n
    skipped = values.count - n
    let spread = max(0, (all * (all - 1) * (2 * all + 5) - ties) / 18)
    variance = spread
    let pairs = all * (all - 1) / 2
    let free = pairs - Double(tiedPairs) / 2
    tau = free > 0 ? Double(s) / (free * pairs).squareRoot() : nil
    z = spread > 0 ? Double(s - s.signum()) / spread.squareRoot() : 0
    pValue = spread > 0 ? erfc(abs(z) / 2.0.squareRoot()) : 1
  }
}
