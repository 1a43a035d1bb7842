// SPDX-License-Identifier: Apache-2.0

import Machine

/// What the gate remembers of one point's waveforms.
struct WaveformHistory {
  private var fingerprint: UInt64?
  private var meanSum = 0.0
  private var meanCount = 0
  private var slip: (unit: UnitSlip, isLarger: Bool, captures: Int)?

  /// Whether these are the very samples of the capture before: a living sensor never repeats itself.
  mutating func repeats(_ samples: [Float]) -> Bool {
    // FNV-1a over the words.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for sample in samples { hash = (hash ^ UInt64(sample.bitPattern)) &* 0x100_0000_01b3 }
    defer { fingerprint = hash }
    return fingerprint == hash
  }

  /// Makes the next captures the reference of the mean.
  mutating func forgetMean() { (meanSum, meanCount) = (0, 0) }

  static func repetition(_ count: Int) -> SensorDefect {
    SensorDefect(.stuck, "all \(count) samples are those of the capture before")
  }

  /// Holds the mean against gravity, and against the mean of the point's first good waveforms.
  /// - Parameter error: standard error of the mean; what lies within three of it has not moved.
  mutating func bias(mean: Double, error: Double, rules: ValidityRules) -> SensorDefect? {
    guard abs(mean) <= rules.meanLimit_m_s2 + 3 * error else {
      return SensorDefect(
        .bias, "mean \(brief(mean)) m/s2, gravity explains at most \(brief(rules.meanLimit_m_s2))")
    }
    guard meanCount >= rules.meanReferenceCount else {
      meanSum += mean
      meanCount += 1
      return nil
    }
    let usual = meanSum / Double(meanCount)
    let tolerance = rules.meanShift_m_s2 + 3 * error
    guard abs(mean - usual) > tolerance else { return nil }
    return SensorDefect(
      .bias,
      "mean \(brief(mean)) m/s2, at first \(brief(usual)); a change above \(brief(tolerance)) is a moved mount or a drifting bias"
    )
  }

  /// Holds the velocity that the samples give against the one that the sensor computed itself. The two are not
  /// of one moment and seldom of one band, so only a factor between units that stays is a verdict.
  mutating func unitSlip(computed_mm_s: Double, own_mm_s: Double, rules: ValidityRules) -> SensorDefect? {
    guard max(computed_mm_s, own_mm_s) > rules.comparableFloor_mm_s,
      let found = UnitSlip.between(computed_mm_s, own_mm_s, of: .velocity)
    else {
      slip = nil
      return nil
    }
    let isLarger = computed_mm_s > own_mm_s
    let before = slip.flatMap { $0.unit == found && $0.isLarger == isLarger ? $0.captures : nil } ?? 0
    slip = (found, isLarger, before + 1)
    guard before + 1 >= (found == .rootTwo ? rules.rootTwoCaptures : rules.slipCaptures) else { return nil }
    let (large, small) = (max(computed_mm_s, own_mm_s), min(computed_mm_s, own_mm_s))
    return SensorDefect(
      .unit,
      "velocity is \(brief(computed_mm_s)) mm/s by the samples and \(brief(own_mm_s)) mm/s by the sensor itself for \(before + 1) captures; the ratio \(brief(large / small)) is near \(found.explanation)"
    )
  }
}

/// Three significant digits, for people.
func brief(_ value: Double) -> String {
  guard value.isFinite, value != 0, (1e-9...1e12).contains(abs(value)) else { return "\(value)" }
  var unit = 1.0
  while abs(value) / unit >= 1000 { unit *= 10 }
  while abs(value) / unit < 100 { unit /= 10 }
  let digits = (value / unit).rounded()
  let rounded = unit >= 1 ? digits * unit : digits / (1 / unit).rounded()
  return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
}
