// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// SplitMix64 (Steele, Lea and Flood 2014), seeded: a test draws the same numbers at every run, and Python the same
/// words in `Tests/golden/noise.py`.
public struct Noise: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A generator whose whole sequence follows from `seed`.
  public init(_ seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 0 to 1, without 1; a multiple of 2^-53.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// -0.5 to 0.5, without 0.5; a multiple of 2^-24, so that a Float holds it: `noise()` in `Tests/golden/noise.py`.
  public mutating func centred() -> Float { Float(next() >> 40) * 0x1p-24 - 0.5 }

  /// A draw from the standard normal distribution (Box and Muller).
  public mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }

  /// `count` numbers from -scale to scale.
  public static func floats(_ count: Int, seed: UInt64, scale: Float) -> [Float] {
    var noise = Noise(seed)
    return (0..<count).map { _ in 2 * scale * noise.centred() }
  }
}
