// SPDX-License-Identifier: Apache-2.0

/// The generator xoshiro256++ (Blackman and Vigna, public domain), seeded through SplitMix64.
struct Xoshiro: RandomNumberGenerator {
  private var a, b, c, d: UInt64

  init(seed: UInt64) {
    var s = seed
    func next() -> UInt64 {
      s &+= 0x9E37_79B9_7F4A_7C15
      return mix(s)
    }
    (a, b, c, d) = (next(), next(), next(), next())
  }

  @inline(__always)
  mutating func next() -> UInt64 {
    let sum = a &+ d
    let result = ((sum &<< 23) | (sum &>> 41)) &+ a
    let t = b &<< 17
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d &<< 45) | (d &>> 19)
    return result
  }

  /// Uniform in 0..<1.
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// One standard normal value.
  mutating func normal() -> Double { Double(NormalTable.shared.sum(next())) }
}

/// Standard normal noise by table: two quantiles of a 4096-step normal distribution added, so that a value
/// costs two loads. Kurtosis 3.0 within 1 %, largest magnitude 5.2.
struct NormalTable {
  static let shared = NormalTable()
  private let quantiles: [Float]

  private init() {
    // The two values are added, so each has half the variance.
    var q = (0..<4096).map { normalQuantile((Double($0) + 0.5) / 4096) }
    let power = q.reduce(0) { $0 + $1 * $1 } / 4096
    let scale = (0.5 / power).squareRoot()
    for i in q.indices { q[i] *= scale }
    quantiles = q.map(Float.init)
  }

  /// A normal value from the lowest 24 bits of `word`.
  @inline(__always)
  func sum(_ word: UInt64) -> Float {
    quantiles[Int(truncatingIfNeeded: word & 4095)] + quantiles[Int(truncatingIfNeeded: (word &>> 12) & 4095)]
  }

  /// A value of half the variance from the lowest 12 bits of `word`.
  @inline(__always)
  func one(_ word: UInt64) -> Float { quantiles[Int(truncatingIfNeeded: word & 4095)] }
}

/// The value below which a share `p` of a standard normal distribution lies, by bisection on its series.
private func normalQuantile(_ p: Double) -> Double {
  // Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + ...), Marsaglia 2004; converges fast for |x| < 6.
  func cumulative(_ x: Double) -> Double {
    var sum = x
    var term = x
    var i = 1.0
    while abs(term) > 1e-17 {
      i += 2
      term *= x * x / i
      sum += term
    }
    return 0.5 + sum * exponential(-x * x / 2) / 2.506628274631000502
  }
  var low = -6.0
  var high = 6.0
  for _ in 0..<52 {
    let middle = (low + high) / 2
    if cumulative(middle) < p { low = middle } else { high = middle }
  }
  return (low + high) / 2
}

/// The finalizer of SplitMix64: every bit of the result depends on every bit of `x`.
func mix(_ x: UInt64) -> UInt64 {
  var z = x
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

/// One seed out of a machine's seed and what is asked of it, so that an answer does not depend on the
/// questions before it.
func seed(_ base: UInt64, _ parts: UInt64...) -> UInt64 {
  parts.reduce(mix(base &+ 0x9E37_79B9_7F4A_7C15)) { mix(($0 ^ $1) &+ 0x9E37_79B9_7F4A_7C15) }
}

/// The same without a list, for what is asked a hundred times a capture.
func seed(_ base: UInt64, _ first: UInt64, _ second: UInt64) -> UInt64 {
  let start = mix((mix(base &+ 0x9E37_79B9_7F4A_7C15) ^ first) &+ 0x9E37_79B9_7F4A_7C15)
  return mix((start ^ second) &+ 0x9E37_79B9_7F4A_7C15)
}

/// Uniform in 0..<1, fixed by its arguments.
func chance(_ base: UInt64, _ first: UInt64, _ second: UInt64 = 0) -> Double {
  Double(seed(base, first, second) >> 11) * 0x1p-53
}

/// A slow, smooth random function of time in -1...1: random values at multiples of `period_s`, joined by
/// smooth steps.
func drift(_ base: UInt64, stream: UInt64, at t: Double, period_s: Double) -> Double {
  let place = t / period_s
  let cell = place.rounded(.down)
  let x = place - cell
  func value(_ c: Double) -> Double {
    Double(seed(base, stream, UInt64(bitPattern: Int64(c))) >> 11) * 0x1p-52 - 1
  }
  return value(cell) + (value(cell + 1) - value(cell)) * x * x * (3 - 2 * x)
}
