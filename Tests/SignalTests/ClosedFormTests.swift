// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import Signal
import TestData
import Testing

/// Known answers of statistics, spectra, integration and demodulation.
@Suite("Closed forms")
struct ClosedFormTests {
  @Test(
    "A sine has RMS .707107, crest 1.414214, kurtosis 1.5, shape 1.110735, impulse 1.570816, clearance 1.7196"
  )
  func sine() throws {
    let s = try #require(statistics((0..<length).map { Float(sin(2 * .pi * 50 * Double($0) / rate)) }))
    #expect(close(s.rms, 0.707107, 1e-6))
    #expect(close(s.crest, 1.414214, 1e-6))
    #expect(close(s.kurtosis, 1.5, 1e-6))
    #expect(close(s.shape, 1.110735, 1e-6))
    #expect(close(s.impulse, 1.570816, 1e-6))
    #expect(close(s.clearance, 1.7196, 3e-5))
    #expect(abs(try #require(s.skewness)) < 1e-6)
    #expect(close(s.peakToPeak, 2, 1e-7))
    // Two changes of sign a period.
    #expect(close(s.zeroCrossingRate * rate, 100, 1e-2))
  }

  @Test("A square wave has crest, kurtosis, shape, impulse and clearance 1")
  func square() throws {
    let wave: [Float] = (0..<length).map { $0 % 512 < 256 ? 3 : -3 }
    let s = try #require(statistics(wave))
    #expect([s.crest, s.kurtosis, s.shape, s.impulse].allSatisfy { $0 == 1 })
    #expect(close(s.clearance, 1, 1e-7))
  }

  @Test("A sawtooth has crest 1.732, kurtosis 1.8, shape 1.1547, impulse 2, clearance 2.25")
  func sawtooth() throws {
    let wave = (0..<length).map { (Float($0 % 25_600) + 0.5) / 12_800 - 1 }
    let s = try #require(statistics(wave))
    #expect(close(s.crest, 1.732, 1e-4))
    #expect(close(s.kurtosis, 1.8, 1e-5))
    #expect(close(s.shape, 1.1547, 1e-5))
    #expect(close(s.impulse, 2, 1e-4))
    #expect(close(s.clearance, 2.25, 1e-4))
  }

  @Test("Gaussian noise has kurtosis 3.00 and shape 1.2533")
  func gaussian() throws {
    var random = Noise(7)
    let s = try #require(statistics((0..<length).map { _ in Float(random.normal()) }))
    // The standard errors are sqrt(24/N), and 0.43 / sqrt(N) for the shape.
    #expect(abs(try #require(s.kurtosis) - 3) < 4 * (24 / Double(length)).squareRoot())
    #expect(abs(try #require(s.shape) - 1.2533) < 4 * 0.54 / Double(length).squareRoot())
  }

  @Test("An impulse train of duty p has kurtosis (1 - 3p(1-p)) / (p(1-p)): 254.003922 for 1/256")
  func impulses() throws {
    for (period, expected) in [(256, 254.003922), (64, 62.015873), (4, 7.0 / 3)] {
      let s = try #require(statistics((0..<length).map { $0 % period == 0 ? 1 : 0 }))
      #expect(close(s.kurtosis, expected, 1e-8))
    }
  }

  /// TSFEL's own tests (github.com/fraunhoferportugal/tsfel, tests/test_calc_features.py, BSD-3, commit e48b03e).
  @Test("TSFEL's test signals have its values; a constant has no shape")
  func tsfel() throws {
    let ramp = (0..<20).map(Float.init)
    let s = try #require(statistics(ramp))
    #expect(close((s.rms * s.rms + s.mean * s.mean).squareRoot(), 11.113055385446435, 1e-15))
    #expect(close(s.rms * s.rms, 33.25, 1e-15))
    #expect(close(try #require(s.kurtosis) - 3, -1.206015, 1e-6))
    #expect(s.skewness == 0)
    let wave = (0..<1000).map { Float(sin(2 * .pi * 5 * Double($0) / 1000)) }
    let w = try #require(statistics(wave))
    #expect(close(w.rms, 0.7071067811865476, 1e-7))
    #expect(close(try #require(w.kurtosis) - 3, -1.5, 2e-7))
    let raised = try #require(statistics(wave.map { $0 + 2 }))
    #expect(close((raised.rms * raised.rms + 4).squareRoot(), 2.1213203435596424, 1e-7))
    let constant = try #require(statistics([Float](repeating: 0.1, count: 1000)))
    #expect(constant.kurtosis == nil && constant.skewness == nil && constant.crest == nil)
    #expect(constant.rms == 0 && constant.zeroCrossingRate == 0)
  }

