// SPDX-License-Identifier: Apache-2.0

import Machine

/// Samples at the rail: at the full scale where that is known; and an amplifier that is cut off before it shows
/// itself by flat tops at the very extreme, entered with a jump.
enum Clipping {
  static func find(in waveform: Waveform, _ inspection: Inspection, rules: ValidityRules) -> SensorDefect? {
    let count = waveform.samples.count
    if let fullScale = waveform.fullScale, fullScale > 0 {
      // The highest code may stand one count below the nominal full scale.
      let rail = fullScale * 0.9995
      let tops = Tops(of: waveform.samples.span, upper: rail, lower: -rail, shortest: rules.clippedRun)
      if tops.runs > 0 || Double(tops.atRail) > rules.clippedShare * Double(count) {
        return SensorDefect(
          .clipped,
          "\(tops.atRail) of \(count) samples at the full scale of \(brief(Double(fullScale))) m/s2, \(tops.runs) times for \(rules.clippedRun) samples or more"
        )
      }
    }
    let tops = Tops(
      of: waveform.samples.span, upper: inspection.maximum, lower: inspection.minimum,
      shortest: rules.clippedRun)
    // A quantised sine dwells on its crest as well, but climbs there count by count.
    guard tops.runs >= 3, tops.meanEntry > 4 * inspection.step else { return nil }
    return SensorDefect(
      .clipped,
      "\(tops.samples) of \(count) samples in \(tops.runs) flat tops at \(brief(Double(inspection.minimum))) or \(brief(Double(inspection.maximum))) m/s2"
    )
  }

  /// Runs of samples at or beyond a rail.
  private struct Tops {
    var runs = 0
    /// Samples in runs, and all samples at or beyond a rail.
    var samples = 0
    var atRail = 0
    private var entries = 0.0
    /// Mean jump into a run.
    var meanEntry: Float { runs > 0 ? Float(entries / Double(runs)) : 0 }

    init(of signal: Span<Float>, upper: Float, lower: Float, shortest: Int) {
      var length = 0
      var entry = 0.0
      for i in 0..<signal.count {
        let value = signal[i]
        let side = value >= upper ? 1 : value <= lower ? -1 : 0
        let before = i == 0 ? 0 : signal[i - 1] >= upper ? 1 : signal[i - 1] <= lower ? -1 : 0
        if side != before || i == 0 {
          close(length, entry, shortest)
          length = 0
          entry = i > 0 ? Double(abs(value - signal[i - 1])) : 0
        }
        if side != 0 {
          length += 1
          atRail += 1
        }
      }
      close(length, entry, shortest)
    }

    private mutating func close(_ length: Int, _ entry: Double, _ shortest: Int) {
      guard length >= shortest else { return }
      runs += 1
      samples += length
      entries += entry
    }
  }
}
