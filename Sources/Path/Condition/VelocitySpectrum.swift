// SPDX-License-Identifier: Apache-2.0

import Kernels
import Machine

/// The spectrum of the acceleration judged last, under the Hann window, as energy of velocity.
struct VelocitySpectrum {
  /// Plans kept; the one unused for longest goes first.
  private static let planLimit = 4
  /// Samples looked at.
  private static let sampleLimit = 1 << 22
  private var plans: [FourierTransform] = []
  private var centred: [Float] = []
  private var bins: [ComplexFloat] = []
  private(set) var count = 0
  private(set) var resolution_Hz = 0.0

  /// Highest bin that has a neighbour above it.
  var last: Int { bins.count - 2 }

  /// Leaves the spectrum of a waveform here; false when it is too short to have one.
  mutating func load(_ waveform: Waveform, mean: Double) -> Bool {
    count = FourierTransform.fastCount(upTo: min(waveform.samples.count, VelocitySpectrum.sampleLimit))
    guard count >= 64 else { return false }
    resolution_Hz = waveform.sampleRate_Hz / Double(count)
    let plan: FourierTransform
    if let index = plans.firstIndex(where: { $0.count == count }) {
      plan = plans.remove(at: index)
    } else {
      if plans.count == VelocitySpectrum.planLimit { plans.removeFirst() }
      plan = FourierTransform(count: count)
    }
    plans.append(plan)
    if centred.count != count {
      centred = Array(repeating: 0, count: count)
      bins = Array(repeating: ComplexFloat(0, 0), count: plan.binCount)
    }
    for i in 0..<count { centred[i] = waveform.samples[i] - Float(mean) }
    plan.forward(centred, into: &bins)
    return true
  }

  /// Squared magnitude of a bin of acceleration; the window is applied as its three lines.
  func power(_ k: Int) -> Double {
    let real = 0.5 * bins[k].real - 0.25 * (bins[k - 1].real + bins[k + 1].real)
    let imaginary = 0.5 * bins[k].imaginary - 0.25 * (bins[k - 1].imaginary + bins[k + 1].imaginary)
    return Double(real * real + imaginary * imaginary)
  }

  /// The same of velocity, which is acceleration over 2 pi f; in units of 4 pi^2.
  func energy(_ k: Int) -> Double {
    let f = Double(k) * resolution_Hz
    return power(k) / (f * f)
  }

  /// RMS velocity in mm/s of a sum of `energy`.
  func rms_mm_s(_ energy: Double) -> Double {
    // Peak amplitude 2|Y|/(N/2), half its square is the mean square; the window widens noise by 1.5 bins.
    (energy * 8 / (Double(count) * Double(count)) / 1.5).squareRoot() * 1000 / (2 * .pi)
  }

  /// Overall velocity from `low_Hz` to 1000 Hz; nil when the spectrum does not cover that.
  func overall_mm_s(from low_Hz: Double) -> Double? {
    let (first, top) = (
      Int((low_Hz / resolution_Hz).rounded(.up)), Int((1000 / resolution_Hz).rounded(.down))
    )
    guard first >= 4, top <= last, top > first else { return nil }
    return rms_mm_s((first...top).reduce(0) { $0 + energy($1) })
  }
}
