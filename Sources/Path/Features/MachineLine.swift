// SPDX-License-Identifier: Apache-2.0

public import Machine

/// A line that a part of a machine can make, where it is expected, and why.
public struct MachineLine: Sendable, Codable, Equatable {
  /// What analysts call it, like `BPFO`.
  public var name: String
  public var family: LineFamily
  /// The part that makes it: the name of a bearing, a gear pair or a belt.
  public var part: String
  public var expected_Hz: Double
  /// How `expected_Hz` follows from the machine's data; f_r is the frequency of its shaft.
  public var formula: String
  /// Where the formula was read.
  public var source: String
  /// How many harmonics are looked for, the first included.
  public var harmonics: Int
  public var modulations: [Modulation]
  public var spectrum: LineSpectrum
  /// How far from `expected_Hz` the line may lie, as a share: what rolls or is held by friction slips.
  public var tolerance: Double
  /// Whether it never coincides with a multiple of shaft speed by right, so that what stands there is not it.
  public var isApartFromShaft: Bool

  /// Share by which elements of a bearing slip at most, and belts creep.
  public static let slip = LineLimits.slip
  /// Share for what a count of teeth, bars or vanes fixes: the error of the shaft speed alone.
  public static let exact = 0.005

  public init(
    _ name: String, _ family: LineFamily, part: String, expected_Hz: Double, formula: String, source: String,
    harmonics: Int, modulations: [Modulation] = [], spectrum: LineSpectrum, tolerance: Double,
    isApartFromShaft: Bool
  ) {
    self.name = name
    self.family = family
    self.part = part
    self.expected_Hz = expected_Hz
    self.formula = formula
    self.source = source
    self.harmonics = harmonics
    self.modulations = modulations
    self.spectrum = spectrum
    self.tolerance = tolerance
    self.isApartFromShaft = isApartFromShaft
  }
}

/// A line that cannot be placed, and the inputs it lacks.
public struct UnplacedLine: Sendable, Codable, Equatable {
  public var name: String
  public var family: LineFamily
  public var part: String
  public var missing: [String]
  public init(_ name: String, _ family: LineFamily, part: String, missing: [String]) {
    self.name = name
    self.family = family
    self.part = part
    self.missing = missing
  }
}
