// SPDX-License-Identifier: Apache-2.0

/// Count, mean and sum of squared differences from it, updated one value at a time (Welford 1962).
struct Moments: Sendable, Codable, Equatable {
  private(set) var count = 0
  private(set) var mean = 0.0
  private(set) var m2 = 0.0

  /// Standard deviation of the sample; 0 below two values.
  var deviation: Double { count > 1 ? (m2 / Double(count - 1)).squareRoot() : 0 }

  /// False for what no sequence of values gives, as a damaged snapshot may hold.
  var isSound: Bool { count >= 0 && mean.isFinite && m2.isFinite && m2 >= 0 }

  mutating func add(_ x: Double) {
    count += 1
    let before = x - mean
    mean += before / Double(count)
    m2 += before * (x - mean)
  }

  /// Both samples as one (Chan, Golub and LeVeque 1983).
  func merged(with other: Moments) -> Moments {
    guard count + other.count > 0 else { return self }
    var sum = Moments()
    let n = Double(count + other.count)
    let between = other.mean - mean
    sum.count = count + other.count
    sum.mean = mean + between * Double(other.count) / n
    sum.m2 = m2 + other.m2 + between * between * Double(count) * Double(other.count) / n
    return sum
  }
}
