// SPDX-License-Identifier: Apache-2.0

extension Noise {
  /// The upper 24 bits of the next word as a fraction from 0 to 1: the same in Swift, Python and a Float.
  mutating func fraction24() -> Double { (uniform() * 0x1p24).rounded(.down) * 0x1p-24 }
}