  @Test(
    "1 g peak is 110.3636 mm/s RMS at 10 Hz, and less in proportion to frequency",
    arguments: [(10, 110.3636), (25, 44.1454), (50, 22.0727), (100, 11.0364), (1000, 1.1036)],
    [CosineWindow.rectangular, .hann, .flatTop])
  func velocity(line: (hz: Double, expected: Double), window: CosineWindow) {
    let power = spectrum(cosines([(standardGravity, line.hz)]), window: window, as: .power)
    let meter = BandMeter(resolution_Hz: rate / Double(length), window: window)
    let margin = window == .flatTop ? 4 : 1
    let found = meter.rms(power.span, from: 10, to: 1000, integrated: .once, margin_bins: margin)
    #expect(close(found.map { $0 * 1000 }, line.expected, 5e-5))
  }

  @Test("1 g peak at 50 Hz is 198.724 um peak to peak, by line and by band")
  func displacement() {
    let wave = cosines([(standardGravity, 50)])
    let amplitudes = spectrum(wave, window: .flatTop, as: .amplitude)
    let line = BandMeter.amplitude(Double(amplitudes[200]), at: 50, integrated: .twice)
    #expect(close(2e6 * line, 198.724, 1e-5))
    let power = spectrum(wave, window: .hann, as: .power)
    let rms = BandMeter(resolution_Hz: 0.25).rms(power.span, from: 10, to: 1000, integrated: .twice)
    #expect(close(rms.map { $0 * 2e6 * 2.0.squareRoot() }, 198.724, 1e-5))
  }

  @Test("1 g at 25 Hz, 0.5 g at 50, 2 g at 3000, 0.2 g at 5: 45.5041 mm/s between 10 and 1000 Hz")
  func mixture() {
    let g = standardGravity
    let wave = cosines([(g, 25), (0.5 * g, 50), (2 * g, 3000), (0.2 * g, 5)])
    let power = spectrum(wave, window: .hann, as: .power)
    let found = BandMeter(resolution_Hz: 0.25).rms(power.span, from: 10, to: 1000, integrated: .once)
    #expect(close(found.map { $0 * 1000 }, 45.5041, 2e-6))
  }

  static let modulated = (0..<length).map { n -> Float in
    let t = Double(n) / rate
    return Float((1 + 0.5 * cos(2 * .pi * 100 * t)) * cos(2 * .pi * 3000 * t))
  }

  @Test("(1 + .5 cos 2 pi 100 t) cos 2 pi 3000 t: the envelope's line at 100 Hz is 0.500000")
  func modulation() {
    let envelope = Self.envelope(Self.modulated, as: .magnitude)
    #expect(close(Double(spectrum(envelope, window: .rectangular, as: .amplitude)[400]), 0.5, 1e-6))
    #expect(close(Double(spectrum(envelope, window: .flatTop, as: .amplitude)[400]), 0.5, 1e-6))
  }

  @Test("The squared envelope of the same has 1.125 at 0 Hz, 1.0 at 100 Hz and 0.125 at 200 Hz")
  func squaredModulation() {
    let squared = Self.envelope(Self.modulated, as: .squared)
    let amplitudes = spectrum(squared, window: .rectangular, as: .amplitude, removingMean: false)
    #expect(close(Double(amplitudes[0]), 1.125, 1e-6))
    #expect(close(Double(amplitudes[400]), 1, 1e-6))
    #expect(close(Double(amplitudes[800]), 0.125, 1e-5))
  }

  static func envelope(_ samples: [Float], as kind: EnvelopeKind) -> [Float] {
    let plan = EnvelopePlan(count: samples.count)
    var scratch = SignalScratch(count: samples.count)
    var envelope = [Float](repeating: .nan, count: samples.count)
    _ = plan.measure(samples, as: kind, into: &envelope, scratch: &scratch)
    return envelope
  }
}
