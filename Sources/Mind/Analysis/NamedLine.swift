// SPDX-License-Identifier: Apache-2.0

import Features
import Machine

/// The bearing line whose damage is named, and on what ground.
///
/// A record of 100 turns or more is judged by `DefectSurvey`. A capture that is shorter is held against the limits of the
/// daemon's windows of 1 to 2 seconds (`LineLimits`), so that a stored capture is not silent about the alarm it raised.
struct NamedLine {
  var bearing: String
  var line: BearingLine
  /// The numbers that decided, in words.
  var ground: String

  /// Longest window that the limits were calibrated for, with some room.
  static let durationMaximum_s = 4.0
  /// How much higher than the other race the named one must stand, as in the daemon's rules.
  private static let margin = 2.0

  init?(_ survey: DefectSurvey, _ table: LineTable, duration_s: Double) {
    switch survey.verdict {
    case .named(let bearing, let line):
      let level = digits(survey.families.first?.level_dB ?? 0, 3)
      self.init(
        bearing: bearing, line: line,
        ground: "level \(level) dB over the whole record, \(digits(DefectSurvey.naming_dB, 2)) dB needed")
    case .silent: return nil
    case .notAssessable: self.init(window: table.rows, duration_s: duration_s)
    }
  }

  private init(bearing: String, line: BearingLine, ground: String) {
    (self.bearing, self.line, self.ground) = (bearing, line, ground)
  }

  /// The most prominent of the bearings' lines, the cage's left aside, if it is prominent enough for its kind.
  private init?(window rows: [LineRow], duration_s: Double) {
    guard duration_s <= NamedLine.durationMaximum_s else { return nil }
    let standing = rows.compactMap { row -> (line: BearingLine, row: LineRow, prominence: Double)? in
      guard row.line.family == .bearing, let line = BearingLine(rawValue: row.line.name), line != .cage,
        let found = row.found
      else { return nil }
      return (line, row, found.prominence)
    }.sorted { $0.prominence > $1.prominence }
    guard let top = standing.first else { return nil }
    let harmonics = top.row.harmonics.count
    let isEnough =
      switch top.line {
      case .rollingElement:
        top.prominence >= LineLimits.elementProminence && harmonics >= LineLimits.namingHarmonics
          && top.row.sidebands.contains { ($0.pairs ?? 0) > 0 }
      default:
        top.prominence >= LineLimits.namingProminence && harmonics >= LineLimits.namingHarmonics
          || top.prominence >= LineLimits.familyProminence && harmonics >= LineLimits.familyHarmonics
      }
    let rival = standing.dropFirst().first { $0.line != top.line }?.prominence ?? 0
    guard isEnough, top.prominence >= NamedLine.margin * rival else { return nil }
    self.init(
      bearing: top.row.line.part, line: top.line, ground: "by the limits of a window of 1 to 2 s")
  }
}
