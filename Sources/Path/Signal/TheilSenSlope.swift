// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The Theil-Sen line: median of the slopes between all pairs of points, with its confidence interval.
///
/// P. K. Sen, "Estimates of the regression coefficient based on Kendall's tau", JASA 63, 1968; the same numbers as
/// `scipy.stats.theilslopes`. Up to 29 % of the points may be wrong without moving it far.
public struct TheilSenSlope: Sendable, Equatable {
  /// Values a unit of time.
  public let slope: Double
  /// Median value - slope times median time.
  public let intercept: Double
  /// Confidence interval of the slope.
  public let range: ClosedRange<Double>
  /// Points that were used.
  public let count: Int
  /// Points whose time or value was not finite.
  public let skipped: Int

  /// Doubles of scratch for so many points.
  public static func scratchCount(for count: Int) -> Int {
    max(count, count * (count - 1) / 2) + 2 * count
  }

  /// Fits `values` at `times`; nil of fewer than two points, and where all times are one.
  public init?(
    times: Span<Double>, values: Span<Double>, confidence: Double = 0.95, scratch: inout MutableSpan<Double>
  ) {
    precondition(times.count == values.count && confidence > 0 && confidence < 1, "one time a value")
    precondition(
      scratch.count >= TheilSenSlope.scratchCount(for: values.count), "the scratch is too small")
    var n = 0
    for i in 0..<values.count where times[i].isFinite && values[i].isFinite {
      // In pairs at the end, so that the slopes have the beginning.
      scratch[scratch.count - 1 - 2 * n] = times[i]
      scratch[scratch.count - 2 - 2 * n] = values[i]
      n += 1
    }
    count = n
    skipped = values.count - n
    guard n >= 2 else { return nil }
    let end = scratch.count
    var slopes = 0
    var (timeTies, valueTies) = (0.0, 0.0)
    for i in 0..<n {
      let (t, v) = (scratch[end - 1 - 2 * i], scratch[end - 2 - 2 * i])
      var (sameTime, sameValue) = (0, 0)
      for j in 0..<n {
        let (s, u) = (scratch[end - 1 - 2 * j], scratch[end - 2 - 2 * j])
        sameTime += s == t ? 1 : 0
        sameValue += u == v ? 1 : 0
        guard j < i, s != t else { continue }
        scratch[slopes] = (v - u) / (t - s)
        slopes += 1
      }
      // A group of k equal values adds k (k - 1) (2k + 5): each of its k members k-th of that.
      timeTies += Double((sameTime - 1) * (2 * sameTime + 5))
      valueTies += Double((sameValue - 1) * (2 * sameValue + 5))
    }
    guard slopes > 0 else { return nil }
    let all = Double(n)
    let variance = (all * (all - 1) * (2 * all + 5) - timeTies - valueTies) / 18
    let reach = NormalDistribution.quantile(0.5 + confidence / 2) * max(0, variance).squareRoot()
    let lower = Int(((Double(slopes) - reach) / 2).rounded(.toNearestOrEven)) - 1
    let upper = Int(((Double(slopes) + reach) / 2).rounded(.toNearestOrEven))
    let low = scratch.select(max(0, min(lower, slopes - 1)), of: 0..<slopes)
    let high = scratch.select(min(slopes - 1, max(0, upper)), of: 0..<slopes)
    let median = scratch.median(of: 0..<slopes)
    slope = median
    range = min(low, median)...max(high, median)
    // The slopes are done with: times and values come to the beginning to be put in order.
    for i in 0..<n { scratch[i] = scratch[end - 1 - 2 * i] }
    let time = scratch.median(of: 0..<n)
    for i in 0..<n { scratch[i] = scratch[end - 2 - 2 * i] }
    intercept = scratch.median(of: 0..<n) - median * time
  }
}
