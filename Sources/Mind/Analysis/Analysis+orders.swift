// SPDX-License-Identifier: Apache-2.0

import Signal

extension Analysis {
  /// What tells how the shaft turned while the waveform was taken, from the waveform's first sample on.
  public enum SpeedSignal: Sendable {
    /// A tachometer's signal, sampled like this, with so many pulses a turn.
    case pulses([Float], rate_Hz: Double, perTurn: Int)
    /// Speeds in r/min.
    case speeds([Float], rate_Hz: Double)
  }

  /// The spectrum over angle instead of time: what turns with the shaft stays a line while the speed changes.
  public struct OrderTracked: Sendable, Encodable {
    /// Whole turns that were followed.
    public var turns: Int
    public var slowest_rpm, fastest_rpm: Double
    /// Distance of bins, in orders.
    public var resolution: Double
    /// The highest lines, peak amplitude in the origin's unit, the highest first.
    public var lines: [Line]

    public struct Line: Sendable, Encodable {
      public var order: Double
      public var amplitude: Double
      /// Amplitude over the median of one order on each side.
      public var prominence: Double
    }

    /// Lines that are told.
    static let lineLimit = 12
    /// Prominence from which a maximum is one.
    static let least: Float = 4
    /// Fewest turns with a spectrum.
    static let turnsMinimum = 8
  }
}

extension Analysis.SpeedSignal {
  /// The shaft's angle; nil where the signal tells none.
  var angle: ShaftAngle? {
    switch self {
    case .pulses(let samples, let rate_Hz, let perTurn):
      let times = Self.crossings(samples, rate_Hz: rate_Hz)
      var angle = ShaftAngle(capacity: max(2, times.count))
      return perTurn >= 1 && angle.follow(pulses_s: times.span, perTurn: perTurn) ? angle : nil
    case .speeds(let samples, let rate_Hz):
      let speeds = samples.map { Double($0) / 60 }
      let times = samples.indices.map { Double($0) / rate_Hz }
      var angle = ShaftAngle(capacity: max(2, times.count))
      return angle.follow(speeds_Hz: speeds.span, at: times.span) ? angle : nil
    }
  }

  /// Times at which a signal rises through the middle of its range, between samples by a line; a fall to the lower quarter
  /// comes first, so that noise on an edge counts once.
  private static func crossings(_ samples: [Float], rate_Hz: Double) -> [Double] {
    guard let low = samples.min(), let high = samples.max(), high > low else { return [] }
    let (middle, quarter) = (low + (high - low) / 2, low + (high - low) / 4)
    var times: [Double] = []
    var isArmed = samples[0] < quarter
    for i in samples.indices.dropFirst() {
      if samples[i] < quarter { isArmed = true }
      guard isArmed, samples[i] >= middle, samples[i - 1] < middle else { continue }
      isArmed = false
      times.append(
        (Double(i - 1) + Double((middle - samples[i - 1]) / (samples[i] - samples[i - 1]))) / rate_Hz)
    }
    return times
  }
}

extension Analysis.OrderTracked {
  /// Nil where the signal does not turn for `turnsMinimum` turns.
  init?(_ samples: [Float], rate_Hz: Double, by angle: ShaftAngle) {
    guard let times = angle.range_s, let reach = angle.range_turns else { return nil }
    let end = min(times.upperBound, Double(samples.count) / rate_Hz)
    let steps = 256
    let speeds = (0..<steps).map { i -> Double in
      let from = times.lowerBound + (end - times.lowerBound) * Double(i) / Double(steps)
      let to = times.lowerBound + (end - times.lowerBound) * Double(i + 1) / Double(steps)
      return (angle.turns(at: to) - angle.turns(at: from)) / (to - from)
    }
    guard let slowest = speeds.min(), let fastest = speeds.max(), slowest > 0, fastest < rate_Hz / 8 else {
      return nil
    }
    // No turn has more samples than the slowest had.
    var perTurn = 4
    while perTurn < 4096, Double(2 * perTurn) <= rate_Hz / slowest { perTurn *= 2 }
    let room = Int(reach.upperBound - reach.lowerBound) + 1
    guard room >= Self.turnsMinimum, room * perTurn <= 1 << 24 else { return nil }
    let resampler = AngularResampler(samplesPerTurn: perTurn)
    var angular = [Float](repeating: 0, count: room * perTurn)
    var output = angular.mutableSpan
    let turns = resampler.resample(samples.span, sampleRate_Hz: rate_Hz, by: angle, into: &output)
    guard turns >= Self.turnsMinimum else { return nil }
    let plan = resampler.orderPlan(turns: turns)
    var scratch = SignalScratch(count: plan.count)
    var amplitudes = [Float](repeating: 0, count: plan.binCount)
    var spectrum = amplitudes.mutableSpan
    guard
      plan.measure(
        angular.span.extracting(first: plan.count), as: .amplitude, into: &spectrum, scratch: &scratch)
    else { return nil }
    self.init(
      turns: turns, slowest_rpm: 60 * slowest, fastest_rpm: 60 * fastest, resolution: 1 / Double(turns),
      lines: Self.highest(amplitudes, binsPerOrder: turns))
  }

  private static func highest(_ amplitudes: [Float], binsPerOrder: Int) -> [Line] {
    let maxima = (2..<max(2, amplitudes.count - 1)).filter {
      amplitudes[$0] > amplitudes[$0 - 1] && amplitudes[$0] >= amplitudes[$0 + 1]
    }
    var lines: [Line] = []
    for bin in maxima.sorted(by: { amplitudes[$0] > amplitudes[$1] }).prefix(8 * lineLimit) {
      let near = amplitudes[max(1, bin - binsPerOrder)...min(amplitudes.count - 1, bin + binsPerOrder)]
        .sorted()
      let floor = near[near.count / 2]
      guard lines.count < lineLimit, floor > 0, amplitudes[bin] >= least * floor else { continue }
      lines.append(
        Line(
          order: Double(bin) / Double(binsPerOrder), amplitude: Double(amplitudes[bin]),
          prominence: Double(amplitudes[bin] / floor)))
    }
    return lines
  }
}
