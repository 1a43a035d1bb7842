// SPDX-License-Identifier: Apache-2.0

/// A rolling bearing with a stationary outer ring: where its defects strike.
public struct RollingBearing: Sendable, Hashable {
  /// The maker's designation.
  public var designation: String
  /// Number of balls or rollers.
  public var elements: Int
  /// Ball over pitch diameter times the cosine of the contact angle.
  public var ratio: Double

  /// A bearing by its geometry; diameters in one unit, contact angle zero.
  public init(_ designation: String, elements: Int, elementDiameter: Double, pitchDiameter: Double) {
    self.designation = designation
    self.elements = elements
    ratio = elementDiameter / pitchDiameter
  }

  /// SKF 6205-2RS JEM, 9 balls of 0.3126 in on a 1.537 in pitch (Case Western Reserve University, drive end).
  public static let skf6205 = RollingBearing(
    "SKF 6205", elements: 9, elementDiameter: 0.3126, pitchDiameter: 1.537)
  /// SKF 6203-2RS, 8 balls of 0.2656 in on a 1.122 in pitch (Case Western Reserve University, fan end).
  public static let skf6203 = RollingBearing(
    "SKF 6203", elements: 8, elementDiameter: 0.2656, pitchDiameter: 1.122)

  /// Cage frequency in orders of shaft speed. `slip` is the share by which the cage lags pure rolling.
  public func cage(slip: Double = 0) -> Double { 0.5 * (1 - ratio) * (1 - slip) }
  /// Ball passes over a defect of the outer race, in orders.
  public func outerRace(slip: Double = 0) -> Double { Double(elements) * cage(slip: slip) }
  /// Ball passes over a defect of the inner race, in orders.
  public func innerRace(slip: Double = 0) -> Double { Double(elements) * (1 - cage(slip: slip)) }
  /// Strikes of a defect on one ball, which meets both races in a turn: twice the ball spin, in orders.
  public func rollingElement(slip: Double = 0) -> Double { (1 - ratio * ratio) / ratio * (1 - slip) }
}
