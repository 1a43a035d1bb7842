// SPDX-License-Identifier: Apache-2.0

import Foundation
import Signal
import TestData
import Testing

/// The kurtogram beside an independent NumPy one, and on impulses that ring in a known band.
@Suite("Kurtogram")
struct KurtogramTests {
  /// Noise and one impact a period, made of the same words in `Tests/golden/signal_more.py`.
  static func impacts(_ count: Int, period: Int = 256) -> [Float] {
    var random = Noise(1)
    var x = (0..<count).map { _ in random.centred() }
    for n in stride(from: 0, to: count - 7, by: period) {
      for j in 0..<8 { x[n + j] += Float(8 - j) * (j % 4 < 2 ? 0.5 : -0.5) }
    }
    return x
  }

  static func measure(_ kurtogram: Kurtogram, _ x: [Float]) -> [Float]? {
    var scratch = KurtogramScratch(count: x.count)
    var values = [Float](repeating: .nan, count: kurtogram.bands.count)
    var output = values.mutableSpan
    return kurtogram.measure(x.span, into: &output, scratch: &scratch) ? values : nil
  }

  /// Antoni's definition by convolution and decimation in NumPy 2.4: `python3 Tests/golden/signal_more.py`.
  @Test(
    "Every band of the tree has NumPy's kurtosis",
    arguments: [(4096, 256, 5, golden4096), (3001, 250, 4, golden3001)])
  func numpy(count: Int, period: Int, levels: Int, golden: [Float]) throws {
    let kurtogram = Kurtogram(count: count, sampleRate_Hz: 12_800, levels: levels)
    #expect(kurtogram.levels == levels && kurtogram.bands.count == golden.count)
    let found = try #require(Self.measure(kurtogram, Self.impacts(count, period: period)))
    for (index, expected) in golden.enumerated() {
      #expect(abs(found[index] - expected) <= 2e-5 * (1 + expected), "\(kurtogram.bands[index])")
    }
  }

  @Test("Bands of every level lie side by side from 0 Hz to the Nyquist frequency")
  func tree() {
    let bands = Kurtogram(count: 25_600, sampleRate_Hz: 25_600).bands
    for (before, after) in zip(bands, bands.dropFirst()) {
      if before.level == after.level {
        #expect(abs(before.band.high_Hz - after.band.low_Hz) < 1e-9)
      } else {
        #expect(abs(before.band.high_Hz - 12_800) < 1e-9 && after.band.low_Hz == 0)
      }
    }
    // Antoni: width rate 2^-(level + 1); level 7 is the deepest of 25 600 samples.
    for band in bands { #expect(close(band.band.width_Hz, 12_800 * pow(2, -band.level), 1e-9)) }
    #expect(bands.map(\.level).max() == 7)
    #expect(bands.first?.band == FrequencyBand(low_Hz: 0, high_Hz: 12_800))
  }

  @Test(
    "Impulses that ring at a frequency: the chosen band holds it",
    arguments: [1500.0, 3000, 4000, 7300, 10_100])
  func ringing(frequency: Double) throws {
    var random = Noise(UInt64(frequency))
    var x = (0..<25_600).map { _ in Float(0.3 * random.normal()) }
    for start in stride(from: 100, to: x.count, by: 239) {
      for n in start..<min(x.count, start + 256) {
        let t = Double(n - start) / 25_600
        x[n] += Float(3 * exp(-t / 0.001) * sin(2 * .pi * frequency * t))
      }
    }
    let kurtogram = Kurtogram(count: x.count, sampleRate_Hz: 25_600)
    let values = try #require(Self.measure(kurtogram, x))
    let found = kurtogram.impulsiveBand(in: values.span, widerThan: 400)
    let chosen = try #require(found)
    #expect(chosen.band.low_Hz <= frequency && frequency <= chosen.band.high_Hz, "\(chosen)")
    #expect(chosen.kurtosis > 1)
  }

  @Test("Gaussian noise has no kurtosis in any wide band; nothing and what is not finite have no kurtogram")
  func nothing() throws {
    var random = Noise(5)
    let x = (0..<25_600).map { _ in Float(random.normal()) }
    let kurtogram = Kurtogram(count: x.count, sampleRate_Hz: 25_600)
    let values = try #require(Self.measure(kurtogram, x))
    for (band, value) in zip(kurtogram.bands, values) where band.band.width_Hz >= 1600 {
      #expect(value < 0.35)
    }
    #expect(Self.measure(kurtogram, Array(repeating: 2, count: x.count)) == nil)
    var broken = x
    broken[7] = .nan
    #expect(Self.measure(kurtogram, broken) == nil)
    // A power of two moves no digit, however large or small.
    for scale: Float in [0x1p-60, 0x1p60] {
      #expect(Self.measure(kurtogram, x.map { $0 * scale }) == values)
    }
  }

  static let golden4096: [Float] = [
    24.79619, 23.88527, 16.09524, 17.21, 26.67304, 3.459482, 11.90086, 22.741, 14.40716, 0.1762403,
    5.174228, 9.41154, 17.08471, 13.80176, 2.318906, 0, 4.087478, 2.990043, 11.1814, 10.85941, 10.80951,
    4.170669, 0, 0, 1.766369, 2.960597, 2.945471, 4.948828, 8.809961, 9.117411, 7.244781, 6.615057,
    2.047189, 0, 0, 0, 1.012393, 1.657235, 1.005264, 1.236025, 2.088409, 5.268953, 5.024969, 5.586883,
    4.008702, 5.128831, 2.555982, 0.7749067, 0, 0.0304912, 0, 0, 0.5739278, 1.100544, 1.209946,
    0.4032388, 0.9712918, 0.7826701, 1.411164, 2.280436, 3.065719, 2.654515, 3.539957, 3.490085,
    2.591549, 3.235234, 3.250225, 1.904267, 1.672462, 0.511381, 0, 0, 0.1172113, 0, 0, 0, 0.6751162,
    0.7366779, 0.1924678, 0.4437444, 0.08460033, 0.1953022, 0, 0.06097177, 0.8561909, 0.6694726,
    0.6692333, 1.904408, 1.163365, 1.870285, 1.021868, 1.714112, 1.756877, 1.062546, 0.724562, 1.395208,
    0.8744073, 1.146517, 0, 0.3130495, 0, 0.08967104, 0, 0.02651449, 0, 0, 0, 0,
  ]
  static let golden3001: [Float] = [
    24.5962, 23.20491, 17.35096, 17.29295, 25.67662, 3.467057, 9.731274, 19.73748, 16.2254, 0.09813962,
    5.312922, 9.37599, 16.84026, 14.5045, 2.04132, 0, 3.603294, 4.630536, 9.427305, 13.67509, 11.83491,
    4.988902, 0.04217075, 0, 2.049588, 2.99548, 2.46582, 4.348272, 7.996868, 8.915668, 8.043664,
    6.719482, 1.781067, 0, 0, 0, 1.230857, 1.914303, 1.823503, 1.529058, 2.811202, 5.00495, 6.014599,
    5.955486, 5.426944, 4.957973, 3.445918, 0.4756555, 0, 0.05970278, 0, 0,
  ]
}
