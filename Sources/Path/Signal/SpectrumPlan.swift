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
/// let plan = SpectrumPlan(count: 16_384, sampleRate_Hz: 12_800, window: .flatTop)
/// var scratch = SignalScratch(count: plan.count)
/// plan.measure(samples, as: .amplitude, into: &amplitudes, scratch: &scratch)
/// ```
/// `measure` applies the plan's window to the signal. Where several readings of one signal are wanted, `transform` it once
/// without window and `read` it through any: a cosine window is a few lines, so it can be applied to the spectrum.
/// Values beyond Float's range read as 0 or infinity; a spectrum is never NaN.
public struct SpectrumPlan {
  /// Length of the signal.
  public let count: Int
  /// Samples a second.
  public let sampleRate_Hz: Double
  /// The window of `measure`.
  public let window: CosineWindow
  /// The transform, for other plans of the same length to share.
  public let transform: FourierTransform
  /// Values of the window; none of the rectangular one.
  private let weights: [Float]

  /// Plans spectra of `count` samples, 1 at least.
  public init(count: Int, sampleRate_Hz: Double, window: CosineWindow = .hann) {
    self.init(FourierTransform(count: count), sampleRate_Hz: sampleRate_Hz, window: window)
  }

  /// Plans spectra with a transform that exists.
  public init(_ transform: FourierTransform, sampleRate_Hz: Double, window: CosineWindow = .hann) {
    precondition(sampleRate_Hz > 0 && sampleRate_Hz.isFinite, "a sample rate is positive")
    self.transform = transform
    self.window = window
    count = transform.count
    self.sampleRate_Hz = sampleRate_Hz
    weights = window == .rectangular ? [] : window.values(count: transform.count)
  }

  /// Bins from 0 Hz to the Nyquist frequency.
  public var binCount: Int { transform.binCount }
  /// Distance of bins.
  public var resolution_Hz: Double { sampleRate_Hz / Double(count) }

  /// The spectrum of `signal` through the plan's window, in `binCount` values; false, and values of 0, where a sample is
  /// not finite.
  public func measure(
    _ signal: Span<Float>, removingMean: Bool = true, as scale: SpectrumScale,
    into values: inout MutableSpan<Float>, scratch: inout SignalScratch
  ) -> Bool {
    precondition(values.count == binCount, "buffers do not fit the plan")
    var taken = scratch.takeSpectrum()
    defer { scratch.spectrum = taken }
    var whole = taken.mutableSpan
    var bins = whole._mutatingExtracting(first: binCount)
    let unit = transform(signal, removingMean: removingMean, weights.span, into: &bins, scratch: &scratch)
    for k in 0..<binCount { values[k] = bins[k].power }
    calibrate(&values, unit: unit ?? 0, window: window, as: scale)
    return unit != nil
  }

  /// Transforms `signal` without window, its mean removed if wanted, into `binCount` bins.
  ///
  /// The bins are those of the signal divided by the power of two that is returned (1 of no signal), so that neither
  /// large nor small signals leave Float's range. Nil, and bins of 0, where a sample is not finite.
  public func transform(
    _ signal: Span<Float>, removingMean: Bool = true, into bins: inout MutableSpan<ComplexFloat>,
    scratch: inout SignalScratch
  ) -> Double? {
    transform(signal, removingMean: removingMean, Span<Float>(), into: &bins, scratch: &scratch)
  }

  /// Reads bins of `transform` through a window into `binCount` values; `unit` is what `transform` returned. Right to 1e-5
  /// of the largest bin of the signal without window.
  public func read(
    _ bins: Span<ComplexFloat>, unit: Double = 1, window: CosineWindow = .hann, as scale: SpectrumScale,
    into values: inout MutableSpan<Float>
  ) {
    precondition(bins.count == binCount && values.count == binCount, "buffers do not fit the plan")
    window.powers(of: bins, count: count, into: &values)
    calibrate(&values, unit: unit, window: window, as: scale)
  }

  private func transform(
    _ signal: Span<Float>, removingMean: Bool, _ weights: Span<Float>,
    into bins: inout MutableSpan<ComplexFloat>, scratch: inout SignalScratch
  ) -> Double? {
    precondition(signal.count == count && scratch.count >= count, "buffers do not fit the plan")
    guard let level = Level(of: signal) else {
      for k in 0..<bins.count { bins[k] = ComplexFloat(0, 0) }
      return nil
    }
    let offset = removingMean ? level.mean : 0
    let unit = level.peak(about: offset).binaryScale
    let inverse = 1 / unit
    var whole = scratch.samples.mutableSpan
    var samples = whole._mutatingExtracting(first: count)
    if weights.isEmpty {
      for i in 0..<count { samples[i] = Float((Double(signal[i]) - offset) * inverse) }
    } else {
      for i in 0..<count { samples[i] = Float((Double(signal[i]) - offset) * inverse) * weights[i] }
    }
    transform.forward(samples.span, into: &bins)
    return unit
  }

  /// Makes values of a scale of the squares of bins.
  private func calibrate(
    _ values: inout MutableSpan<Float>, unit: Double, window: CosineWindow, as scale: SpectrumScale
  ) {
    let gains = window.gains(count: count)
    let line = unit / (Double(count) * gains.coherent)
    // A sine's two sides have half of its amplitude each, so its mean square is twice the square of one. What stands at 0 Hz
    // and at the Nyquist frequency has one side.
    let single = count.isMultiple(of: 2) ? binCount - 1 : 0
    if scale == .amplitude {
      for k in 0..<binCount { values[k] = Float(2 * line * Double(values[k].squareRoot())) }
      values[0] /= 2
      if single > 0 { values[single] /= 2 }
    } else {
      let bandwidth_Hz = scale == .density ? gains.noiseBandwidth_bins * resolution_Hz : 1
      let factor = 2 / bandwidth_Hz * line * line
      for k in 0..<binCount { values[k] = Float(factor * Double(values[k])) }
      values[0] /= 2
      if single > 0 { values[single] /= 2 }
    }
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
