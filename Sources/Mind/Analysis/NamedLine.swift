// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Features
import Machine

/// The bearing line whose damage is named, and on what ground.
///
/// A record of 100 turns or more is judged by `DefectSurvey`. A capture that is shorter is judged as the daemon judges its
/// windows of 1 to 2 seconds (`LineThresholds`), so that a stored capture is not silent about the alarm it raised.
struct NamedLine {
  var bearing: String
  var line: BearingLine
  /// The numbers that decided, in words.
  var ground: String

  /// Longest window that the limits were calibrated for, with some room.
  static let durationMaximum_s = 4.0

  init?(_ survey: DefectSurvey, _ window: FeatureWindow, duration_s: Double) {
    switch survey.verdict {
    case .named(let bearing, let line):
      let level = digits(survey.families.first?.level_dB ?? 0, 3)
      self.init(
        bearing: bearing, line: line,
        ground: "level \(level) dB over the whole record, \(digits(DefectSurvey.naming_dB, 2)) dB needed")
    case .silent: return nil
    case .notAssessable:
      guard duration_s <= NamedLine.durationMaximum_s, let match = window.namedLine else { return nil }
      self.init(
        bearing: match.bearing, line: match.line,
        ground: "by the limits of a window of 1 to 2 s, \(NamedLine.place(of: match, window))")
    }
  }

  private init(bearing: String, line: BearingLine, ground: String) {
    (self.bearing, self.line, self.ground) = (bearing, line, ground)
  }

  /// How high the line stands, and in which band's envelope.
  private static func place(of match: LineMatch, _ window: FeatureWindow) -> String {
    let height = "\(digits(match.prominence, 3)) times the floor"
    let centre_Hz =
      switch match.band {
      case .fixed: Double?.none
      case .defect: window.values[.defectBandCentre]
      case .impulsive: window.values[.impulsiveBandCentre]
      }
    return centre_Hz.map { "\(height) in the band around \(digits($0, 4)) Hz" } ?? height
  }
}
