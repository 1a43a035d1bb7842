// SPDX-License-Identifier: Apache-2.0

import Machine

/// Words whose sign was misread: the signal wraps around by 65,536 counts where it passes the end of its range.
///
/// A word of offset binary read with a sign leaves the middle of the range empty and jumps from one end to the
/// other; a signed word read without its sign reaches to twice the full scale. Either way both ends are
/// populated, nothing is between them, and one signal of half the span remains when the jumps are taken out.
enum SignWrap {
  static func find(in waveform: Waveform, _ inspection: Inspection, rules: ValidityRules) -> SensorDefect? {
    let (low, high) = (inspection.minimum, inspection.maximum)
    if let fullScale = waveform.fullScale, fullScale > 0, fullScale.isFinite,
      max(high, -low) > 1.5 * fullScale
    {
      return SensorDefect(
        .sign,
        "samples from \(brief(Double(low))) to \(brief(Double(high))) \(inspection.unit) in a range of +-\(brief(Double(fullScale)))"
      )
    }
    let span = high - low
    // Where the full scale is not known, only what uses more than half of 16 bits can have wrapped.
    let isWide = waveform.fullScale.map { $0 > 0 && span >= 1.5 * $0 } ?? (span > 32_768 * inspection.step)
    guard isWide else { return nil }
    let (floor, ceiling) = (low + span / 4, high - span / 4)
    let signal = waveform.samples.span
    var (below, above, jumps) = (0, 0, 0)
    for i in 0..<signal.count {
      let value = signal[i]
      if value >= floor, value <= ceiling { return nil }
      if value < floor { below += 1 } else { above += 1 }
      if i > 0, abs(value - signal[i - 1]) > span / 2 { jumps += 1 }
    }
    let least = max(4, signal.count / 100)
    guard min(below, above) >= least, jumps >= 4 else { return nil }
    return SensorDefect(
      .sign,
      "\(jumps) jumps of nearly the whole range from \(brief(Double(low))) to \(brief(Double(high))) \(inspection.unit), and no sample in the middle half of it: a word's sign was misread"
    )
  }
}
