// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

/// What a window holds beside the overall values.
@Suite("Windows of features")
struct WindowTests {
  static let rate = 25_600.0
  static let count = 25_600

  static func window(_ samples: [Float], speed: Double? = nil) -> FeatureWindow {
    var extractor = FeatureExtractor()
    return extractor.extract(Waveform(samples, rate: rate), of: .drive, speed_rpm: speed, state: running)
  }

  @Test(
    "A sine of 1 g at 50 Hz has displacement 198.724 um peak to peak, shape 1.1107, impulse 1.5708 and 100 crossings"
  )
  func sine() {
    let v = Self.window(Signals.sines([(standardGravity, 50)], rate: Self.rate, count: Self.count)).values
    #expect(close(v[.displacementRMS].map { $0 * 2 * 2.0.squareRoot() }, 198.724, 1e-3))
    #expect(close(v[.peakToPeak], 2 * standardGravity, 1e-4))
    #expect(close(v[.shapeFactor], 1.110721, 1e-4))
    #expect(close(v[.impulseFactor], 1.570796, 1e-4))
    #expect(close(v[.clearanceFactor], 1.7196, 1e-3))
    #expect(abs(v[.skewness] ?? 1) < 1e-5)
    #expect(close(v[.zeroCrossings], 100, 0.02))
  }

  @Test(
    "A line lies in its band and in no other",
    arguments: [
      (5.0, Feature.velocity2to10Hz), (20, .velocitySubsynchronous), (40, .velocityAround1x),
      (80, .velocityAround2x),
      (200, .velocity3to10x), (700, .velocityAbove10x), (2000, .acceleration1to4kHz),
      (8000, .acceleration5to20kHz),
    ])
  func bands(hz: Double, feature: Feature) {
    let bands: [Feature] = [
      .velocity2to10Hz, .velocitySubsynchronous, .velocityAround1x, .velocityAround2x, .velocity3to10x,
      .velocityAbove10x, .acceleration1to4kHz, .acceleration5to20kHz,
    ]
    // Four seconds: the lowest band wants four periods of 2 Hz.
    let v = Self.window(Signals.sines([(1, hz)], rate: Self.rate, count: 4 * Self.count), speed: 2400).values
    let isVelocity = feature.rawValue.hasSuffix("_mm_s")
    let rms = 1 / 2.0.squareRoot() * (isVelocity ? 1000 / (2 * .pi * hz) : 1)
    #expect(close(v[feature], rms, 2e-3))
    for other in bands where other != feature { #expect((v[other] ?? 1) < 0.02 * rms, "\(other)") }
  }

  @Test("Impacts that ring at 6 kHz are found in the band there")
  func impulsive() throws {
    var samples = Signals.gaussian(0.2, count: Self.count)
    for start in stride(from: 100, to: Self.count - 256, by: 240) {
      for n in 0..<256 {
        let t = Double(n) / Self.rate
        samples[start + n] += Float(4 * exp(-t / 4e-4) * sin(2 * .pi * 6000 * t))
      }
    }
    let v = Self.window(samples).values
    let quiet = Self.window(Signals.gaussian(0.2, count: Self.count)).values
    let centre = try #require(v[.impulsiveBandCentre])
    #expect(abs(centre - 6000) < 1700)
    #expect((v[.spectralKurtosis] ?? 0) > 3)
    #expect((quiet[.spectralKurtosis] ?? 0) < 1)
    // The rings' first crest, 4 exp(-t/tau) at a quarter of their period, and the noise.
    #expect(abs((v[.impactMaximum] ?? 0) - 4 * exp(-1 / (24_000 * 4e-4))) < 1)
    #expect((v[.impulsiveBandEnvelopeRMS] ?? 0) > 3 * (quiet[.impulsiveBandEnvelopeRMS] ?? 1))
  }

  @Test("A window that exists is filled as a new one, and keeps nothing of what it held")
  func reuse() {
    let first = Waveform(
      Signals.sum(Signals.gaussian(1, count: 8192), Signals.sines([(3, 24.7)], rate: 12_800, count: 8192)),
      rate: 12_800)
    let broken = Waveform([Float](repeating: .nan, count: 8192), rate: 12_800)
    var extractor = FeatureExtractor()
    var window = extractor.extract(first, of: .drive, speed_rpm: 1480, state: running)
    let expected = window
    extractor.extract(broken, of: .drive, speed_rpm: 1480, state: running, into: &window)
    #expect(Feature.allCases.allSatisfy { window.values[$0] == nil } && window.lines.isEmpty)
    #expect(window.logBands.allSatisfy { $0 == LogBands.floor })
    extractor.extract(first, of: .drive, speed_rpm: 1480, state: running, into: &window)
    #expect(
      window.values == expected.values && window.lines == expected.lines
        && window.logBands == expected.logBands)
  }
}
