// SPDX-License-Identifier: Apache-2.0

/// Statistics of a signal about its mean, in the signal's unit.
///
/// Sums run in Double. Crest factor and kurtosis of a signal without variation are nil, not infinite;
/// kurtosis is Pearson's (a Gaussian signal has 3, SciPy's `fisher=False`).
struct TimeStatistics {
  let mean: Double
  let rms: Double
  let peak: Double
  let kurtosis: Double?
  var crest: Double? { rms > 0 ? peak / rms : nil }

  /// Measures `signal` and leaves it in `output` with its mean removed. Both have the same, nonzero length.
  init(of signal: Span<Float>, centred output: inout [Float]) {
    var centred = output.mutableSpan
    let count = signal.count
    var sum = 0.0
    for i in 0..<count { sum += Double(signal[i]) }
    let mean = sum / Double(count)
    var second = 0.0
    var fourth = 0.0
    var peak = 0.0
    for i in 0..<count {
      let deviation = Double(signal[i]) - mean
      centred[i] = Float(deviation)
      let square = deviation * deviation
      second += square
      fourth += square * square
      peak = max(peak, abs(deviation))
    }
    self.mean = mean
    self.peak = peak
    second /= Double(count)
    rms = second.squareRoot()
    // Rounding of a constant leaves a variance of the order of the mean's last bit: that is no variation.
    let noise = abs(mean) * Double(Float.ulpOfOne)
    kurtosis = second > noise * noise ? fourth / Double(count) / (second * second) : nil
  }
}
