// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Averages of the spectra of overlapping segments (Welch, IEEE Trans. AU-15, 1967): the density of noise, steadied.
///
/// The defaults are those of `scipy.signal.welch`: the Hann window, half overlap, each segment's mean removed.
public struct WelchPlan {
  /// Length of a segment.
  public let segment: Int
  /// Samples from the beginning of one segment to that of the next.
  public let step: Int
  private let spectrum: SpectrumPlan

  /// Plans averages over segments of `segment` samples that share `overlap` samples, half of them if not given.
  public init(segment: Int = 256, overlap: Int? = nil, sampleRate_Hz: Double, window: CosineWindow = .hann) {
    spectrum = SpectrumPlan(count: segment, sampleRate_Hz: sampleRate_Hz, window: window)
    self.segment = segment
    let shared = overlap ?? segment / 2
    precondition((0..<segment).contains(shared), "segments overlap by less than their length")
    step = segment - shared
  }

  /// Bins from 0 Hz to the Nyquist frequency.
  public var binCount: Int { spectrum.binCount }
  /// Distance of bins.
  public var resolution_Hz: Double { spectrum.resolution_Hz }
  /// Segments in a signal of `count` samples; a rest that fills none is not looked at.
  public func segments(in count: Int) -> Int { count < segment ? 0 : (count - segment) / step + 1 }

  /// Averages the spectra of `signal` into `binCount` values. An amplitude is the root of the mean square.
  /// False, and values of 0, where the signal is shorter than a segment or a sample is not finite.
  public func measure(
    _ signal: Span<Float>, removingMeans: Bool = true, as scale: SpectrumScale = .density,
    into values: inout MutableSpan<Float>, scratch: inout SignalScratch
  ) -> Bool {
    precondition(values.count == binCount && scratch.count >= segment, "buffers do not fit the plan")
    let bins = binCount
    for k in 0..<bins { values[k] = 0 }
    let segments = segments(in: signal.count)
    guard segments > 0, Level(of: signal) != nil else { return false }
    var sums: [Double] = []
    swap(&sums, &scratch.doubles)
    defer { swap(&sums, &scratch.doubles) }
    for k in 0..<bins { sums[k] = 0 }
    for index in 0..<segments {
      let part = signal.extracting(index * step..<index * step + segment)
      _ = spectrum.measure(part, removingMean: removingMeans, as: scale, into: &values, scratch: &scratch)
      if scale == .amplitude {
        for k in 0..<bins { sums[k] += Double(values[k]) * Double(values[k]) }
      } else {
        for k in 0..<bins { sums[k] += Double(values[k]) }
      }
    }
    let share = 1 / Double(segments)
    for k in 0..<bins {
      values[k] = Float(scale == .amplitude ? (sums[k] * share).squareRoot() : sums[k] * share)
    }
    return true
  }
}
