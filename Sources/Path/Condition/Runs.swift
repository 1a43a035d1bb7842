// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// Samples that repeat: what a bus, a buffer or a converter leaves behind when it does not deliver.
///
/// Chance repeats values too, above all at rest, where vibration is smaller than one count. So a run counts only
/// when it is longer than the signal's own habit explains, and a short one only when the signal jumps out of it:
/// a crest that dwells is left count by count, a value that was held is left at once.
struct Runs {
  /// Consecutive samples of one value.
  struct Run {
    var value: Float = .nan
    var start = 0
    var length = 0
  }

  private let count: Int
  /// Longest run of zeros, and of any other value.
  private var zeros = Run()
  private var constant = Run()
  /// The same of runs that the signal enters and leaves with a jump.
  private var jumpedZeros = Run()
  private var jumpedConstant = Run()
  /// How many neighbours are equal.
  private var equalNeighbours = 0
  /// Runs, and the greatest common divisor of their lengths.
  private var runs = 0
  private var divisor = 0
  /// Short runs of zero that the signal enters and leaves with a jump, and those of the eight values beside zero.
  private var notches = 0
  private var nearNotches = 0
  /// What is beside zero.
  private let near: Float
  /// Least step that is a jump.
  private let jump: Float
  private let step: Float
  private let meanStep: Float

  /// - Parameters:
  ///   - step: smallest step between unequal neighbours, one count of the converter or less.
  ///   - meanStep: mean step between unequal neighbours.
  init(in signal: Span<Float>, step: Float, meanStep: Float, minimum: Float, maximum: Float) {
    count = signal.count
    self.step = step
    self.meanStep = meanStep
    jump = 4 * step
    near = 4.5 * step
    var start = 0
    var value = signal[0]
    for i in 1..<signal.count {
      let next = signal[i]
      if next == value { continue }
      // Nearly every run of a living signal is one sample far from zero: it only counts.
      if i - start > 1 || abs(value) <= near || divisor != 1 {
        let before = start > 0 ? signal[start - 1] : nil
        let isRail = value == minimum || value == maximum
        close(Run(value: value, start: start, length: i - start), before, next, isRail: isRail)
      }
      if start > 0 { runs += 1 }
      start = i
      value = next
    }
    // A run that meets the end of the capture has no way out; the way in must do.
    let before = start > 0 ? signal[start - 1] : nil
    let isRail = value == minimum || value == maximum
    close(Run(value: value, start: start, length: count - start), before, before, isRail: isRail)
  }

  private mutating func close(_ run: Run, _ before: Float?, _ after: Float?, isRail: Bool) {
    equalNeighbours += run.length - 1
    if run.start > 0, run.start + run.length < count, divisor != 1 { divisor = gcd(divisor, run.length) }
    let isZero = run.value == 0
    if isZero, run.length > zeros.length { zeros = run }
    if !isZero, run.length > constant.length { constant = run }
    let (entry, exit) = (before.map { $0 - run.value } ?? 0, after.map { $0 - run.value } ?? 0)
    if max(abs(entry), abs(exit)) >= jump, !isRail {
      if isZero, run.length > jumpedZeros.length { jumpedZeros = run }
      if !isZero, run.length > jumpedConstant.length { jumpedConstant = run }
    }
    guard run.length < 16, min(abs(entry), abs(exit)) >= jump else { return }
    if isZero { notches += 1 } else if abs(run.value) <= near { nearNotches += 1 }
  }

  /// Zeros in the place of samples.
  func dropout(rules: ValidityRules) -> SensorDefect? {
    guard let found = longer(zeros, rules.dropoutRun, jumpedZeros, rules.heldRun) else { return nil }
    return SensorDefect(
      .dropout, "\(found.length) of \(count) samples in a row are exactly 0, from sample \(found.start)")
  }

  /// Short falls to exactly zero, more than the values beside zero let expect.
  func notched(rules: ValidityRules) -> SensorDefect? {
    let expected = Double(nearNotches) / 8
    let limit = 1.25 * expected + rules.notchSigmas * (expected + 1).squareRoot()
    guard Double(notches) > limit else { return nil }
    return SensorDefect(
      .dropout,
      "the signal jumps to exactly 0 and off it \(notches) times in \(count) samples, and to a value beside 0 \(brief(expected)) times"
    )
  }

  /// One value in the place of samples.
  func stuck(rules: ValidityRules, unit: String) -> SensorDefect? {
    if let found = longer(constant, rules.stuckRun, jumpedConstant, rules.heldRun) {
      return SensorDefect(
        .stuck,
        "\(found.length) of \(count) samples in a row are \(brief(Double(found.value))) \(unit), from sample \(found.start)"
      )
    }
    // What is read faster than it is renewed comes in groups of one size; one count of change proves nothing.
    guard divisor >= 2, runs >= 32, meanStep >= 8 * step else { return nil }
    return SensorDefect(
      .stuck,
      "all \(runs) values come \(divisor) times or a multiple of that: they are read faster than the source renews them"
    )
  }

  private func longer(_ any: Run, _ least: Int, _ jumped: Run, _ leastJumped: Int) -> Run? {
    if any.length >= max(least, longestByChance(without: any)) { return any }
    return jumped.length >= max(leastJumped, longestByChance(without: jumped)) ? jumped : nil
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

private func gcd(_ a: Int, _ b: Int) -> Int {
  var (a, b) = (a, b)
  while b != 0 { (a, b) = (b, a % b) }
  return a
}
