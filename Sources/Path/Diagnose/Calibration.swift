// SPDX-License-Identifier: Apache-2.0

/// From the score of a rule to the probability that the named fault is right: data, measured on simulated failures.
///
/// ```json
/// { "least": 0.5, "temperature": 0.1, "curves": [
///   { "margin": 0, "scores": [0.2, 0.6, 0.9], "probabilities": [0.3, 0.7, 0.95] } ] }
/// ```
/// Each curve is monotone and straight between its knots, and flat beyond them. Where there are several, the one with the
/// largest `margin` that the score's lead over its best rival reaches is used.
public struct Calibration: Sendable, Codable, Equatable {
  /// One monotone table.
  public struct Curve: Sendable, Codable, Equatable {
    /// Least lead over the runner-up for which the curve holds.
    public var margin: Double
    /// Rising.
    public var scores: [Double]
    /// Not falling, 0 to 1, one a score.
    public var probabilities: [Double]
    public init(margin: Double = 0, scores: [Double], probabilities: [Double]) {
      self.margin = margin
      self.scores = scores
      self.probabilities = probabilities
    }
  }

  /// Why a table cannot be used.
  public enum Fault: Error, Equatable, Sendable, CustomStringConvertible {
    case curve(Int, String)
    case value(String)
    public var description: String {
      switch self {
      case .curve(let number, let reason): "calibration: curve \(number + 1): \(reason)"
      case .value(let reason): "calibration: \(reason)"
      }
    }
  }

  /// The least score with which a fault is named.
  public let least: Double
  /// How sharply look-alikes are told apart by their scores: a lead of this much makes one e times as probable.
  public let temperature: Double
  /// How much of its `against` a symptom that is missing counts: with 1 nothing that goes missing ever names a fault.
  public let doubt: Double
  public let curves: [Curve]

  /// Scores are probabilities: what holds until they were measured.
  public static let identity = Calibration(unchecked: 0.5, 0.1, 1, [])

  private init(unchecked least: Double, _ temperature: Double, _ doubt: Double, _ curves: [Curve]) {
    (self.least, self.temperature, self.doubt, self.curves) = (least, temperature, doubt, curves)
  }

  public init(
    least: Double = 0.5, temperature: Double = 0.1, doubt: Double = 1, curves: [Curve]
  ) throws(Fault) {
    guard least > 0, least <= 1 else { throw .value("`least` must be above 0 and at most 1") }
    guard (0...1).contains(doubt) else { throw .value("`doubt` must lie between 0 and 1") }
    guard temperature > 0, temperature.isFinite else { throw .value("`temperature` must be above 0") }
    for (i, curve) in curves.enumerated() {
      let (x, y) = (curve.scores, curve.probabilities)
      guard x.count >= 2, x.count == y.count else {
        throw .curve(i, "needs one probability a score, two at least")
      }
      guard zip(x, x.dropFirst()).allSatisfy({ $0 < $1 }) else { throw .curve(i, "scores must rise") }
      guard zip(y, y.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw .curve(i, "probabilities must not fall")
      }
      guard y.allSatisfy({ (0...1).contains($0) }), curve.margin.isFinite else {
        throw .curve(i, "probabilities lie between 0 and 1")
      }
    }
    self.init(unchecked: least, temperature, doubt, curves.sorted { $0.margin < $1.margin })
  }

  public init(from decoder: any Decoder) throws {
    let box = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      least: try box.decodeIfPresent(Double.self, forKey: .least) ?? 0.5,
      temperature: try box.decodeIfPresent(Double.self, forKey: .temperature) ?? 0.1,
      doubt: try box.decodeIfPresent(Double.self, forKey: .doubt) ?? 1,
      curves: try box.decodeIfPresent([Curve].self, forKey: .curves) ?? [])
  }

  /// Probability that a fault with this score is right.
  /// - Parameter margin: its lead over the best look-alike; the score itself where there is none.
  public func probability(_ score: Double, margin: Double) -> Double {
    guard let curve = curves.last(where: { $0.margin <= margin }) ?? curves.first else {
      return min(1, max(0, score))
    }
    let (x, y) = (curve.scores, curve.probabilities)
    guard score > x[0] else { return y[0] }
    guard let next = x.firstIndex(where: { $0 >= score }) else { return y[y.count - 1] }
    let share = (score - x[next - 1]) / (x[next] - x[next - 1])
    return y[next - 1] + share * (y[next] - y[next - 1])
  }
}
