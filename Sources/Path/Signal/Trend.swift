// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How steadily a series goes one way.
public enum Trend {
  /// |rises - falls| / (count - 1) of the values that are finite: 1 where each is above (or each below) the one before
  /// it; nil of fewer than two.
  ///
  /// J. Coble, "Merging data sources to predict remaining useful life", 2010; ProgPy's `monotonicity` for one series.
  public static func monotonicity(of values: Span<Double>) -> Double? {
    var (count, balance) = (0, 0)
    var previous = 0.0
    for i in 0..<values.count where values[i].isFinite {
      if count > 0 { balance += values[i] > previous ? 1 : values[i] < previous ? -1 : 0 }
      previous = values[i]
      count += 1
    }
    return count < 2 ? nil : Double(abs(balance)) / Double(count - 1)
  }
}

enum NormalDistribution {
  /// The value that a standard normal deviate stays below with probability `p`, 0 < p < 1.
  ///
  /// By bisection on `erfc`, to the last bits: it is asked for once a fit.
  static func quantile(_ p: Double) -> Double {
    var (low, high) = (-40.0, 40.0)
    while true {
      let middle = (low + high) / 2
      guard middle > low, middle < high else { return middle }
      if erfc(-middle / 2.0.squareRoot()) / 2 < p { low = middle } else { high = middle }
    }
  }
}
