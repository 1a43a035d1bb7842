// SPDX-License-Identifier: Apache-2.0

import Kernels
import Signal

/// The mean spectrum of the squared envelope of a waveform whose own spectrum was made flat.
///
/// Dividing every bin by its magnitude (cepstral pre-whitening; Borghesani et al., MSSP 36, 2013) takes away what
/// stands still, gears, shafts and resonances alike, and leaves what recurs: impacts. Every frequency then counts
/// alike, so no band need be chosen. The squared envelope of the whole is cut into half-overlapping windows of
/// `windowTurns` turns of the shaft, whose power spectra (Hann) are averaged.
struct WhitenedEnvelope {
  /// Turns of the shaft in one window: resolution is a fiftieth of its frequency, and a Hann line, two bins to each
  /// side, hides a 25th beside each order.
  static let windowTurns = 50.0
  /// Turns that a waveform needs: two windows long, three windows averaged.
  static let turnsMinimum = 100.0

  let resolution_Hz: Double
  /// Averaged power of each bin, without scale.
  let power: [Float]

  /// Samples of a window; nil when `count` samples hold fewer than `turnsMinimum` turns, or turns of so few samples
  /// that a window has fewer than 64.
  static func windowCount(of count: Int, sampleRate_Hz: Double, shaft_Hz: Double) -> Int? {
    let turn = sampleRate_Hz / shaft_Hz
    guard turn.isFinite, turn > 0, Double(count) >= turnsMinimum * turn else { return nil }
    let window = FourierTransform.fastCount(upTo: Int(windowTurns * turn))
    return window >= 64 ? window : nil
  }

  /// Measures a waveform, two windows long at least; nil when a sample is not finite or all are equal.
  init?(of samples: Span<Float>, window: Int, sampleRate_Hz: Double) {
    let count = FourierTransform.fastCount(upTo: samples.count)
    let whole = SpectrumPlan(count: count, sampleRate_Hz: sampleRate_Hz)
    let welch = WelchPlan(segment: window, sampleRate_Hz: sampleRate_Hz)
    var scratch = SignalScratch(count: count)
    var bins = [ComplexFloat](repeating: ComplexFloat(0, 0), count: whole.binCount)
    var spectrum = bins.mutableSpan
    guard whole.transform(samples.extracting(first: count), into: &spectrum, scratch: &scratch) != nil,
      WhitenedEnvelope.whiten(&spectrum, count: count)
    else { return nil }
    var analytic = [ComplexFloat](repeating: ComplexFloat(0, 0), count: count)
    var signal = analytic.mutableSpan
    EnvelopePlan(whole.transform).analytic(ofBins: spectrum.span, into: &signal, scratch: &scratch)
    let squared = analytic.map(\.power)
    var power = [Float](repeating: 0, count: welch.binCount)
    var average = power.mutableSpan
    guard welch.measure(squared.span, as: .power, into: &average, scratch: &scratch) else { return nil }
    self.power = power
    resolution_Hz = welch.resolution_Hz
  }

  /// Gives every bin that is believed one height, which makes an envelope of about 1, and the others none; false
  /// when there is nothing to raise.
  private static func whiten(_ bins: inout MutableSpan<ComplexFloat>, count: Int) -> Bool {
    let limit = Int(EnvelopeBand.usableShare * Double(count))
    let height = Float(count) / (2 * Float(max(1, limit)).squareRoot())
    var isVaried = false
    for k in 0..<bins.count {
      let magnitude = bins[k].power.squareRoot()
      let isKept = k > 0 && k < limit && magnitude > 0
      let scale = isKept ? height / magnitude : 0
      bins[k] = ComplexFloat(bins[k].real * scale, bins[k].imaginary * scale)
      isVaried = isVaried || isKept
    }
    return isVaried
  }
}
