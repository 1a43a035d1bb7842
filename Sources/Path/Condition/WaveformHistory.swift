// SPDX-License-Identifier: Apache-2.0

import Machine

/// What the gate remembers of one point's waveforms.
struct WaveformHistory {
  private var fingerprint: UInt64?
  private var meanSum = 0.0
  private var meanCount = 0

  /// Whether these are the very samples of the capture before: a living sensor never repeats itself.
  mutating func repeats(_ samples: [Float]) -> Bool {
    // FNV-1a over the words.
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for sample in samples { hash = (hash ^ UInt64(sample.bitPattern)) &* 0x100_0000_01b3 }
    defer { fingerprint = hash }
    return fingerprint == hash
  }

  static func repetition(_ count: Int) -> SensorDefect {
    SensorDefect(.stuck, "all \(count) samples are those of the capture before")
  }

  /// Holds the mean against gravity, and against the mean of the point's first good waveforms.
  mutating func bias(mean: Double, rules: ValidityRules) -> SensorDefect? {
    guard abs(mean) <= rules.meanLimit_m_s2 else {
      return SensorDefect(
        .bias, "mean \(brief(mean)) m/s2, gravity explains at most \(brief(rules.meanLimit_m_s2))")
    }
    guard meanCount >= rules.meanReferenceCount else {
      meanSum += mean
      meanCount += 1
      return nil
    }
    let usual = meanSum / Double(meanCount)
    guard abs(mean - usual) > rules.meanShift_m_s2 else { return nil }
    return SensorDefect(
      .bias,
      "mean \(brief(mean)) m/s2, at first \(brief(usual)); a change above \(brief(rules.meanShift_m_s2)) is a moved mount or a drifting bias"
    )
  }
}

/// Three significant digits, for people.
func brief(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return "\(value)" }
  var unit = 1.0
  while abs(value) / unit >= 1000 { unit *= 10 }
  while abs(value) / unit < 100 { unit /= 10 }
  let digits = (value / unit).rounded()
  let rounded = unit >= 1 ? digits * unit : digits / (1 / unit).rounded()
  return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
}
