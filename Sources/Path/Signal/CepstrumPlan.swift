// SPDX-License-Identifier: Apache-2.0

import Glibc
private import Kernels

/// A peak of a cepstrum: a family of lines at equal distances.
public struct CepstrumPeak: Sendable, Equatable {
  /// Where it is, in seconds.
  public let quefrency_s: Double
  /// Height.
  public let value: Double
  /// Height over the spread (1.4826 times the median magnitude) of the range that was searched.
  public let prominence: Double
  /// Distance of the lines that make it.
  public var spacing_Hz: Double { 1 / quefrency_s }
}

/// The real cepstrum of signals of one length: inverse transform of the logarithm of the magnitude spectrum.
///
/// Harmonics of df, and sidebands df apart about one of them (as about a gear's meshing frequency), make one peak at 1/df
/// and smaller ones at its multiples (Randall, "A history of cepstrum analysis", MSSP 97, 2017). The mean is removed, and the empty bin at 0 Hz reads as the next one; bins
/// 140 dB below the highest read as that.
public struct CepstrumPlan {
  /// The spectrum it begins with.
  public let spectrum: SpectrumPlan
  /// Share of the highest power below which a bin holds rounding.
  public static let floorShare: Float = 1e-14

  /// Plans cepstra of `count` samples, 4 at least.
  public init(count: Int, sampleRate_Hz: Double) {
    self.init(SpectrumPlan(count: count, sampleRate_Hz: sampleRate_Hz))
  }

  /// Plans cepstra with a spectrum plan that exists.
  public init(_ spectrum: SpectrumPlan) {
    precondition(spectrum.count >= 4, "no cepstrum of \(spectrum.count) samples")
    self.spectrum = spectrum
  }

  /// Writes the cepstrum, `count` values at 0, 1/rate, 2/rate, ... s; false, and 0, of a constant and where a sample is not
  /// finite.
  public func measure(
    _ signal: Span<Float>, window: CosineWindow = .hann, into cepstrum: inout MutableSpan<Float>,
    scratch: inout SignalScratch
  ) -> Bool {
    let (count, binCount) = (spectrum.count, spectrum.binCount)
    precondition(cepstrum.count == count, "buffers do not fit the plan")
    var taken = scratch.takeSpectrum()
    defer { scratch.spectrum = taken }
    var whole = taken.mutableSpan
    var bins = whole._mutatingExtracting(first: binCount)
    let unit = spectrum.transform(signal, into: &bins, scratch: &scratch)
    // The powers stand at the beginning of the output until their logarithms go back to the bins.
    var powers = cepstrum._mutatingExtracting(first: binCount)
    window.powers(of: bins.span, count: count, into: &powers)
    powers[0] = powers[1]
    var highest: Float = 0
    for k in 0..<binCount { highest = max(highest, powers[k]) }
    guard let unit, highest > 0 else {
      for i in 0..<count { cepstrum[i] = 0 }
      return false
    }
    let floor = highest * CepstrumPlan.floorShare
    let offset = log(unit)
    for k in 0..<binCount {
      let value = log(Double(max(powers[k], floor))) / 2 + offset
      bins[k] = ComplexFloat(Float(value / Double(count)), 0)
    }
    spectrum.transform.inverse(bins.span, into: &cepstrum)
    return true
  }

  /// The highest peak of families with spacings in `spacings_Hz`, placed between samples by a parabola; nil where the
  /// range holds no peak that is `prominence` times the spread.
  public func peak(
    in cepstrum: Span<Float>, spacings_Hz: ClosedRange<Double>, prominence: Double = 6,
    scratch: inout SignalScratch
  ) -> CepstrumPeak? {
    precondition(
      cepstrum.count == spectrum.count && spacings_Hz.lowerBound > 0, "buffers do not fit the plan")
    let rate = spectrum.sampleRate_Hz
    let first = max(1, Int((rate / spacings_Hz.upperBound).rounded(.up)))
    // The second half of a cepstrum mirrors the first.
    let last = min(spectrum.count / 2 - 1, Int(min(rate / spacings_Hz.lowerBound, 1e9)))
    guard first <= last, last - first >= 2 else { return nil }
    var best: Int?
    for i in first...last where cepstrum[i] > cepstrum[i - 1] && cepstrum[i] >= cepstrum[i + 1] {
      if let best, cepstrum[i] <= cepstrum[best] { continue }
      best = i
    }
    guard let best else { return nil }
    var magnitudes = scratch.samples.mutableSpan
    for i in first...last { magnitudes[i - first] = abs(cepstrum[i]) }
    let spread = 1.4826 * Double(magnitudes.median(of: 0..<(last - first + 1)))
    let value = Double(cepstrum[best])
    guard spread > 0, value >= prominence * spread else { return nil }
    let (before, after) = (Double(cepstrum[best - 1]), Double(cepstrum[best + 1]))
    let place = Double(best) + (before - after) / (2 * (before - 2 * value + after))
    return CepstrumPeak(quefrency_s: place / rate, value: value, prominence: value / spread)
  }
}
