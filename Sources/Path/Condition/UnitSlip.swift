// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Machine

/// The factors by which two values of one measurement differ when one of them carries the wrong unit.
public enum UnitSlip: String, CaseIterable, Sendable {
  /// Inches and millimetres: 25.4.
  case inch
  /// g and m/s2: 9.80665.
  case gravity
  /// Milli and one: 1,000.
  case thousand
  /// Peak and RMS of a sine: the root of two.
  case rootTwo = "root-two"
  /// Degrees Fahrenheit and Celsius.
  case fahrenheit

  /// The factor; nil for the one that is no factor.
  public var factor: Double? {
    switch self {
    case .inch: 25.4
    case .gravity: 9.80665
    case .thousand: 1000
    case .rootTwo: 2.0.squareRoot()
    case .fahrenheit: nil
    }
  }

  private static let factors = allCases.filter { $0.factor != nil }

  /// The slip that makes `a` of `b`, or `b` of `a`; nil when they agree, or differ in another way.
  /// - Parameter tolerance: share by which a value may miss, 3 % unless told.
  public static func between(_ a: Double, _ b: Double, of quantity: Quantity, tolerance: Double = 0.03)
    -> UnitSlip?
  {
    guard a.isFinite, b.isFinite else { return nil }
    if quantity == .temperature {
      func isFahrenheit(_ f: Double, _ c: Double) -> Bool {
        abs(Unit.degreesFahrenheit.fromCanonical(c) - f) <= 1 && abs(f - c) > 5
      }
      return isFahrenheit(a, b) || isFahrenheit(b, a) ? .fahrenheit : nil
    }
    guard a != 0, b != 0, a.sign == b.sign else { return nil }
    let ratio = abs(log(a / b))
    for slip in factors where abs(ratio - log(slip.factor ?? 1)) <= log1p(tolerance) { return slip }
    return nil
  }

  /// What the slip is, for the evidence.
  var explanation: String {
    switch self {
    case .inch: "25.4, as inches for millimetres give it"
    case .gravity: "9.80665, as g for m/s2 gives it"
    case .thousand: "1000, as a unit for its thousandth gives it"
    case .rootTwo: "the root of 2, as a peak for an RMS gives it"
    case .fahrenheit: "degrees Fahrenheit for Celsius"
    }
  }
}
