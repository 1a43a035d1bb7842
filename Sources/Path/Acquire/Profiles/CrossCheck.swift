// SPDX-License-Identifier: Apache-2.0

import Machine

/// Two registers that give one value in two ways, such as mm/s and in/s.
///
/// A byte order, scale or address that is wrong for the device at hand shows here at once.
public struct CrossCheck: Sendable {
  /// Positions of the two registers in the profile.
  public var first: Int
  public var second: Int
  /// Largest difference allowed, in the canonical unit of their quantity.
  public var tolerance: Double
  /// Added to the tolerance: this share of the larger magnitude.
  public var relative: Double

  /// Why the two values do not belong to one measurement, or nil when they agree or one is missing.
  func defect(
    _ a: DecodedValue?, _ b: DecodedValue?, names: (String, String), unit: Unit
  ) -> SensorDefect? {
    guard let a, let b, !a.quality.isBad, !b.quality.isBad, let x = a.value, let y = b.value else {
      return nil
    }
    guard (x - y).magnitude > tolerance + relative * max(x.magnitude, y.magnitude) else { return nil }
    return SensorDefect(
      .crossCheck, "\(names.0) says \(plain(x)) and \(names.1) says \(plain(y)) \(unit.symbol)")
  }
}
