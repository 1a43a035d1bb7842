// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Machine

/// A family of lines of one bearing, and how far it stands above the floor.
public struct DefectFamily: Sendable, Codable, Equatable {
  public var bearing: String
  public var line: BearingLine
  public var expected_Hz: Double
  public var found_Hz: Double
  /// Mean over the harmonics of the power above its median floor.
  public var level_dB: Double
}

/// What a long record says about the bearings of one shaft: which part is damaged, from kinematics alone.
///
/// ```swift
/// let survey = DefectSurvey(of: samples.span, sampleRate_Hz: 12_000, shaft_Hz: 29.93, bearings: machine.bearings)
/// if case .named(let bearing, let line) = survey.verdict { print(line, "of", bearing) }
/// ```
/// In the spectrum of `WhitenedEnvelope` each frequency f is worth the mean level of its bins at f, 2f, 3f and 4f
/// over the median of one shaft frequency on each side; bins of the shaft's own orders are left out. A part is
/// named when the best of its frequencies, within slip, reaches `naming_dB`, and when no other frequency between 1.5
/// times the shaft's and two orders above the highest line is worth more, save its half and its double: what
/// explains the spectrum less well than an unknown line does is not named. So lines of a bearing that is not the one
/// listed stay silent, and a sideband is not taken for its carrier.
///
/// `naming_dB` lies between what sound bearings and noise reach and what damage shows. On the 12 kHz drive-end
/// records of the Case Western Reserve University: outer and inner races 11.4 dB at least (the OR014 aside, 2.3 dB),
/// sound bearings 3.9 dB at most, damaged elements 6.9 dB.
public struct DefectSurvey: Sendable, Codable, Equatable {
  /// What can be said.
  public enum Verdict: Sendable, Codable, Equatable {
    case named(bearing: String, line: BearingLine)
    /// No part is named; the reason in words.
    case silent(String)
    case notAssessable(missing: [String])
  }
  public private(set) var verdict: Verdict
  /// Every line that the record can show, the strongest first.
  public private(set) var families: [DefectFamily] = []

  /// Level from which a part is named.
  public static let naming_dB = 9.0
  /// Harmonics whose levels are averaged, the first included.
  public static let harmonics = 4
  /// Half of a Hann line's width: what lies nearer to a multiple of shaft speed may be the shaft's.
  public static let orderReach_bins = 2.0

  /// Listens to a record of 100 turns of the shaft or more. Where bearings share a line, the one listed first is named.
  public init(
    of samples: Span<Float>, sampleRate_Hz: Double, shaft_Hz: Double?, bearings: [Bearing]
  ) {
    var missing: [String] = []
    if bearings.isEmpty { missing.append("bearing geometry") }
    guard let shaft_Hz, shaft_Hz.isFinite, shaft_Hz > 0 else {
      verdict = .notAssessable(missing: missing + ["shaft speed"])
      return
    }
    if !FeatureExtractor.sampleRates_Hz.contains(sampleRate_Hz) { missing.append("sample rate") }
    guard missing.isEmpty else {
      verdict = .notAssessable(missing: missing)
      return
    }
    let part = samples.extracting(first: min(samples.count, FeatureExtractor.sampleMaximum))
    guard
      let window = WhitenedEnvelope.windowCount(
        of: part.count, sampleRate_Hz: sampleRate_Hz, shaft_Hz: shaft_Hz)
    else {
      let turns = Int(WhitenedEnvelope.turnsMinimum)
      verdict = .notAssessable(missing: ["a record of \(turns) turns of the shaft"])
      return
    }
    guard let envelope = WhitenedEnvelope(of: part, window: window, sampleRate_Hz: sampleRate_Hz) else {
      verdict = .notAssessable(missing: ["a record of finite samples that vary"])
      return
    }
    verdict = .silent("")
    let orders = bearings.flatMap { bearing in DefectSurvey.lines.map { bearing.order(of: $0) } }.filter(
      \.isFinite)
    let highest_Hz = ((orders.max() ?? 0) + 2) * shaft_Hz
    weigh(Comb(envelope, shaft_Hz: shaft_Hz, upTo: highest_Hz), bearings, upTo: highest_Hz)
  }

  /// The cage is left out: its lines are weak, and a race's beat among them.
  private static let lines: [BearingLine] = [.outerRace, .innerRace, .rollingElement]

