// SPDX-License-Identifier: Apache-2.0

public import Kernels

/// What of the analytic signal is the envelope.
public enum EnvelopeKind: String, CaseIterable, Sendable, Codable {
  /// Its magnitude, in the signal's unit.
  case magnitude
  /// Its squared magnitude, whose spectrum is the squared envelope spectrum.
  case squared
}

/// What an envelope and the signal below it say about impacts.
public struct EnvelopeStatistics: Sendable, Equatable {
  /// Root mean square of the envelope about its mean.
  public let rms: Double
  /// Kurtosis of the analytic signal's real part, the band-passed signal: m4 / m2^2, nil of silence.
  public let kurtosis: Double?
}

/// Envelopes of signals of one length, of the whole signal or of one of its bands, by the Hilbert transform.
///
/// The analytic signal has the positive frequencies twice and the negative ones not at all, as `scipy.signal.hilbert` has
/// it for every length. A band is cut by the gains of a Butterworth filter run forwards and backwards.
public struct EnvelopePlan {
  /// Length of the signal.
  public let count: Int
  /// The transform, for other plans of the same length to share.
  public let transform: FourierTransform
  /// Gain of each one-sided bin, with 2/count for positive frequencies and 1/count for what has no negative twin.
  private let gains: [Float]

  /// Plans envelopes of signals of `count` samples, all frequencies included.
  public init(count: Int) {
    self.init(FourierTransform(count: count))
  }

  /// Plans envelopes with a transform that exists, of what `filter` lets through.
  public init(_ transform: FourierTransform, sampleRate_Hz: Double = 1, filter: ButterworthFilter? = nil) {
    self.transform = transform
    count = transform.count
    let (n, df) = (transform.count, sampleRate_Hz / Double(transform.count))
    gains = (0..<transform.binCount).map { k in
      let hasTwin = k > 0 && 2 * k != n
      return Float((hasTwin ? 2 : 1) * (filter?.gain(at: Double(k) * df) ?? 1) / Double(n))
    }
  }

  /// Writes the analytic signal of what the one-sided `bins` (`SpectrumPlan.transform`) hold.
  public func analytic(
    ofBins bins: Span<ComplexFloat>, into signal: inout MutableSpan<ComplexFloat>,
    scratch: inout SignalScratch
  ) {
    precondition(bins.count == gains.count && scratch.count >= count, "buffers do not fit the plan")
    var whole = scratch.spectrum.mutableSpan
    var spectrum = whole._mutatingExtracting(first: count)
    for k in 0..<bins.count { spectrum[k] = bins[k] }
    turn(&spectrum, into: &signal)
  }

  /// The same of the bins between two frequencies alone, cut off sharply; 0 Hz and the Nyquist frequency are left out.
  public func analytic(
    ofBins bins: Span<ComplexFloat>, in band: FrequencyBand, sampleRate_Hz: Double,
    into signal: inout MutableSpan<ComplexFloat>, scratch: inout SignalScratch
  ) {
    precondition(bins.count == gains.count && scratch.count >= count, "buffers do not fit the plan")
    var whole = scratch.spectrum.mutableSpan
    var spectrum = whole._mutatingExtracting(first: count)
    for k in 0..<count { spectrum[k] = ComplexFloat(0, 0) }
    let df = sampleRate_Hz / Double(count)
    let first = max(1, Int((band.low_Hz / df).rounded(.up)))
    let last = min((count - 1) / 2, Int((band.high_Hz / df).rounded(.down)))
    let gain = 2 / Float(count)
    for k in first..<max(first, last + 1) {
      spectrum[k] = ComplexFloat(bins[k].real * gain, bins[k].imaginary * gain)
    }
    transform.inverse(spectrum.span, into: &signal)
  }

  /// Writes the magnitudes of an analytic signal, and measures them.
  public static func demodulate(
    _ analytic: Span<ComplexFloat>, into magnitudes: inout MutableSpan<Float>
  ) -> EnvelopeStatistics {
    precondition(analytic.count == magnitudes.count && analytic.count > 0, "one magnitude a sample")
    let count = analytic.count
    for i in 0..<count { magnitudes[i] = analytic[i].power.squareRoot() }
    let whole = count & ~3
    var (sums, squares, seconds, fourths) = (
      SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero
    )
    let values = magnitudes.span
    for i in stride(from: 0, to: whole, by: 4) {
      let four = values.four(at: i)
      sums += four
      squares += four * four
      let part = analytic.extracting(i..<(i + 4))
      let real = SIMD4<Double>(SIMD4<Float>(part[0].real, part[1].real, part[2].real, part[3].real))
      let square = real * real
      seconds += square
      fourths += square * square
    }
    var (sum, square, second, fourth) = (sums.sum(), squares.sum(), seconds.sum(), fourths.sum())
    for i in whole..<count {
      let (magnitude, real) = (Double(values[i]), Double(analytic[i].real))
      sum += magnitude
      square += magnitude * magnitude
      second += real * real
      fourth += real * real * real * real
    }
    let n = Double(count)
    let variance = max(0, square / n - (sum / n) * (sum / n))
    return EnvelopeStatistics(
      rms: variance.squareRoot(), kurtosis: second > 0 ? fourth * n / (second * second) : nil)
  }

  /// Writes the envelope of `signal`; false, and an envelope of 0, where a sample is not finite.
  public func measure(
    _ signal: Span<Float>, as kind: EnvelopeKind = .magnitude, into envelope: inout MutableSpan<Float>,
    scratch: inout SignalScratch
  ) -> Bool {
    precondition(signal.count == count && envelope.count == count, "buffers do not fit the plan")
    var taken = scratch.takeSpectrum()
    defer { scratch.spectrum = taken }
    var whole = taken.mutableSpan
    var spectrum = whole._mutatingExtracting(first: count)
    var bins = spectrum._mutatingExtracting(first: transform.binCount)
    let unit = SpectrumPlan(transform, sampleRate_Hz: 1)
      .transform(signal, removingMean: false, into: &bins, scratch: &scratch)
    guard let unit else {
      for i in 0..<count { envelope[i] = 0 }
      return false
    }
    var wholeSignal = scratch.complex.mutableSpan
    var analytic = wholeSignal._mutatingExtracting(first: count)
    turn(&spectrum, into: &analytic)
    switch kind {
    case .magnitude:
      for i in 0..<count { envelope[i] = Float(unit * Double(analytic[i].power.squareRoot())) }
    case .squared:
      for i in 0..<count { envelope[i] = Float(unit * unit * Double(analytic[i].power)) }
    }
    return true
  }

  /// Weighs the one-sided bins at the beginning of `spectrum`, and transforms them back alone.
  private func turn(
    _ spectrum: inout MutableSpan<ComplexFloat>, into signal: inout MutableSpan<ComplexFloat>
  ) {
    let table = gains.span
    for k in 0..<table.count {
      let gain = table[k]
      spectrum[k] = ComplexFloat(spectrum[k].real * gain, spectrum[k].imaginary * gain)
    }
    for k in table.count..<max(table.count, count) { spectrum[k] = ComplexFloat(0, 0) }
    transform.inverse(spectrum.span, into: &signal)
  }
}
