// SPDX-License-Identifier: Apache-2.0

import Machine

/// One waveform as the checks see it: its mean, its spread, its smallest step.
struct Inspection {
  let quantity: Quantity
  let count: Int
  let mean: Double
  /// Standard error of the mean, from the means of sixteen blocks: a strong vibration hides where zero is.
  let meanError: Double
  let rms: Double
  let minimum: Float
  let maximum: Float
  /// Smallest step between unequal neighbours: one count of the converter, or less than that. Infinite when
  /// nothing changes.
  let step: Float
  /// Mean step between unequal neighbours.
  let meanStep: Float

  /// Why samples can not be inspected at all: there are too few, or not all are numbers.
  static func obstacle(in samples: Span<Float>, rules: ValidityRules) -> SensorDefect? {
    guard !samples.isEmpty else { return SensorDefect(.noData, "the waveform is empty") }
    var invalid = 0
    var run = 0
    var longest = 0
    for i in 0..<samples.count {
      run = samples[i].isFinite ? 0 : run + 1
      invalid += run > 0 ? 1 : 0
      longest = max(longest, run)
    }
    guard invalid == 0 else {
      let kind: SensorDefect.Kind = longest >= rules.dropoutRun ? .dropout : .invalidMark
      return SensorDefect(
        kind, "\(invalid) of \(samples.count) samples are not finite, at most \(longest) in a row")
    }
    guard samples.count < rules.shortest else { return nil }
    return SensorDefect(.incomplete, "\(samples.count) samples; a spectrum needs \(rules.shortest)")
  }

  /// Inspects samples that have no obstacle.
  init(_ samples: Span<Float>, of quantity: Quantity) {
    self.quantity = quantity
    count = samples.count
    var sum = 0.0
    var minimum = samples[0]
    var maximum = samples[0]
    for i in 0..<samples.count {
      sum += Double(samples[i])
      minimum = min(minimum, samples[i])
      maximum = max(maximum, samples[i])
    }
    mean = sum / Double(count)
    self.minimum = minimum
    self.maximum = maximum
    (rms, meanError) = Inspection.spread(samples, about: mean)
    (step, meanStep) = Inspection.steps(samples, minimum, maximum)
  }

  /// The smallest and the mean step between unequal neighbours. A rail need not stand on a count of the
  /// converter, so the extremes do not tell the smallest.
  private static func steps(_ samples: Span<Float>, _ minimum: Float, _ maximum: Float) -> (Float, Float) {
    guard minimum < maximum else { return (.infinity, 0) }
    var step = maximum - minimum
    var sum = 0.0
    var changes = 0
    for i in 1..<samples.count {
      let (value, before) = (samples[i], samples[i - 1])
      let change = abs(value - before)
      guard change > 0 else { continue }
      sum += Double(change)
      changes += 1
      guard change < step, min(value, before) > minimum, max(value, before) < maximum else { continue }
      step = change
    }
    return (step, changes > 0 ? Float(sum / Double(changes)) : 0)
  }

  /// RMS about the mean, and the mean's standard error by the method of batch means.
  private static func spread(_ samples: Span<Float>, about mean: Double) -> (rms: Double, error: Double) {
    let blocks = 16
    let length = samples.count / blocks
    var squares = 0.0
    for i in 0..<samples.count { squares += (Double(samples[i]) - mean) * (Double(samples[i]) - mean) }
    let rms = (squares / Double(samples.count)).squareRoot()
    guard length > 0 else { return (rms, rms) }
    var blockSquares = 0.0
    for block in 0..<blocks {
      var sum = 0.0
      for i in block * length..<(block + 1) * length { sum += Double(samples[i]) - mean }
      blockSquares += sum * sum
    }
    let variance = blockSquares / Double(length * length) / Double(blocks - 1)
    return (rms, (variance / Double(blocks)).squareRoot())
  }

  /// The unit of everything that is not counted.
  var unit: String { quantity.canonicalUnit.symbol }

  /// Samples that no sensor of this quantity gives, in either direction.
  func outOfRange(rules: ValidityRules) -> SensorDefect? {
    guard let range = rules.plausible[quantity] else { return nil }
    let limit = max(abs(range.lowerBound), abs(range.upperBound))
    let peak = Double(max(abs(minimum), abs(maximum)))
    guard peak > limit else { return nil }
    return SensorDefect(
      .outOfRange, "a sample of \(brief(peak)) \(unit), sensors end at \(brief(limit)) \(unit)")
  }

  /// No variation: one value throughout, less than any converter resolves, or, of a machine that runs, less
  /// than any sensor's noise.
  func flatline(running: Bool?, rules: ValidityRules) -> SensorDefect? {
    if minimum == maximum {
      return SensorDefect(.flatline, "all \(count) samples are \(brief(Double(minimum))) \(unit)")
    }
    guard quantity == .acceleration else { return nil }
    if rms < rules.resolutionFloor_m_s2 {
      return SensorDefect(.flatline, "RMS \(rms) m/s2, which no sensor resolves")
    }
    guard running == true, rms < rules.runningFloor_m_s2 else { return nil }
    return SensorDefect(
      .flatline,
      "RMS \(brief(rms)) m/s2 while the machine runs; noise alone gives \(brief(rules.runningFloor_m_s2))")
  }
}
