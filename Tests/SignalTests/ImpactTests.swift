// SPDX-License-Identifier: Apache-2.0

import Foundation
import Signal
import Testing

@Suite("Impact maxima")
struct ImpactTests {
  static func maxima(_ plan: ImpactPlan, _ x: [Float]) -> (values: [Float], highest: Double?) {
    var scratch = SignalScratch(count: x.count)
    var values = [Float](repeating: .nan, count: plan.maximaCount)
    var output = values.mutableSpan
    let highest = plan.measure(x.span, into: &output, scratch: &scratch)
    return (values, highest)
  }

  @Test("A sine far above the high-pass reads its amplitude in every interval")
  func sine() throws {
    let plan = try #require(ImpactPlan(count: length, sampleRate_Hz: rate, maximum_Hz: 400))
    #expect(plan.maximaCount == 4089 && plan.settling_samples == 77 && plan.maximaRate_Hz == 1024)
    // Each interval of 25 samples comes within 0.02 periods of a crest of 5900 Hz.
    let (values, highest) = Self.maxima(plan, cosines([(2, 5900)]))
    #expect(values.allSatisfy { abs($0 - 2) < 0.03 })
    #expect(close(highest, 2, 1e-2))
    // What lies below the high-pass is gone, and the filter's ends are not looked at.
    let (low, _) = Self.maxima(plan, cosines([(50, 20)]))
    #expect(low.allSatisfy { $0 < 0.1 })
  }

  @Test("An impact of one sample keeps its height; an average over the interval would not")
  func impact() throws {
    let plan = try #require(ImpactPlan(count: 25_600, sampleRate_Hz: rate, maximum_Hz: 500))
    var x = [Float](repeating: 0, count: 25_600)
    for n in stride(from: 100, to: x.count, by: 256) { x[n] = 10 }
    let (values, highest) = Self.maxima(plan, x)
    // What the high-pass at 1 kHz leaves of a delta: 1 - 2 x 1000 / 25 600, less its shoulders.
    let top = try #require(highest)
    #expect(top > 9 && top < 10)
    // Intervals of 20 samples: every 12.8th has an impact.
    #expect(values.filter { $0 > 5 }.count == 100)
    // The spectrum of the maxima shows 100 Hz.
    let lines = spectrum(values, rate: plan.maximaRate_Hz, window: .hann, as: .amplitude)
    let resolution_Hz = plan.spectrumPlan().resolution_Hz
    let best = (50...150).max { lines[$0] < lines[$1] }
    #expect(abs(Double(best ?? 0) * resolution_Hz - 100) < resolution_Hz)
  }

  @Test(
    "Maxima are those of SciPy's zero-phase filter, whole or broken intervals",
    arguments: [(512.0, goldenWhole), (700.0, goldenBroken)])
  func scipy(maximum: Double, golden: [(Int, Float)]) throws {
    let x = KurtogramTests.impacts(4096)
    let plan = try #require(ImpactPlan(count: 4096, sampleRate_Hz: 12_800, maximum_Hz: maximum))
    let (values, _) = Self.maxima(plan, x)
    for (index, expected) in golden {
      #expect(close(Double(values[index]), Double(expected), 1e-5), "\(index)")
    }
  }

  @Test("What cannot be measured: no plan, or nil")
  func nothing() throws {
    #expect(ImpactPlan(count: 100, sampleRate_Hz: 12_800, maximum_Hz: 5000) == nil)
    #expect(ImpactPlan(count: 100, sampleRate_Hz: 12_800, maximum_Hz: 100, highPass_Hz: 7000) == nil)
    #expect(ImpactPlan(count: 3, sampleRate_Hz: 12_800, maximum_Hz: 100) == nil)
    let plan = try #require(ImpactPlan(count: 100, sampleRate_Hz: 12_800, maximum_Hz: 1000))
    let (values, highest) = Self.maxima(plan, [Float](repeating: .nan, count: 100))
    #expect(highest == nil && values.allSatisfy { $0 == 0 })
    let (_, rest) = Self.maxima(plan, [Float](repeating: 3, count: 100))
    #expect((rest ?? 1) < 1e-6)
  }

  static let goldenWhole: [(Int, Float)] = [
    (0, 0.446086716), (1, 0.505405606), (2, 0.477527658), (30, 0.489830709), (51, 0.396955706),
    (100, 3.28672811), (410, 0.48239511),
  ]
  static let goldenBroken: [(Int, Float)] = [
    (0, 0.446086716), (1, 0.505405606), (2, 0.388927455), (30, 3.50164142), (51, 0.343999613),
    (100, 0.245249487), (561, 0.48239511),
  ]
}
