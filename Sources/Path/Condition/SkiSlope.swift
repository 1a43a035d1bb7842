// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernels
import Machine

/// Velocity that falls from zero hertz: a loose mount, a settling bias or a thermal transient integrates
/// into vibration that no machine makes.
///
/// Flagged when more than half of the velocity energy in 1-1000 Hz lies below min(5 Hz, 0.3 x shaft speed),
/// that part alone exceeds `skiSlopeFloor_mm_s`, and acceleration itself falls from zero hertz: its power
/// there is `skiSlopeRise` times the geometric mean, which lines hardly move, of the rest up to twenty times
/// the limit. Without any speed the limit is 2 Hz, the lowest
/// shaft speed in the scope of ISO 10816-3 (120 r/min). A window with fewer than two bins below the limit
/// is not judged.
struct SkiSlope {
  private var transform: FourierTransform?
  private var centred: [Float] = []
  private var bins: [ComplexFloat] = []

  mutating func find(
    in waveform: Waveform, mean: Double, speed_rpm: Double?, rules: ValidityRules
  ) -> SensorDefect? {
    let limit_Hz = speed_rpm.map { $0 > 0 ? min(5, 0.3 * $0 / 60) : 2 } ?? 2
    let count = FourierTransform.fastCount(upTo: waveform.samples.count)
    let df = waveform.sampleRate_Hz / Double(max(count, 1))
    let first = Int((1 / df).rounded(.up))
    let limit = Int((limit_Hz / df).rounded(.up))  // first bin that is not below
    guard df.isFinite, df > 0, count >= 64, first >= 1, limit - first >= 2 else { return nil }
    load(waveform.samples, count: count, mean: mean)
    let last = min(count / 2 - 1, Int((1000 / df).rounded(.down)))
    let neighbours = limit..<min(20 * limit, last)
    guard !neighbours.isEmpty else { return nil }
    var below = 0.0
    var total = 0.0
    for k in first...last {
      // Velocity is acceleration over 2 pi f.
      let energy = power(k) / (Double(k) * df * Double(k) * df)
      total += energy
      if k < limit { below += energy }
    }
    let level = (first..<limit).reduce(0) { $0 + power($1) } / Double(limit - first)
    let logarithms = neighbours.reduce(0) { $0 + log(max(power($1), .leastNormalMagnitude)) }
    let floor = exp(logarithms / Double(neighbours.count))
    // Peak amplitude 2|Y|/(N/2), half its square is the mean square; the window widens noise by 1.5 bins.
    let meanSquare = below * 8 / (Double(count) * Double(count)) / 1.5
    let rms_mm_s = meanSquare.squareRoot() * 1000 / (2 * .pi)
    guard below > rules.skiSlopeShare * total, rms_mm_s > rules.skiSlopeFloor_mm_s,
      level > rules.skiSlopeRise * floor
    else { return nil }
    return SensorDefect(
      .skiSlope,
      "\(brief(100 * below / total)) % of the velocity energy in 1-1000 Hz, \(brief(rms_mm_s)) mm/s RMS, lies below \(brief(limit_Hz)) Hz"
    )
  }

  /// Squared magnitude of a bin under the Hann window, applied as its three lines.
  private func power(_ k: Int) -> Double {
    let real = 0.5 * bins[k].real - 0.25 * (bins[k - 1].real + bins[k + 1].real)
    let imaginary = 0.5 * bins[k].imaginary - 0.25 * (bins[k - 1].imaginary + bins[k + 1].imaginary)
    return Double(real * real + imaginary * imaginary)
  }

  /// Leaves the rectangular spectrum of the signal in `bins`.
  private mutating func load(_ samples: [Float], count: Int, mean: Double) {
    let plan: FourierTransform
    if let transform, transform.count == count {
      plan = transform
    } else {
      plan = FourierTransform(count: count)
      transform = plan
      centred = Array(repeating: 0, count: count)
      bins = Array(repeating: ComplexFloat(0, 0), count: plan.binCount)
    }
    for i in 0..<count { centred[i] = samples[i] - Float(mean) }
    plan.forward(centred, into: &bins)
  }
}
