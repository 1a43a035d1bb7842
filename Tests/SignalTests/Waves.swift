// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernels
import Signal

/// Rate and length of the closed forms.
let rate = 25_600.0
let length = 102_400
let standardGravity = 9.80665

/// Sum of cosines, peak amplitude by frequency.
func cosines(_ lines: [(amplitude: Double, hz: Double)], rate: Double = rate, count: Int = length) -> [Float]
{
  (0..<count).map { n in
    Float(lines.reduce(0) { $0 + $1.amplitude * cos(2 * .pi * $1.hz * Double(n) / rate + 0.3) })
  }
}

/// Whether two numbers agree within a share of the second.
func close(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool {
  guard let a else { return false }
  return abs(a - b) <= tolerance * abs(b)
}

/// The spectrum of `samples` as an array.
func spectrum(
  _ samples: [Float], rate: Double = rate, window: CosineWindow, as scale: SpectrumScale,
  removingMean: Bool = true
) -> [Float] {
  let plan = SpectrumPlan(count: samples.count, sampleRate_Hz: rate, window: window)
  var scratch = SignalScratch(count: samples.count)
  var values = [Float](repeating: .nan, count: plan.binCount)
  _ = plan.measure(samples, removingMean: removingMean, as: scale, into: &values, scratch: &scratch)
  return values
}

/// SplitMix64 and Box and Muller's normal deviate.
struct Noise {
  var state: UInt64
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
  }
  mutating func normal() -> Double {
    (-2 * log(1 - uniform())).squareRoot() * cos(2 * .pi * uniform())
  }
}

/// Statistics of an array.
func statistics(_ samples: [Float]) -> TimeStatistics? { TimeStatistics(of: samples.span) }
