// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// One pass over a waveform: its mean, its spread, its longest runs.
struct Inspection {
  /// Consecutive samples of one value.
  struct Run {
    var value: Float = .nan
    var length = 0
  }

  let count: Int
  let mean: Double
  let rms: Double
  let minimum: Float
  let maximum: Float
  /// Longest run of zeros, and of any other value.
  let zeros: Run
  let constant: Run
  /// How many neighbours are equal.
  let equalNeighbours: Int
  /// Smallest step between unequal neighbours: one count of the converter, or less than that.
  let step: Float

  /// Why samples can not be inspected at all: there are none, or not all are numbers.
  static func obstacle(in samples: [Float]) -> SensorDefect? {
    guard !samples.isEmpty else { return SensorDefect(.noData, "the waveform is empty") }
    let invalid = samples.count { !$0.isFinite }
    guard invalid > 0 else { return nil }
    return SensorDefect(.invalidMark, "\(invalid) of \(samples.count) samples are not finite")
  }

  /// Inspects samples that have no obstacle.
  init(_ samples: Span<Float>) {
    count = samples.count
    var sum = 0.0
    var minimum = samples[0]
    var maximum = samples[0]
    var run = Run(value: samples[0], length: 1)
    var zeros = Run()
    var constant = Run()
    var equal = 0
    var step = Float.infinity
    func close(_ run: Run) {
      if run.value == 0 {
        if run.length > zeros.length { zeros = run }
      } else if run.length > constant.length {
        constant = run
      }
    }
    for i in 0..<samples.count {
      let value = samples[i]
      sum += Double(value)
      minimum = min(minimum, value)
      maximum = max(maximum, value)
      guard i > 0 else { continue }
      if value == run.value {
        run.length += 1
        equal += 1
      } else {
        step = min(step, abs(value - run.value))
        close(run)
        run = Run(value: value, length: 1)
      }
    }
    close(run)
    let mean = sum / Double(count)
    var squares = 0.0
    for i in 0..<samples.count { squares += (Double(samples[i]) - mean) * (Double(samples[i]) - mean) }
    self.mean = mean
    rms = (squares / Double(count)).squareRoot()
    self.minimum = minimum
    self.maximum = maximum
    self.zeros = zeros
    self.constant = constant
    equalNeighbours = equal
    self.step = step
  }

  /// No variation: one value throughout, or, of a machine that runs, less than any sensor's noise.
  func flatline(running: Bool?, rules: ValidityRules) -> SensorDefect? {
    if minimum == maximum {
      return SensorDefect(.flatline, "all \(count) samples are \(brief(Double(minimum))) m/s2")
    }
    guard running == true, rms < rules.runningFloor_m_s2 else { return nil }
    return SensorDefect(
      .flatline,
      "RMS \(brief(rms)) m/s2 while the machine runs; noise alone gives \(brief(rules.runningFloor_m_s2))")
  }

  func dropout(rules: ValidityRules) -> SensorDefect? {
    guard zeros.length >= max(rules.dropoutRun, longestByChance(without: zeros)) else { return nil }
    return SensorDefect(.dropout, "\(zeros.length) of \(count) samples in a row are exactly 0")
  }

  func stuck(rules: ValidityRules) -> SensorDefect? {
    guard constant.length >= max(rules.stuckRun, longestByChance(without: constant)) else { return nil }
    return SensorDefect(
      .stuck, "\(constant.length) of \(count) samples in a row are \(brief(Double(constant.value))) m/s2")
  }

  /// The run of equal samples that chance exceeds once in a million windows, judged by how often neighbours
  /// are equal elsewhere. A machine at rest moves by less than one count of its sensor, so long runs are
  /// natural there and unnatural in a lively signal.
  private func longestByChance(without run: Run) -> Int {
    let pairs = Double(max(1, count - run.length))
    let equal = Double(max(0, equalNeighbours - (run.length - 1)))
    let probability = min((equal + 1) / (pairs + 1), 0.9999)
    return Int((log(1e6 * Double(count)) / -log(probability)).rounded(.up))
  }
}
