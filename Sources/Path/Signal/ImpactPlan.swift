// SPDX-License-Identifier: Apache-2.0

/// Impact maxima in the way of PeakVue: high-pass, rectify, keep the highest sample of each interval 1/(2.56 Fmax).
///
/// Emerson, CSI 9420 manual: impacts last a few samples at the full rate; averaging or a low-pass would lose their height,
/// the maximum keeps it. Trend `highest`; the waveform's spectrum (`spectrumPlan`) shows what repeats up to `maximum_Hz`.
/// Fmax is three to four times the outer-race line; the high-pass at or above the normal spectrum's end, 1000 Hz by default.
public struct ImpactPlan {
  /// Samples of a signal.
  public let count: Int
  /// Samples a second of the signal.
  public let sampleRate_Hz: Double
  /// End of the spectrum of maxima (Fmax).
  public let maximum_Hz: Double
  /// Samples at either end that are not looked at: the high-pass rings there for three of its periods.
  public let settling_samples: Int
  /// Maxima of a signal.
  public let maximaCount: Int
  /// Maxima a second: 2.56 Fmax.
  public var maximaRate_Hz: Double { 2.56 * maximum_Hz }
  private let filter: ButterworthFilter

  /// Plans maxima; nil where an interval is shorter than two samples, the signal holds none, or the high-pass
  /// does not lie below half the rate.
  public init?(
    count: Int, sampleRate_Hz: Double, maximum_Hz: Double, highPass_Hz: Double = 1000, order: Int = 4
  ) {
    guard maximum_Hz > 0, sampleRate_Hz >= 2 * 2.56 * maximum_Hz,
      let filter = ButterworthFilter(order: order, .highPass(highPass_Hz), sampleRate_Hz: sampleRate_Hz)
    else { return nil }
    self.filter = filter
    self.count = count
    self.sampleRate_Hz = sampleRate_Hz
    self.maximum_Hz = maximum_Hz
    settling_samples = Int((3 * sampleRate_Hz / highPass_Hz).rounded(.up))
    let rest = Double(max(0, count - 2 * settling_samples))
    maximaCount = Int((rest * 2.56 * maximum_Hz / sampleRate_Hz + 1e-9).rounded(.down))
    guard maximaCount >= 1 else { return nil }
  }

  /// A plan for the spectrum of the maxima; its bins up to `maximum_Hz` are meant.
  public func spectrumPlan() -> SpectrumPlan {
    SpectrumPlan(count: maximaCount, sampleRate_Hz: maximaRate_Hz)
  }

  /// Writes `maximaCount` maxima and returns the highest, in the signal's unit; nil, and 0, where a sample is not finite.
  public func measure(
    _ signal: Span<Float>, into maxima: inout MutableSpan<Float>, scratch: inout SignalScratch
  ) -> Double? {
    precondition(signal.count == count && maxima.count == maximaCount, "buffers do not fit the plan")
    var filtered: [Float] = []
    swap(&filtered, &scratch.samples)
    defer { swap(&filtered, &scratch.samples) }
    var whole = filtered.mutableSpan
    var output = whole._mutatingExtracting(first: count)
    guard filter.apply(to: signal, into: &output, scratch: &scratch) else {
      for j in 0..<maximaCount { maxima[j] = 0 }
      return nil
    }
    let interval = sampleRate_Hz / maximaRate_Hz
    var start = settling_samples
    var highest: Float = 0
    for j in 0..<maximaCount {
      let end = min(count, settling_samples + Int((Double(j + 1) * interval).rounded(.up)))
      var value: Float = 0
      for i in start..<end { value = max(value, abs(output[i])) }
      maxima[j] = value
      highest = max(highest, value)
      start = end
    }
    return Double(highest)
  }
}
