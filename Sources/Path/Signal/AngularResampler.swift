// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Takes a signal from constant time to constant angle: order tracking.
///
/// ```swift
/// var angle = ShaftAngle(capacity: 4096)
/// angle.follow(pulses_s: tachometer.span)
/// let turns = resampler.resample(samples.span, sampleRate_Hz: 25_600, by: angle, into: &angular)
/// let orders = resampler.orderPlan(turns: turns)           // its "Hz" are orders: bins 1/turns apart
/// ```
/// Values between samples come from a sinc of 32 zero crossings under a Kaiser window (beta 12), right to 2e-5 of the signal
/// on a run-up of known orders. Where a turn has fewer samples than the signal has in that time, the cutoff comes down with
/// them, so no order
/// above half of `samplesPerTurn` folds back.
public struct AngularResampler: Sendable {
  /// Samples a turn.
  public let samplesPerTurn: Int
  private static let crossings = 16
  private static let finesse = 1024
  private let kernel: [Double]

  /// A resampler to `samplesPerTurn`: over twice the highest order wanted.
  public init(samplesPerTurn: Int) {
    precondition(samplesPerTurn >= 2, "a turn has two samples")
    self.samplesPerTurn = samplesPerTurn
    let length = AngularResampler.crossings * AngularResampler.finesse
    let beta = 12.0
    kernel = (0...(length + 1)).map { i in
      let x = Double(i) / Double(AngularResampler.finesse)
      let share = x / Double(AngularResampler.crossings)
      guard share < 1 else { return 0 }
      let sinc = i == 0 ? 1 : sin(.pi * x) / (.pi * x)
      return sinc * bessel0(beta * (1 - share * share).squareRoot()) / bessel0(beta)
    }
  }

  /// A plan for spectra of `turns` turns: its rate is samples a turn, its frequencies are orders.
  public func orderPlan(turns: Int) -> SpectrumPlan {
    SpectrumPlan(count: turns * samplesPerTurn, sampleRate_Hz: Double(samplesPerTurn))
  }

  /// Writes whole turns of a shaft that turns `ratio` times as often as `angle`, from the first that the signal holds; returns
  /// how many: as many as signal, angle and room allow. The signal begins at time 0.
  public func resample(
    _ signal: Span<Float>, sampleRate_Hz: Double, by angle: ShaftAngle, ratio: Double = 1,
    into output: inout MutableSpan<Float>
  ) -> Int {
    precondition(sampleRate_Hz > 0 && ratio > 0, "rate and ratio are positive")
    guard let known = angle.range_s, signal.count >= 2 else { return 0 }
    let end = min(known.upperBound, Double(signal.count - 1) / sampleRate_Hz)
    let begin = max(known.lowerBound, 0)
    guard begin < end else { return 0 }
    // Turns begin where the angle is whole, up to rounding.
    let first = (angle.turns(at: begin) * ratio - 1e-9).rounded(.up)
    let last = (angle.turns(at: end) * ratio + 1e-9).rounded(.down)
    let turns = min(Int(max(0, last - first)), output.count / samplesPerTurn)
    var segment = 0
    for n in 0..<(turns * samplesPerTurn) {
      let place = (first + Double(n) / Double(samplesPerTurn)) / ratio
      let found = angle.time(of: place, from: &segment)
      let cutoff = min(1, found.speed_Hz * ratio * Double(samplesPerTurn) / sampleRate_Hz)
      output[n] = value(of: signal, at: found.time_s * sampleRate_Hz, cutoff: max(cutoff, 1e-3))
    }
    return turns
  }

  /// The signal between its samples, free of what is above `cutoff` of the Nyquist frequency.
  private func value(of signal: Span<Float>, at place: Double, cutoff: Double) -> Float {
    let reach = Double(AngularResampler.crossings) / cutoff
    let first = max(0, Int((place - reach).rounded(.up)))
    let last = min(signal.count - 1, Int((place + reach).rounded(.down)))
    guard first <= last else { return 0 }
    var (sum, weights) = (0.0, 0.0)
    let scale = cutoff * Double(AngularResampler.finesse)
    let table = kernel.span
    let samples = signal.extracting(first...last)
    let start = (place - Double(first)) * scale
    for i in 0..<samples.count {
      let position = abs(start - Double(i) * scale)
      let index = Int32(position)
      let k = Int(index)
      let weight = table[k] + (position - Double(index)) * (table[k + 1] - table[k])
      sum += weight * Double(samples[i])
      weights += weight
    }
    return Float(sum / weights)
  }
}

/// Modified Bessel function of the first kind and order 0, by its series.
private func bessel0(_ x: Double) -> Double {
  var (sum, term, k) = (1.0, 1.0, 1.0)
  while term > sum * 1e-17 {
    term *= (x / 2 / k) * (x / 2 / k)
    sum += term
    k += 1
  }
  return sum
}
