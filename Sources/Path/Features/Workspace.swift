// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Plan, filter and scratch for waveforms of one length and rate: everything that a window needs and that
/// need not be made again. About 60 bytes a sample.
struct Workspace {
  let count: Int
  let sampleRate_Hz: Double
  let band: EnvelopeBand
  private let transform: FourierTransform
  private let gains: [Float]
  private var centred: [Float]
  private var bins: [ComplexFloat]
  private var filtered: [ComplexFloat]
  private var analytic: [ComplexFloat]
  /// Mean square per bin of the acceleration spectrum (Hann, one-sided).
  private(set) var power: [Float]
  /// Peak amplitude per bin of the envelope spectrum (Hann, one-sided).
  private(set) var envelope: [Float]

  var resolution_Hz: Double { sampleRate_Hz / Double(count) }
  /// Frequency up to which the spectrum is believed.
  var limit_Hz: Double { EnvelopeBand.usableShare * sampleRate_Hz }

  /// The part of a waveform of `length` samples that is looked at.
  static func count(for length: Int) -> Int { FourierTransform.fastCount(upTo: length) }

  init(count: Int, sampleRate_Hz: Double) {
    self.count = count
    self.sampleRate_Hz = sampleRate_Hz
    band = EnvelopeBand(sampleRate_Hz: sampleRate_Hz)
    transform = FourierTransform(count: count)
    let binCount = transform.binCount
    // Twice the positive frequencies make the analytic signal; 1/count scales the inverse transform.
    gains = band.gains(bins: binCount, sampleRate_Hz: sampleRate_Hz, scale: 2 / Double(count))
    centred = Array(repeating: 0, count: count)
    bins = Array(repeating: ComplexFloat(0, 0), count: binCount)
    filtered = Array(repeating: ComplexFloat(0, 0), count: count)
    analytic = filtered
    power = Array(repeating: 0, count: binCount)
    envelope = power
  }

  /// Measures the signal in time, and leaves its spectrum in `power`.
  mutating func measure(_ signal: Span<Float>) -> TimeStatistics {
    let statistics = TimeStatistics(of: signal.extracting(first: count), centred: &centred)
    transform.forward(centred, into: &bins)
    Hann.power(of: bins, samples: count, into: &power)
    return statistics
  }

  /// Demodulates the signal measured last, and leaves the spectrum of its envelope in `envelope`.
  ///
  /// Returns the RMS of the envelope about its mean, and the kurtosis of the band-passed signal.
  mutating func demodulate() -> (rms: Double, kurtosis: Double?) {
    for k in bins.indices {
      filtered[k] = ComplexFloat(bins[k].real * gains[k], bins[k].imaginary * gains[k])
    }
    transform.inverse(filtered, into: &analytic)
    let kurtosis = magnitudes()
    var sum = 0.0
    for value in centred { sum += Double(value) }
    let mean = sum / Double(count)
    var squares = 0.0
    for i in centred.indices {
      let deviation = Double(centred[i]) - mean
      squares += deviation * deviation
      centred[i] = Float(deviation)
    }
    transform.forward(centred, into: &bins)
    Hann.power(of: bins, samples: count, into: &envelope)
    for k in envelope.indices { envelope[k] = (2 * envelope[k]).squareRoot() }
    return ((squares / Double(count)).squareRoot(), kurtosis)
  }

  /// Writes the magnitude of the analytic signal into `centred`; returns the kurtosis of its real part.
  private mutating func magnitudes() -> Double? {
    var second = 0.0
    var fourth = 0.0
    for i in analytic.indices {
      let square = Double(analytic[i].real * analytic[i].real)
      second += square
      fourth += square * square
      centred[i] = analytic[i].power.squareRoot()
    }
    return second > 0 ? fourth * Double(count) / (second * second) : nil
  }
}
