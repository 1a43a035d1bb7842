// SPDX-License-Identifier: Apache-2.0

import Signal
import Testing

/// Trends beside SciPy and published tables.
@Suite("Trends")
struct TrendTests {
  /// The series of `Tests/golden/signal_more.py`: a random walk in quarters, with ties, and a gap in its times.
  static let series: [Double] = [
    -0.5, -0.25, 0, -0.25, -0.5, -0.5, -0.75, -0.25, -0.25, 0.25, 0.5, 0.75, 0.75, 0.75, 1, 1.25, 1, 0.75,
    0.5, 0.5,
    1, 1.5, 1.75, 1.5, 1.5, 2, 1.75, 1.5, 1.75, 2, 2.25, 2.5, 2.25, 2.75, 2.75, 2.5, 2.5, 2.75, 2.75, 2.75,
  ]
  static let times = (0..<40).map { Double($0) + ($0 < 20 ? 0 : 7.5) }

  static func slope(_ times: [Double], _ values: [Double], confidence: Double = 0.95) -> TheilSenSlope? {
    var scratch = [Double](repeating: 0, count: TheilSenSlope.scratchCount(for: values.count))
    var span = scratch.mutableSpan
    return TheilSenSlope(times: times.span, values: values.span, confidence: confidence, scratch: &span)
  }

  static func test(_ values: [Double]) -> MannKendallTest? { MannKendallTest(values.span) }
  static func monotonicity(_ values: [Double]) -> Double? { Trend.monotonicity(of: values.span) }

  @Test(
    "The Theil-Sen line is SciPy's, its confidence interval too",
    arguments: [(0.95, 0.0636363636363636, 0.0797101449275362), (0.5, 0.0684931506849315, 0.074468085106383)])
  func theilSen(confidence: Double, low: Double, high: Double) throws {
    let fit = try #require(Self.slope(Self.times, Self.series, confidence: confidence))
    #expect(close(fit.slope, 0.0714285714285714, 1e-14))
    #expect(close(fit.intercept, -0.535714285714286, 1e-14))
    #expect(close(fit.range.lowerBound, low, 1e-14) && close(fit.range.upperBound, high, 1e-14))
    #expect(fit.count == 40 && fit.skipped == 0)
  }

  @Test("What is not finite is skipped and counted, in time and in value")
  func skipped() throws {
    let times = Self.times + [.nan, 60, 61]
    let values = Self.series + [1, .infinity, .nan]
    let fit = try #require(Self.slope(times, values))
    let clean = try #require(Self.slope(Self.times, Self.series))
    #expect(fit.skipped == 3 && fit.slope == clean.slope && fit.range == clean.range)
    let test = try #require(Self.test(Self.series))
    let broken: [Double] = [.nan] + Self.series + [.infinity]
    let same = try #require(Self.test(broken))
    #expect(same.skipped == 2 && same.z == test.z && same.count == 40)
    #expect(Self.monotonicity(broken) == Self.monotonicity(Self.series))
  }

  @Test("A line has its slope exactly, with any quarter of it wrong")
  func robust() throws {
    let times = (0..<32).map(Double.init)
    let values = times.map { Int($0).isMultiple(of: 4) ? 1000 : 2 * $0 + 1 }
    let fit = try #require(Self.slope(times, values))
    #expect(fit.slope == 2 && fit.range.contains(2))
    let two = try #require(Self.slope([1, 3], [5, 4]))
    #expect(two.slope == -0.5 && two.intercept == 5.5)
  }

  @Test("Mann-Kendall has the S, tie-corrected variance, z and p of NumPy and scipy.stats.kendalltau")
  func mannKendall() throws {
    let test = try #require(Self.test(Self.series))
    #expect(test.statistic == 643)
    #expect(close(test.variance, 7303.66666666667, 1e-13))
    #expect(close(test.z, 7.51215527249789, 1e-13))
    #expect(close(test.pValue, 5.81617441486468e-14, 1e-11))
    #expect(close(test.tau, 0.849219586125768, 1e-13))
  }

