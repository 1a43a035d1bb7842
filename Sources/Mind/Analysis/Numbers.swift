// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A number with so many significant digits, plain between 0.001 and a million.
func digits(_ value: Double, _ count: Int = 5) -> String {
  guard value.isFinite, value != 0 else { return value == 0 ? "0" : "\(value)" }
  let magnitude = Int(floor(log10(abs(value))))
  guard (-3..<6).contains(magnitude) else { return String(format: "%.\(count - 1)e", value) }
  return String(format: "%.\(max(0, count - 1 - magnitude))f", value)
}

/// A percentage with its sign.
func signed(_ percent: Double) -> String { String(format: "%+.2f %%", percent) }

/// A value of an axis: as short as it is exact.
func tick(_ value: Double) -> String { String(format: "%.6g", abs(value) < 1e-12 ? 0 : value) }
