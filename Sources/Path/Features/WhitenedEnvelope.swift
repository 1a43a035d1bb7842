// SPDX-License-Identifier: Apache-2.0

import Kernels
import Signal

/// The mean spectrum of the squared envelope of a waveform whose own spectrum was made flat.
///
/// Dividing every bin by its magnitude (cepstral pre-whitening) takes away what stands still, gears and shafts and
/// resonances alike, and leaves what recurs: impacts (Borghesani et al., MSSP 36, 2013; Randall and Sawalhi, 2011).
/// Every frequency then counts alike, so no band need be chosen; the squared envelope of the whole is cut into
/// half-overlapping windows of `windowTurns` turns of the shaft, and their power spectra (Hann) are averaged.
struct WhitenedEnvelope {
  /// Turns of the shaft in one window: resolution is a fiftieth of its frequency.
  static let windowTurns = 50.0
  /// Turns that a waveform needs: two windows long, three windows averaged.
  static let turnsMinimum = 100.0

  let resolution_Hz: Double
  /// Averaged power of each bin, without scale.
  private(set) var power: [Float]
  private let whole: FourierTransform
  private let part: FourierTransform
  private let window: [Float]
  /// Bins from this one on are not believed.
  private let limit: Int
  private var signal: [Float]
  private var bins: [ComplexFloat]
  private var analytic: [ComplexFloat]
  private var spectrum: [ComplexFloat]

  /// A plan for `count` samples of one rate at one shaft speed; nil when they hold fewer than `turnsMinimum` turns,
  /// or turns of so few samples that no window has 64.
  init?(count: Int, sampleRate_Hz: Double, shaft_Hz: Double) {
    let turn = sampleRate_Hz / shaft_Hz
    guard turn.isFinite, turn > 0, Double(count) >= WhitenedEnvelope.turnsMinimum * turn else { return nil }
    let length = FourierTransform.fastCount(upTo: Int(WhitenedEnvelope.windowTurns * turn))
    guard length >= 64 else { return nil }
    whole = FourierTransform(count: FourierTransform.fastCount(upTo: count))
    part = FourierTransform(count: length)
    window = CosineWindow.hann.values(count: length)
    limit = Int(EnvelopeBand.usableShare * Double(whole.count))
    resolution_Hz = sampleRate_Hz / Double(length)
    signal = Array(repeating: 0, count: whole.count)
    bins = Array(repeating: ComplexFloat(0, 0), count: whole.binCount)
    analytic = Array(repeating: ComplexFloat(0, 0), count: whole.count)
    spectrum = Array(repeating: ComplexFloat(0, 0), count: part.binCount)
    power = Array(repeating: 0, count: part.binCount)
  }

  /// Measures a waveform of the planned length; false, and no power, when a sample is not finite or all are equal.
  mutating func measure(_ samples: Span<Float>) -> Bool {
    for k in power.indices { power[k] = 0 }
    let statistics = TimeStatistics(of: samples.extracting(first: whole.count), centred: &signal)
    guard statistics.rms.isFinite, statistics.kurtosis != nil else { return false }
    whole.forward(signal, into: &bins)
    whiten()
    whole.inverse(analyticSpectrum(), into: &analytic)
    for i in signal.indices { signal[i] = analytic[i].power }
    average()
    return true
  }

  private mutating func whiten() {
    for k in bins.indices {
      let magnitude = bins[k].power.squareRoot()
      let isKept = k > 0 && k < limit && magnitude > 0 && magnitude.isFinite
      // Half the bins at height 1 make an envelope about 1 high.
      let scale = isKept ? 1 / (magnitude * Float(limit).squareRoot()) : 0
      bins[k] = ComplexFloat(bins[k].real * scale, bins[k].imaginary * scale)
    }
  }

  /// The positive frequencies alone.
  private func analyticSpectrum() -> [ComplexFloat] {
    bins + Array(repeating: ComplexFloat(0, 0), count: whole.count - bins.count)
  }

  private mutating func average() {
    let length = part.count
    var frame = [Float](repeating: 0, count: length)
    var start = 0
    while start + length <= signal.count {
      var sum = 0.0
      for i in 0..<length { sum += Double(signal[start + i]) }
      let mean = Float(sum / Double(length))
      for i in 0..<length { frame[i] = (signal[start + i] - mean) * window[i] }
      part.forward(frame, into: &spectrum)
      for k in power.indices { power[k] += spectrum[k].power }
      start += length / 2
    }
  }
}
