// SPDX-License-Identifier: Apache-2.0

import Glibc

func tangent(_ x: Double) -> Double { tan(x) }

/// Squared amplitude of the sine at `cycles` per sample in `x` (Goertzel 1958).
func goertzel(_ x: [Double], _ cycles: Double) -> Double {
  let c = 2 * cos(2 * .pi * cycles)
  var s1 = 0.0
  var s2 = 0.0
  for value in x { (s2, s1) = (s1, value + c * s1 - s2) }
  let scale = 2 / Double(x.count)
  return (s1 * s1 + s2 * s2 - c * s1 * s2) * scale * scale
}

/// Standard gravity, m/s2 (ISO 80000-3).
let gravity = 9.80665
func fahrenheit(_ celsius: Double) -> Double { celsius * 1.8 + 32 }
