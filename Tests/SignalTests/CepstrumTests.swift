// SPDX-License-Identifier: Apache-2.0

import Foundation
import Signal
import TestData
import Testing

@Suite("Cepstrum")
struct CepstrumTests {
  static func cepstrum(_ x: [Float], rate: Double = rate, window: CosineWindow = .hann) -> [Float]? {
    var scratch = SignalScratch(count: x.count)
    var values = [Float](repeating: .nan, count: x.count)
    var output = values.mutableSpan
    return CepstrumPlan(count: x.count, sampleRate_Hz: rate)
      .measure(x.span, window: window, into: &output, scratch: &scratch) ? values : nil
  }

  static func peak(_ x: [Float], rate: Double = rate, _ range: ClosedRange<Double>) -> CepstrumPeak? {
    guard let values = cepstrum(x, rate: rate) else { return nil }
    var scratch = SignalScratch(count: x.count)
    return CepstrumPlan(count: x.count, sampleRate_Hz: rate)
      .peak(in: values.span, spacings_Hz: range, scratch: &scratch)
  }

  /// `numpy.fft.irfft(log(abs(X)))` with X[0] = X[1] of the words of `KurtogramTests`: Tests/golden/signal_more.py.
  @Test("The cepstrum is NumPy's", arguments: [(4096, golden4096), (3001, golden3001)])
  func numpy(count: Int, golden: [(Int, Float)]) throws {
    let x = KurtogramTests.impacts(count)
    let found = try #require(Self.cepstrum(x, window: .rectangular))
    for (index, expected) in golden {
      #expect(abs(found[index] - expected) < 1e-5, "\(index) \(found[index]) \(expected)")
    }
    // A real cepstrum is even.
    for i in 1..<count / 2 { #expect(abs(found[i] - found[count - i]) < 1e-6) }
  }

  /// 1/24 + ...: x = d[n] + a d[n - p] has ln|1 + a exp(-i w p)|: a/2 at p and count - p, -a^2/4 at 2p.
  @Test("An echo of share a after p samples gives a/2 at p, -a^2/4 at 2p, a^3/6 at 3p")
  func echo() throws {
    var x = [Float](repeating: 0, count: 4096)
    x[1000] = 1
    x[1200] = 0.5
    let found = try #require(Self.cepstrum(x, window: .rectangular))
    // The bin at 0 Hz reads as the next: 4e-5 of the whole.
    #expect(abs(found[200] - 0.25) < 1e-4)
    #expect(abs(found[400] + 0.0625) < 1e-4)
    #expect(abs(found[600] - 0.125 / 6) < 1e-4)
  }

  @Test("Sidebands at a spacing give a peak at its inverse", arguments: [12.5, 29.95, 51.2])
  func sidebands(spacing: Double) throws {
    var random = Noise(9)
    let x = (0..<25_600).map { n in
      let t = Double(n) / rate
      let angle = 2 * Double.pi * spacing * t
      // A gear of 60 teeth, one of which is met harder: some thirty sidebands.
      return Float(exp(60 * (cos(angle) - 1)) * cos(60 * angle) + 0.0003 * random.normal())
    }
    let found = try #require(Self.peak(x, 8...100))
    #expect(close(found.spacing_Hz, spacing, 2e-3), "\(found)")
    #expect(found.prominence >= 6)
  }

  @Test("Noise has no family; a constant and what is not finite no cepstrum")
  func nothing() {
    var random = Noise(10)
    let noise = (0..<25_600).map { _ in Float(random.normal()) }
    #expect(Self.peak(noise, 8...100) == nil)
    #expect(Self.cepstrum(Array(repeating: 3, count: 64)) == nil)
    #expect(Self.cepstrum([1, 2, .infinity, 4, 5]) == nil)
    #expect(Self.peak(noise, 20_000...30_000) == nil)
  }

  static let golden4096: [(Int, Float)] = [
    (0, 2.72788931), (1, 0.0385550489), (2, -0.0406136169), (7, 0.0187028977), (100, 0.00122139631),
    (255, 0.0294958577), (256, 0.0983638957), (257, 0.0252027225), (512, 0.0944857663), (1400, 0.00500064261),
  ]
  static let golden3001: [(Int, Float)] = [
    (0, 2.71013821), (1, 0.0712168722), (2, -0.107874775), (7, -0.00469243406), (100, 0.00705127233),
    (255, 0.0347995161), (256, 0.18156249), (257, 0.0419488622), (512, 0.141466044), (1400, -0.00906945397),
  ]
}
