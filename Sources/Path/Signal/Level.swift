// SPDX-License-Identifier: Apache-2.0

/// Mean and range of a signal, and its scaling by a power of two to a magnitude of 1.
///
/// Scaling by a power of two loses nothing, and keeps the squares of what follows inside Float's range.
struct Level {
  let mean: Double
  let lowest: Float
  let highest: Float

  /// Nil of nothing, and where a sample is not finite.
  init?(of signal: Span<Float>) {
    guard signal.count > 0 else { return nil }
    var sum = 0.0
    var low = signal[0]
    var high = signal[0]
    for i in 0..<signal.count {
      let value = signal[i]
      sum += Double(value)
      low = value < low ? value : low
      high = value > high ? value : high
    }
    // Finite floats cannot leave Double's range; one that is not finite stays in the sum.
    guard sum.isFinite else { return nil }
    // The mean of a constant is that constant, whatever the sum's rounding.
    mean = low == high ? Double(low) : sum / Double(signal.count)
    (lowest, highest) = (low, high)
  }

  /// Largest magnitude of the signal less `offset`.
  func peak(about offset: Double) -> Double {
    max(abs(Double(highest) - offset), abs(Double(lowest) - offset))
  }
}

extension Double {
  /// The power of two at or below a magnitude; 1 of 0.
  var binaryScale: Double { self == 0 ? 1 : Double(sign: .plus, exponent: exponent, significand: 1) }
}
