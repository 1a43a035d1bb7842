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

/// Statistics of an array.
func statistics(_ samples: [Float]) -> TimeStatistics? { TimeStatistics(of: samples.span) }