  @Test("Nothing and one sample have no trend; a constant has slope 0, z 0 and p 1")
  func defined() throws {
    #expect(Self.slope([], []) == nil && Self.slope([1], [1]) == nil && Self.slope([2, 2], [1, 5]) == nil)
    let none: [Double] = []
    let one: [Double] = [4, .nan]
    #expect(Self.test(none) == nil && Self.test(one) == nil)
    #expect(Self.monotonicity(none) == nil && Self.monotonicity(one) == nil)
    let constant = [Double](repeating: 3, count: 9)
    let fit = try #require(Self.slope((0..<9).map(Double.init), constant))
    #expect(fit.slope == 0 && fit.range == 0...0 && fit.intercept == 3)
    let test = try #require(Self.test(constant))
    #expect(test.z == 0 && test.pValue == 1 && test.variance == 0 && test.tau == nil)
    #expect(Self.monotonicity(constant) == 0)
  }

  @Test("Monotonicity is |rises - falls| over the pairs")
  func monotonicity() {
    for (values, expected) in [
      ([1, 2, 3, 4], 1), ([4, 3, 2, 1], 1), ([1, 2, 1, 2, 3], 0.5), ([1, 2, 1], 0),
    ] as [([Double], Double)] {
      #expect(Self.monotonicity(values) == expected)
    }
  }

  /// NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4: weight 0.3, start 50, printed to two digits.
  @Test("The moving average is that of NIST's example, with its limits")
  func average() {
    let values = [
      52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6,
      52.4, 53.6, 52.1,
    ]
    let printed = [
      50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38,
      49.92,
      50.73, 51.23, 51.94, 51.99,
    ]
    var average = ExponentialAverage(weight: 0.3, start: 50)
    for (value, expected) in zip(values, printed) {
      average.add(value)
      #expect(abs((average.value ?? .nan) - expected) < 0.0051)
    }
    // Limits 50 +- 3 x 0.4201 x 2.0539.
    #expect(abs(average.spread - 0.4201) < 5e-5)
    average.add(.nan)
    #expect(average.skipped == 1 && average.count == 20)
    var first = ExponentialAverage(weight: 0.1)
    #expect(first.value == nil)
    first.add(7)
    #expect(first.value == 7)
    #expect(close(ExponentialAverage.weight(period_s: 10, constant_s: 10), 0.632120558828558, 1e-14))
  }

  /// Montgomery and Runger, "Applied Statistics and Probability for Engineers", table 16-8: target 99, allowance 1,
  /// limit 10.
  @Test("The cumulative sums are those of Montgomery and Runger's table")
  func cusum() {
    let values = [
      102.0, 94.8, 98.3, 98.4, 102.0, 98.5, 99.0, 97.7, 100.0, 98.1, 101.3, 98.7, 101.1, 98.4, 97.0, 96.7,
      100.3, 101.4,
      97.2, 101.0,
    ]
    let high = [2.0, 0, 0, 0, 2.0, 0.5, 0, 0, 0, 0, 1.3, 0, 1.1, 0, 0, 0, 0.3, 1.7, 0, 1.0]
    let low = [0.0, 3.2, 2.9, 2.5, 0, 0, 0, 0.3, 0, 0, 0, 0, 0, 0, 1.0, 2.3, 0, 0, 0.8, 0]
    var sums = CumulativeSum(target: 99, allowance: 1, limit: 10)
    for (i, value) in values.enumerated() {
      #expect(sums.add(value) == nil)
      #expect(abs(sums.high - high[i]) < 1e-9 && abs(sums.low - low[i]) < 1e-9, "observation \(i + 1)")
    }
    #expect(sums.add(.nan) == nil && sums.skipped == 1 && sums.count == 20)
    // A shift of 3 leaves 2 a value: above 10 after six.
    sums.reset()
    let shifts = (0..<6).map { _ in sums.add(102) }
    #expect(shifts == [nil, nil, nil, nil, nil, .up] && sums.highRun == 6)
    sums.reset()
    #expect(sums.add(80) == .down && sums.lowRun == 1)
  }
}
