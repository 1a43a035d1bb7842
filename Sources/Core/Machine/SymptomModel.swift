// SPDX-License-Identifier: Apache-2.0

/// One line of a fault's signature: what is looked at, how it is held against what, and what it is worth.
///
/// A symptom speaks for the fault with its whole `weight` where `supports` is met, and against it with `against` where
/// `opposes` is met. Between two bounds on one value it is worth a share, in a straight line.
public struct SymptomModel: Sendable, Codable, Equatable {
  /// Its name for people and in the graph, like `2x radial is half of 1x or more`.
  public var text: String
  public var see: Observable
  public var supports: Test?
  public var opposes: Test?
  /// Part of the confidence when it shows.
  public var weight: Double
  /// Part of the confidence that is lost when it was looked for and the opposite shows.
  public var against: Double
  /// Without it the fault is not named; where it cannot be observed, the fault cannot be judged.
  public var isNecessary: Bool
  /// Where the threshold was read; empty where it is the machine's own baseline.
  public var source: String

  public init(
    text: String, see: Observable, supports: Test?, opposes: Test? = nil, weight: Double, against: Double = 0,
    isNecessary: Bool = false, source: String = ""
  ) {
    self.text = text
    self.see = see
    self.supports = supports
    self.opposes = opposes
    self.weight = weight
    self.against = against
    self.isNecessary = isNecessary
    self.source = source
  }

  /// How a value is judged.
  public enum Test: Sendable, Codable, Equatable {
    case atLeast(Double)
    case below(Double)
    case within(Double, Double)
    /// At least twice the healthy level of the same operating state, and beyond its spread.
    case raised
    /// Beyond the spread of the healthy state, upwards; downwards.
    case risen, fallen
    /// What healthy windows of this state do.
    case usual
  }
}

/// A number that diagnosis can read off one window of one machine, with the short memory that it keeps.
public struct Observable: Sendable, Codable, Equatable {
  /// What is read.
  public enum Quantity: Sendable, Codable, Equatable {
    case feature(Feature)
    /// One feature over another, both of the same window.
    case featureRatio(Feature, Feature)
    case reading(PointRole)
    case readingDifference(PointRole, PointRole)
    case readingRatio(PointRole, PointRole)
    /// A line of the machine's parts by its name in the catalogue of lines, like `BPFO`, `GMF` or `2x line`.
    case line(String, LineFact)
    /// How many of a model's points are anomalous.
    case anomalousPoints
  }

  /// What is read of a line.
  public enum LineFact: String, CaseIterable, Sendable, Codable {
    /// Amplitude over the median floor.
    case prominence
    /// Lines above the floor without a gap, the first included.
    case harmonics
    /// Pairs of sidebands at the line's own modulation.
    case sidebands
    /// Peak amplitude in the unit of its spectrum.
    case amplitude
    /// The highest harmonic above the first, over the first.
    case overtone
  }

  /// Of several windows, which one is asked.
  public enum Point: String, CaseIterable, Sendable, Codable {
    /// The radial window with the largest value (of the numerator).
    case radial
    /// The axial window with the largest value.
    case axial, vertical, horizontal
    /// Windows of points that listen to the part that the rule looks at; all windows where none does.
    case here
    /// The largest over all windows.
    case anywhere
  }

  /// What is made of the value.
  public enum Form: String, CaseIterable, Sendable, Codable {
    case value
    /// Over the healthy mean of the same operating state.
    case timesBaseline = "times-baseline"
    /// Standard deviations from that mean.
    case sigmas
    /// Less that mean.
    case change
    /// Change an hour, by Theil-Sen over the memory kept.
    case slope
    /// Spread of the last ten minutes over the healthy spread: hunting, pulsation.
    case unrest
    /// The largest axial over the largest radial value.
    case axialShare = "axial-share"
    /// The largest over the second largest radial direction at the same end.
    case directionRatio = "direction-ratio"
    /// The louder end over the other end.
    case endRatio = "end-ratio"
    /// Exponent of the value's growth with shaft speed, fitted over the memory kept.
    case speedExponent = "speed-exponent"
  }

  public var quantity: Quantity
  public var point: Point
  public var form: Form

  public init(_ quantity: Quantity, at point: Point = .radial, as form: Form = .value) {
    self.quantity = quantity
    self.point = point
    self.form = form
  }
}
