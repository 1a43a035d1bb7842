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
    var lanes = SIMD4<Double>.zero
    var low = SIMD4<Float>(repeating: signal[0])
    var high = low
    let whole = signal.count & ~3
    for i in stride(from: 0, to: whole, by: 4) {
      let part = signal.extracting(i..<(i + 4))
      let values = SIMD4<Float>(part[0], part[1], part[2], part[3])
      lanes += SIMD4<Double>(values)
      low.replace(with: values, where: values .< low)
      high.replace(with: values, where: values .> high)
    }
    var sum = lanes.sum()
    var (lowest, highest) = (low.min(), high.max())
    for i in whole..<signal.count {
      sum += Double(signal[i])
      lowest = min(lowest, signal[i])
      highest = max(highest, signal[i])
    }
    // Finite floats cannot leave Double's range; one that is not finite stays in the sum.
    guard sum.isFinite else { return nil }
    // The mean of a constant is that constant, whatever the sum's rounding.
    mean = lowest == highest ? Double(lowest) : sum / Double(signal.count)
    (self.lowest, self.highest) = (lowest, highest)
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
