// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Features
import Machine

extension Analysis {
  /// One finding in words.
  public struct Statement: Sendable, Encodable {
    public enum Kind: String, Sendable, Encodable {
      /// Damage to a part of the machine.
      case fault
      /// Too much vibration, whatever its cause.
      case severity
      /// The sensor's or the recorder's fault: nothing is said about the machine.
      case sensor
      /// Nothing is named, and why.
      case none
      /// A question that the given data cannot answer, and what is missing.
      case notAssessable = "not-assessable"
    }
    public var kind: Kind
    public var title: String
    /// The numbers behind it.
    public var detail: String
  }
}

extension Analysis.Statement {
  /// What is wrong, most certain first; never empty.
  static func all(
    defect: SensorDefect?, survey: DefectSurvey, named: NamedLine?, lines: [Analysis.Row],
    severity: Analysis.SeverityVerdict,
    machine: Machine
  ) -> [Analysis.Statement] {
    if let defect {
      return [
        .init(
          kind: .sensor, title: "The waveform is not valid: \(defect.kind.rawValue)",
          detail: "\(defect.evidence). No fault of the machine is named from it")
      ]
    }
    var result = [named.map { fault($0, lines, machine) } ?? unnamed(survey, lines)]
    if let zone = severity.zone, zone == .C || zone == .D, let source = severity.source {
      let meaning = zone == .C ? "fit for a limited time" : "harmful"
      result.append(
        .init(kind: .severity, title: "Vibration in zone \(zone.rawValue), \(meaning)", detail: source))
    }
    return result
  }

  private static func unnamed(_ survey: DefectSurvey, _ lines: [Analysis.Row]) -> Self {
    if case .silent(let reason) = survey.verdict {
      let best = survey.families.first.map {
        "; highest is \($0.line.rawValue) of \($0.bearing) at \(digits($0.found_Hz)) Hz, \(digits($0.level_dB, 3)) dB"
      }
      return .init(kind: .none, title: "Nothing is named", detail: reason + (best ?? ""))
    }
    var missing = ["a longer record"]
    if case .notAssessable(let inputs) = survey.verdict { missing = inputs }
    return .init(
      kind: .notAssessable, title: "Bearings are not assessable",
      detail: "missing: \(missing.joined(separator: ", "))")
  }

  private static func fault(_ named: NamedLine, _ lines: [Analysis.Row], _ machine: Machine) -> Self {
    let part = machine.bearings.first { $0.name == named.bearing }
    let name =
      part.map { $0.name == $0.designation ? $0.name : "\($0.name) (\($0.designation))" } ?? named.bearing
    var detail: [String] = []
    if let row = lines.first(where: { $0.verdict == .named }), let found = row.found_Hz,
      let difference = row.difference_percent, let prominence = row.prominence
    {
      detail.append(
        "\(row.name) \(digits(found)) Hz, expected \(digits(row.expected_Hz)) Hz (\(signed(difference)))")
      detail.append("\(row.harmonics_Hz.count) harmonics, \(digits(prominence, 3)) times the floor")
    }
    return .init(
      kind: .fault, title: "\(named.line.damage) of bearing \(name)",
      detail: (detail + [named.ground]).joined(separator: "; "))
  }
}

extension BearingLine {
  /// What damage the line tells.
  var damage: String {
    switch self {
    case .outerRace: "Outer race damage"
    case .innerRace: "Inner race damage"
    case .rollingElement: "Rolling element damage"
    case .cage: "Cage damage"
    }
  }
}
