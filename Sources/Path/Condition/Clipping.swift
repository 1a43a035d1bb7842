// SPDX-License-Identifier: Apache-2.0

import Machine

/// Samples at the rail: at the full scale where that is known; and an amplifier or a converter that is cut off
/// below it shows itself by flat tops that are entered with a jump, or by samples that pile up at the extreme.
enum Clipping {
  static func find(in waveform: Waveform, _ inspection: Inspection, rules: ValidityRules) -> SensorDefect? {
    let count = waveform.samples.count
    let (low, high) = (inspection.minimum, inspection.maximum)
    // The highest code may stand one count below the nominal full scale.
    if let fullScale = waveform.fullScale, fullScale > 0, max(high, -low) >= fullScale * 0.9995 {
      let rail = fullScale * 0.9995
      let tops = Tops(of: waveform.samples.span, upper: rail, lower: -rail, shortest: rules.clippedRun)
      if tops.runs > 0 || Double(tops.atRail) > rules.clippedShare * Double(count) {
        return SensorDefect(
          .clipped,
          "\(tops.atRail) of \(count) samples at the full scale of \(brief(Double(fullScale))) \(inspection.unit), \(tops.runs) times for \(rules.clippedRun) samples or more"
        )
      }
    }
    let tops = Tops(of: waveform.samples.span, upper: high, lower: low, shortest: rules.clippedRun)
    // A quantised sine dwells on its crest as well, but climbs there count by count.
    if tops.runs >= 3, tops.meanEntry > 4 * inspection.step {
      return SensorDefect(
        .clipped,
        "\(tops.samples) of \(count) samples in \(tops.runs) flat tops at \(brief(Double(low))) or \(brief(Double(high))) \(inspection.unit)"
      )
    }
    guard tops.atRail >= rules.piledSamples else { return nil }
    return pile(in: waveform.samples.span, inspection, rules)
  }

  /// Whether more samples stand on one extreme value than a free signal leaves there. The tail of noise thins
  /// out towards its end, and of a sine's crest, where samples are densest, the sixteen counts below the highest
  /// one hold three times as many as that one.
  private static func pile(in signal: Span<Float>, _ inspection: Inspection, _ rules: ValidityRules)
    -> SensorDefect?
  {
    let (low, high) = (inspection.minimum, inspection.maximum)
    let reach = 16.5 * inspection.step
    guard high - low >= 8 * reach else { return nil }
    var (top, belowTop, bottom, aboveBottom) = (0, 0, 0, 0)
    for i in 0..<signal.count {
      let value = signal[i]
      if value == high { top += 1 } else if value >= high - reach { belowTop += 1 }
      if value == low { bottom += 1 } else if value <= low + reach { aboveBottom += 1 }
    }
    func isPiled(_ extreme: Int, _ near: Int) -> Bool {
      extreme >= rules.piledSamples && extreme > 2 * near
    }
    let (isTop, isBottom) = (isPiled(top, belowTop), isPiled(bottom, aboveBottom))
    guard isTop || isBottom else { return nil }
    let (extreme, value, near) = isTop ? (top, high, belowTop) : (bottom, low, aboveBottom)
    return SensorDefect(
      .clipped,
      "\(extreme) of \(signal.count) samples are exactly the extreme of \(brief(Double(value))) \(inspection.unit), and \(near) stand within 16 counts of it"
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
      var i = 0
      while i < signal.count {
        let value = signal[i]
        guard value >= upper || value <= lower else {
          i += 1
          continue
        }
        let start = i
        while i < signal.count, value >= upper ? signal[i] >= upper : signal[i] <= lower { i += 1 }
        atRail += i - start
        close(i - start, start > 0 ? Double(abs(value - signal[start - 1])) : 0, shortest)
      }
    }

    private mutating func close(_ length: Int, _ entry: Double, _ shortest: Int) {
      guard length >= shortest else { return }
      runs += 1
      samples += length
      entries += entry
    }
  }
}
