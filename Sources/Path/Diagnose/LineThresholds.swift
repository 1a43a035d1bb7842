// SPDX-License-Identifier: Apache-2.0

public import Machine

/// What a family of bearing lines must show to count: the one place of these limits, for the rules of the daemon and for the
/// analyst's page.
///
/// Prominence is measured in windows of 1 to 2 s and grows with the square root of their length. Calibrated on the CWRU records,
/// 12 kHz, windows of 1.37 s, the best of three envelope bands (`LineMatch.band`): by the drive-end sensor 252 of 252 windows
/// of outer- and inner-race damage other than OR014 are right, by the fan-end sensor, on which nothing was set, 196 of 252;
/// OR014, balls and sound bearings are silent in every window, and none is wrong. Without the alternative of a long family
/// it is 169, in the fixed band alone 130, without either 104.
public struct LineThresholds: Sendable {
  /// Amplitude of the first line over the median floor.
  public var prominence: Double
  /// Lines above the floor, the first included.
  public var harmonics: Int
  /// A lower prominence that suffices with more harmonics: both make up for each other. Nil where they do not.
  public var family: (prominence: Double, harmonics: Int)?
  /// Sidebands (shaft speed on BPFI, cage on 2xBSF) are part of the signature.
  public var needsSidebands: Bool

  /// The limits of one kind of line.
  ///
  /// An element's line is weaker than a race's: other damage gives it up to 7, and its sidebands at cage distance must be
  /// there. A cage rings along with a race in the load zone, so it must show more.
  public static func of(_ line: BearingLine) -> LineThresholds {
    switch line {
    case .outerRace, .innerRace:
      LineThresholds(
        prominence: 15, harmonics: 2, family: (prominence: 8, harmonics: 4), needsSidebands: false)
    case .rollingElement: LineThresholds(prominence: 8, harmonics: 2, needsSidebands: true)
    case .cage: LineThresholds(prominence: 20, harmonics: 3, needsSidebands: false)
    }
  }

  /// Whether what was found stands up as its kind of damage would make it.
  public func accept(_ match: LineMatch) -> Bool {
    guard match.found_Hz != nil, match.sidebands || !needsSidebands else { return false }
    if match.prominence >= prominence, match.harmonics >= harmonics { return true }
    return family.map { match.prominence >= $0.prominence && match.harmonics >= $0.harmonics } ?? false
  }

  /// The limit that `match` is held against: the lower one where its harmonics allow that.
  public func needed(by match: LineMatch) -> Double {
    family.flatMap { match.harmonics >= $0.harmonics ? $0.prominence : nil } ?? prominence
  }

  /// How much higher than an accepted line of another part of the bearing one must stand to be named: two races need a clear
  /// distance between them; a race also shakes the cage and the elements, which then ring less than it does.
  public static func margin(_ line: BearingLine, over other: BearingLine) -> Double {
    let races: [BearingLine] = [.outerRace, .innerRace]
    return races.contains(line) && races.contains(other) ? 2 : 1
  }

  /// While another line of the bearing stands so high, even if that alone names nothing, no cage is accused.
  public static let cageSilence = 5.0
}

extension LineMatch {
  /// Whether the family of lines stands up as its kind of damage would make it.
  public var isAccepted: Bool { LineThresholds.of(line).accept(self) }
  /// Height of the line over the floor; zero where none was found.
  public var strength: Double { found_Hz == nil ? 0 : prominence }
}

extension FeatureWindow {
  /// Whether a line of a bearing stands up: by the verdict on the whole window where it is long enough for one.
  public func accepts(_ match: LineMatch) -> Bool {
    guard let verdict = bearingVerdict else { return match.isAccepted }
    return verdict.bearing == match.bearing && verdict.line == match.line
  }

  /// The line whose damage this window names; nil where none stands up, or one that does not stand clear of the others of its
  /// bearing. Where bearings share a line, the one listed first is named.
  public var namedLine: LineMatch? {
    var best: LineMatch?
    for match in lines where accepts(match) {
      if best.map({ match.strength > $0.strength }) ?? true { best = match }
    }
    guard bearingVerdict == nil, let best else { return best }
    for rival in lines where rival.bearing == best.bearing && rival.line != best.line {
      if best.line == .cage, rival.strength >= LineThresholds.cageSilence { return nil }
      let margin = LineThresholds.margin(best.line, over: rival.line)
      if rival.isAccepted, best.strength < margin * rival.strength { return nil }
    }
    return best
  }
}
