// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

/// Known answers of statistics and of integration, in g where vibration is meant.
@Suite struct ClosedFormTests {
  static let rate = 25_600.0
  static let count = 102_400

  static func values(_ samples: [Float], rate: Double = rate, speed: Double? = nil) -> FeatureValues {
    var extractor = FeatureExtractor()
    return extractor.extract(
      Waveform(samples, rate: rate), of: .drive, speed_rpm: speed, state: running
    ).values
  }

  @Test("A sine has RMS 0.707107, crest 1.414214, kurtosis 1.5")
  func sine() {
    let v = Self.values(Signals.sines([(1, 50)], rate: Self.rate, count: Self.count))
    #expect(close(v[.accelerationRMS], 0.707107, 1e-6))
    #expect(close(v[.accelerationPeak], 1, 1e-4))
    #expect(close(v[.crestFactor], 1.414214, 1e-4))
    #expect(close(v[.kurtosis], 1.5, 1e-6))
  }

  @Test("A square wave has crest 1 and kurtosis 1")
  func square() {
    let v = Self.values((0..<Self.count).map { $0 % 512 < 256 ? 1 : -1 })
    #expect(v[.accelerationRMS] == 1)
    #expect(v[.crestFactor] == 1)
    #expect(v[.kurtosis] == 1)
  }

  @Test("A sawtooth has crest 1.732 and kurtosis 1.8")
  func sawtooth() {
    let v = Self.values((0..<Self.count).map { Float($0 % 1024) / 512 - 1 })
    #expect(close(v[.crestFactor], 1.732, 1e-3))
    #expect(close(v[.kurtosis], 1.8, 1e-3))
  }

  @Test("Gaussian noise has kurtosis 3, Pearson's")
  func gaussian() {
    let v = Self.values(Signals.gaussian(2, count: Self.count))
    // The standard error of a kurtosis is sqrt(24/N).
    #expect(abs((v[.kurtosis] ?? 0) - 3) < 4 * (24 / Double(Self.count)).squareRoot())
    #expect(abs((v[.envelopeKurtosis] ?? 0) - 3) < 0.1)
    #expect(close(v[.accelerationRMS], 2, 0.01))
  }

  @Test("An impulse train of duty 1/256 has kurtosis 254.003922")
  func impulses() {
    let v = Self.values((0..<Self.count).map { $0 % 256 == 0 ? 1 : 0 })
    #expect(close(v[.kurtosis], 254.003922, 1e-6))
  }

  @Test(
    "1 g peak is 110.3636 mm/s RMS at 10 Hz, and less in proportion to frequency",
    arguments: [(10, 110.3636), (25, 44.1454), (50, 22.0727), (100, 11.0364), (1000, 1.1036)])
  func velocity(hz: Double, expected: Double) {
    let x = Signals.sines([(standardGravity, hz)], rate: Self.rate, count: Self.count)
    #expect(close(Self.values(x)[.velocityRMS], expected, 5e-5))
  }

  @Test(
    "Velocity does not depend on where a line falls between bins",
    arguments: [10.1, 10.4, 24.67, 29.95, 99.9, 612.3])
  func velocityBetweenBins(hz: Double) {
    let x = Signals.sines([(standardGravity, hz)], rate: 12_800, count: 16_384)
    let expected = standardGravity / (2 * .pi * hz) * 1000 / 2.0.squareRoot()
    #expect(close(Self.values(x, rate: 12_800)[.velocityRMS], expected, 1.5e-3))
  }

  @Test("Of a mixture, velocity takes 10-1000 Hz only: 45.5041 mm/s")
  func mixture() {
    let g = standardGravity
    let x = Signals.sines(
      [(g, 25), (0.5 * g, 50), (2 * g, 3000), (0.2 * g, 5)], rate: Self.rate, count: Self.count)
    #expect(close(Self.values(x)[.velocityRMS], 45.5041, 1e-5))
  }

  @Test("Below 600 r/min velocity begins at 2 Hz")
  func slowMachine() {
    let x = Signals.sines([(1, 5)], rate: 12_800, count: 65_536)
    let expected = 1 / (2 * .pi * 5) * 1000 / 2.0.squareRoot()
    #expect(close(Self.values(x, rate: 12_800, speed: 300)[.velocityRMS], expected, 1e-3))
    #expect((Self.values(x, rate: 12_800, speed: 700)[.velocityRMS] ?? 1) < 0.01)
  }

  @Test(
    "Amplitude modulation of 50 % at 100 Hz stands in the envelope spectrum at 100 Hz with half the carrier")
  func modulation() throws {
    let x = (0..<Self.count).map { n -> Float in
      let t = Double(n) / Self.rate
      return Float((1 + 0.5 * cos(2 * .pi * 100 * t)) * cos(2 * .pi * 3000 * t))
    }
    var extractor = FeatureExtractor()
    let found = extractor.spectra(of: Waveform(x, rate: Self.rate))
    let spectra = try #require(found)
    let line = Int((100 / spectra.envelope.resolution_Hz).rounded())
    // The band-pass weighs carrier and sidebands by at most 0.05 % less.
    #expect(close(Double(spectra.envelope.amplitudes[line]), 0.5, 1e-3))
    #expect(close(Double(spectra.acceleration.amplitudes[12_000]), 1, 1e-5))
    #expect(close(Double(spectra.acceleration.amplitudes[12_400]), 0.25, 1e-5))
    #expect(close(Double(spectra.velocity.amplitudes[12_000]), 1000 / (2 * .pi * 3000), 1e-5))
    #expect(spectra.envelope.amplitudes.enumerated().max { $0.element < $1.element }?.offset == line)
  }
}
