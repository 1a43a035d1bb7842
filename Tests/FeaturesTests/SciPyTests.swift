// SPDX-License-Identifier: Apache-2.0

import Features
import Machine
import TestData
import Testing

/// Values that SciPy 1.17 gives for the same words; `python3 Tests/golden/features.py` prints them.
@Suite struct SciPyTests {
  static let rate = 12_800.0
  static let impacts: [Float] = {
    var random = Noise(1)
    var x = (0..<4096).map { _ in random.centred() }
    for n in stride(from: 0, to: 4096, by: 256) {
      for j in 0..<8 { x[n + j] += Float(8 - j) * (j % 4 < 2 ? 0.5 : -0.5) }
    }
    return x
  }()

  @Test("Statistics are SciPy's")
  func statistics() {
    var extractor = FeatureExtractor()
    let v = extractor.extract(
      Waveform(Self.impacts, rate: Self.rate), of: .drive, speed_rpm: nil, state: running
    ).values
    #expect(close(v[.accelerationRMS], 0.5281296895531787, 1e-6))
    #expect(close(v[.accelerationPeak], 4.474015515384963, 1e-6))
    #expect(close(v[.kurtosis], 27.79619105049688, 1e-6))
    #expect(close(v[.highFrequencyRMS], 0.49985853255783014, 1e-5))
    #expect(close(v[.envelopeRMS], 0.5216231474018382, 1e-5))
    #expect(close(v[.envelopeKurtosis], 26.711148826178743, 1e-5))
  }

  @Test(
    "The spectrum is SciPy's, bin by bin",
    arguments: [
      (1, 0.0125873711), (16, 0.0262786227), (100, 0.00510954285), (777, 0.00653124749), (1024, 0.0963287913),
      (2047, 0.00279297783),
    ])
  func spectrum(bin: Int, expected: Double) throws {
    var extractor = FeatureExtractor()
    let found = extractor.spectra(of: Waveform(Self.impacts, rate: Self.rate))
    let spectra = try #require(found)
    #expect(close(Double(spectra.acceleration.amplitudes[bin]), expected, 1e-5))
  }

  @Test(
    "The envelope spectrum is that of SciPy's Butterworth filter and Hilbert transform, bin by bin",
    arguments: [
      (1, 0.00337267046), (16, 0.206644405), (32, 0.194022142), (48, 0.197754193), (100, 0.00256623163),
      (777, 0.00256321727),
    ])
  func envelope(bin: Int, expected: Double) throws {
    var extractor = FeatureExtractor()
    let found = extractor.spectra(of: Waveform(Self.impacts, rate: Self.rate))
    let spectra = try #require(found)
    #expect(close(Double(spectra.envelope.amplitudes[bin]), expected, 3e-5))
  }
}