  private mutating func weigh(_ comb: Comb, _ bearings: [Bearing], upTo highest_Hz: Double) {
    for bearing in bearings {
      for line in DefectSurvey.lines {
        let expected = bearing.order(of: line) * comb.shaft_Hz
        guard
          let best = comb.best(from: expected * (1 - LineLimits.slip), to: expected * (1 + LineLimits.slip))
        else { continue }
        families.append(
          DefectFamily(
            bearing: bearing.name, line: line, expected_Hz: expected, found_Hz: best.frequency_Hz,
            level_dB: best.level_dB))
      }
    }
    let ranked = families.enumerated().sorted {
      ($1.element.level_dB, $0.offset) < ($0.element.level_dB, $1.offset)
    }
    families = ranked.map(\.element)
    guard let top = families.first else {
      verdict = .notAssessable(missing: ["a record that can show the bearing's lines"])
      return
    }
    guard top.level_dB >= DefectSurvey.naming_dB else {
      verdict = .silent("no line stands \(DefectSurvey.naming_dB) dB above the floor")
      return
    }
    let other = comb.best(from: 1.5 * comb.shaft_Hz, to: highest_Hz) { frequency_Hz in
      [0.5, 1, 2].allSatisfy { abs(frequency_Hz / ($0 * top.found_Hz) - 1) > LineLimits.slip }
    }
    guard let other, other.level_dB < top.level_dB else {
      verdict = .silent("lines that are none of the bearing's stand higher")
      return
    }
    verdict = .named(bearing: top.bearing, line: top.line)
  }
}

/// Levels of families of equally spaced lines in one averaged spectrum.
struct Comb {
  let shaft_Hz: Double
  private let resolution_Hz: Double
  /// Level of each bin over its floor, as a natural logarithm of power.
  private let levels: [Double]

  /// - Parameter highest_Hz: the highest frequency whose level will be asked for.
  init(_ envelope: WhitenedEnvelope, shaft_Hz: Double, upTo highest_Hz: Double) {
    self.shaft_Hz = shaft_Hz
    resolution_Hz = envelope.resolution_Hz
    let reach = max(2, Int((shaft_Hz / envelope.resolution_Hz).rounded()))
    let last = Double(DefectSurvey.harmonics) * highest_Hz / envelope.resolution_Hz + Double(reach) + 2
    let count = last < Double(envelope.power.count) ? Int(last) : envelope.power.count
    levels = Comb.levels(of: envelope.power.span.extracting(first: count), reach: reach)
  }

  private static func levels(of power: Span<Float>, reach: Int) -> [Double] {
    var levels = [Double](repeating: 0, count: power.count)
    for k in 2..<max(2, power.count - 1) {
      let first = max(2, k - reach)
      let last = min(power.count - 2, k + reach)
      let floor = median(of: power.extracting(first..<(last + 1)))
      if floor > 0, power[k] > 0 { levels[k] = Double(log(power[k] / floor)) }
    }
    return levels
  }

  /// The frequency of the highest mean level, searched in quarters of a bin; nil when no frequency can be judged.
  func best(
    from low_Hz: Double, to high_Hz: Double, where fits: (Double) -> Bool = { _ in true }
  ) -> (frequency_Hz: Double, level_dB: Double)? {
    var best: (frequency_Hz: Double, level_dB: Double)?
    let step = resolution_Hz / 4
    guard low_Hz > 0, high_Hz >= low_Hz, high_Hz / step < 1e6 else { return nil }
    let first = Int((low_Hz / step).rounded(.up))
    for i in first..<max(first, Int(high_Hz / step) + 1) {
      let frequency_Hz = Double(i) * step
      guard !isOrder(frequency_Hz), fits(frequency_Hz), let level = level(at: frequency_Hz),
        level > best?.level_dB ?? -.infinity
      else { continue }
      best = (frequency_Hz, level)
    }
    return best
  }

  private func isOrder(_ frequency_Hz: Double) -> Bool {
    let nearest = (frequency_Hz / shaft_Hz).rounded() * shaft_Hz
    return abs(frequency_Hz - nearest) <= DefectSurvey.orderReach_bins * resolution_Hz
  }

  /// Mean over the harmonics that are in the spectrum and not the shaft's; nil when there are fewer than two.
  private func level(at frequency_Hz: Double) -> Double? {
    var sum = 0.0
    var count = 0
    for k in 1...DefectSurvey.harmonics {
      let harmonic = Double(k) * frequency_Hz
      let bin = Int((harmonic / resolution_Hz).rounded())
      guard bin < levels.count - 1, !isOrder(harmonic) else { continue }
      sum += levels[bin]
      count += 1
    }
    return count < 2 ? nil : 10 * log10(M_E) * sum / Double(count)
  }
}
