// SPDX-License-Identifier: Apache-2.0

public import Kernels

/// What a bin of a one-sided spectrum states. All are in the signal's unit (or its square) and right for a sine that
/// stands on a bin, and for what stands at 0 Hz or at the Nyquist frequency, which is not doubled.
public enum SpectrumScale: String, CaseIterable, Sendable, Codable {
  /// Peak amplitude of a sine; at 0 Hz the magnitude of the mean.
  case amplitude
  /// Mean square: summed over a band and divided by the window's noise bandwidth in bins it is the mean square of
  /// that band (SciPy's `scaling='spectrum'`).
  case power
  /// Mean square per hertz (SciPy's `scaling='density'`).
  case density
}

/// Calibrated one-sided spectra of signals of one length and rate.
///
/// ```swift
/// let plan = SpectrumPlan(count: 16_384, sampleRate_Hz: 12_800)
/// var scratch = SignalScratch(count: plan.count)
/// plan.measure(samples.span, window: .flatTop, as: .amplitude, into: &amplitudes, scratch: &scratch)
/// ```
/// One transform without a window serves every reading: a cosine window has few lines, so it is applied to the spectrum.
/// Values beyond Float's range read as 0 or infinity; a spectrum is never NaN.
public struct SpectrumPlan {
  /// Length of the signal.
  public let count: Int
  /// Samples a second.
  public let sampleRate_Hz: Double
  /// The transform, for other plans of the same length to share.
  public let transform: FourierTransform

  /// Plans spectra of `count` samples, 1 at least.
  public init(count: Int, sampleRate_Hz: Double) {
    self.init(FourierTransform(count: count), sampleRate_Hz: sampleRate_Hz)
  }

  /// Plans spectra with a transform that exists.
  public init(_ transform: FourierTransform, sampleRate_Hz: Double) {
    precondition(sampleRate_Hz > 0 && sampleRate_Hz.isFinite, "a sample rate is positive")
    self.transform = transform
    count = transform.count
    self.sampleRate_Hz = sampleRate_Hz
  }

  /// Bins from 0 Hz to the Nyquist frequency.
  public var binCount: Int { transform.binCount }
  /// Distance of bins.
  public var resolution_Hz: Double { sampleRate_Hz / Double(count) }

  /// Transforms `signal` without window, its mean removed if wanted, into `binCount` bins.
  ///
  /// The bins are those of the signal divided by the power of two that is returned (1 of no signal), so that neither
  /// large nor small signals leave Float's range. Nil, and bins of 0, where a sample is not finite.
  public func transform(
    _ signal: Span<Float>, removingMean: Bool = true, into bins: inout MutableSpan<ComplexFloat>,
    scratch: inout SignalScratch
  ) -> Double? {
    precondition(signal.count == count && scratch.count >= count, "buffers do not fit the plan")
    guard let level = Level(of: signal) else {
      for k in 0..<bins.count { bins[k] = ComplexFloat(0, 0) }
      return nil
    }
    let offset = removingMean ? level.mean : 0
    let unit = level.peak(about: offset).binaryScale
    var whole = scratch.samples.mutableSpan
    var samples = whole._mutatingExtracting(first: count)
    let inverse = 1 / unit
    for i in 0..<count { samples[i] = Float((Double(signal[i]) - offset) * inverse) }
    transform.forward(samples.span, into: &bins)
    return unit
  }

  /// Reads bins of `transform` through a window into `binCount` values; `unit` is what `transform` returned.
  public func read(
    _ bins: Span<ComplexFloat>, unit: Double = 1, window: CosineWindow = .hann, as scale: SpectrumScale,
    into values: inout MutableSpan<Float>
  ) {
    precondition(bins.count == binCount && values.count == binCount, "buffers do not fit the plan")
    window.powers(of: bins, count: count, into: &values)
    let line = unit / (Double(count) * window.coherentGain)
    // A sine's two sides have half of its amplitude each, so its mean square is twice the square of one.
    let bandwidth_Hz = scale == .density ? window.noiseBandwidth_bins * resolution_Hz : 1
    let factor = 2 / bandwidth_Hz * line * line
    values[0] /= 2
    if count.isMultiple(of: 2) { values[binCount - 1] /= 2 }
    if scale == .amplitude {
      let double = 2 * line
      for k in 0..<binCount { values[k] = Float(double * Double(values[k].squareRoot())) }
      // The root took half of a factor of 2 that is meant whole.
      values[0] = Float(Double(values[0]) / 2.0.squareRoot())
      if count.isMultiple(of: 2) {
        values[binCount - 1] = Float(Double(values[binCount - 1]) / 2.0.squareRoot())
      }
    } else {
      for k in 0..<binCount { values[k] = Float(factor * Double(values[k])) }
    }
  }

  /// `transform` and `read` in one; false, and values of 0, where a sample is not finite.
  public func measure(
    _ signal: Span<Float>, removingMean: Bool = true, window: CosineWindow = .hann, as scale: SpectrumScale,
    into values: inout MutableSpan<Float>, scratch: inout SignalScratch
  ) -> Bool {
    var bins = scratch.takeSpectrum()
    defer { scratch.spectrum = bins }
    var whole = bins.mutableSpan
    var output = whole._mutatingExtracting(first: binCount)
    let unit = transform(signal, removingMean: removingMean, into: &output, scratch: &scratch)
    read(output.span, unit: unit ?? 0, window: window, as: scale, into: &values)
    return unit != nil
  }
}

extension SignalScratch {
  /// Moves the spectrum out, so that it can be lent beside the rest; the caller puts it back.
  mutating func takeSpectrum() -> [ComplexFloat] {
    var taken: [ComplexFloat] = []
    swap(&taken, &spectrum)
    return taken
  }
}
