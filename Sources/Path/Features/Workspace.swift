// SPDX-License-Identifier: Apache-2.0

import Kernels
import Signal

/// Plans and spectra for waveforms of one length and rate: everything that a window needs and that need not be made
/// again. About 40 bytes a sample, and scratch that all workspaces share.
struct Workspace {
  let count: Int
  let sampleRate_Hz: Double
  let band: EnvelopeBand
  private let plan: SpectrumPlan
  private let envelopes: EnvelopePlan
  private var bins: [ComplexFloat]
  private var analytic: [ComplexFloat]
  private var magnitudes: [Float]
  /// What the signal's bins are to be multiplied by.
  private var unit = 1.0
  /// Mean square per bin of the acceleration spectrum (Hann, one-sided); 0 at both ends, which belong to no line.
  private(set) var power: [Float]
  /// Peak amplitude per bin of the envelope spectrum (Hann, one-sided), likewise.
  private(set) var envelope: [Float]

  var resolution_Hz: Double { plan.resolution_Hz }
  /// Frequency up to which the spectrum is believed.
  var limit_Hz: Double { EnvelopeBand.usableShare * sampleRate_Hz }

  /// The part of a waveform of `length` samples that is looked at.
  static func count(for length: Int) -> Int { FourierTransform.fastCount(upTo: length) }

  init(count: Int, sampleRate_Hz: Double) {
    self.count = count
    self.sampleRate_Hz = sampleRate_Hz
    band = EnvelopeBand(sampleRate_Hz: sampleRate_Hz)
    plan = SpectrumPlan(count: count, sampleRate_Hz: sampleRate_Hz, window: .rectangular)
    envelopes = EnvelopePlan(
      plan.transform, sampleRate_Hz: sampleRate_Hz, filter: band.filter(sampleRate_Hz: sampleRate_Hz))
    bins = Array(repeating: ComplexFloat(0, 0), count: plan.binCount)
    analytic = Array(repeating: ComplexFloat(0, 0), count: count)
    magnitudes = Array(repeating: 0, count: count)
    power = Array(repeating: 0, count: plan.binCount)
    envelope = power
  }

  /// Measures the signal in time, and leaves its spectrum in `power`; nil where a sample is not finite.
  mutating func measure(_ signal: [Float], scratch: inout SignalScratch) -> TimeStatistics? {
    guard let statistics = TimeStatistics(of: signal.span.extracting(first: count)),
      let unit = plan.transform(signal, into: &bins, scratch: &scratch)
    else { return nil }
    self.unit = unit
    plan.read(bins, unit: unit, as: .power, into: &power)
    Workspace.clearEnds(of: &power)
    return statistics
  }

  /// Demodulates the signal measured last, and leaves the spectrum of its envelope in `envelope`.
  ///
  /// Returns the RMS of the envelope about its mean, and the kurtosis of the band-passed signal.
  mutating func demodulate(scratch: inout SignalScratch) -> (rms: Double, kurtosis: Double?) {
    envelopes.analytic(ofBins: bins, into: &analytic, scratch: &scratch)
    let moments = takeMagnitudes()
    // Magnitudes are finite: the bins were, and were scaled.
    let envelopeUnit = plan.transform(magnitudes, into: &bins, scratch: &scratch) ?? 0
    plan.read(bins, unit: envelopeUnit * unit, as: .amplitude, into: &envelope)
    Workspace.clearEnds(of: &envelope)
    return (moments.rms * unit, moments.kurtosis)
  }

  /// Writes the magnitude of the analytic signal into `magnitudes`; returns its RMS about its mean, and the kurtosis of
  /// the analytic signal's real part.
  private mutating func takeMagnitudes() -> (rms: Double, kurtosis: Double?) {
    var sum = 0.0
    var squares = 0.0
    var second = 0.0
    var fourth = 0.0
    for i in analytic.indices {
      let value = analytic[i]
      let square = Double(value.real * value.real)
      second += square
      fourth += square * square
      let magnitude = value.power.squareRoot()
      magnitudes[i] = magnitude
      sum += Double(magnitude)
      squares += Double(value.power)
    }
    let n = Double(count)
    let variance = max(0, squares / n - (sum / n) * (sum / n))
    return (variance.squareRoot(), second > 0 ? fourth * n / (second * second) : nil)
  }

  private static func clearEnds(of values: inout [Float]) {
    values[0] = 0
    values[values.count - 1] = 0
  }
}
