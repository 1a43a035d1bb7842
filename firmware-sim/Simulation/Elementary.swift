// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The elementary functions of the C library, under names that say what they are.
func exponential(_ x: Double) -> Double { exp(x) }
func sine(_ x: Double) -> Double { sin(x) }
func cosine(_ x: Double) -> Double { cos(x) }
func logarithm(_ x: Double) -> Double { log(x) }
func arctangent(_ y: Double, _ x: Double) -> Double { atan2(y, x) }
func power(_ x: Double, _ y: Double) -> Double { pow(x, y) }

/// 0 below `low`, 1 above `high`, smooth between.
func smoothStep(_ x: Double, from low: Double, to high: Double) -> Double {
  let u = min(max((x - low) / (high - low), 0), 1)
  return u * u * (3 - 2 * u)
}
