// SPDX-License-Identifier: Apache-2.0

import Machine

// Bearing damage, read from lines of the envelope spectrum. A wrong race must never be named: where two families
// of lines of one bearing stand up together, one has to be clearly stronger or none is named.

/// Source of the line thresholds.
let cwruCalibration = "calibration on the CWRU bearing records"

extension Rule {
  static let bearings: [Rule] = [
    bearing(.outerRace, .outerRace), bearing(.innerRace, .innerRace),
    bearing(.rollingElement, .rollingElement), bearing(.cage, .cage),
  ]

  private static func bearing(_ fault: Fault, _ line: BearingLine) -> Rule {
    let thresholds = LineThresholds.of(line)
    return Rule(
      fault: fault, basis: .vibration, perBearing: true,
      needs: { scene, place in scene.missingForLines(line, place) },
      symptoms: [
        Symptom(
          input: "bearing geometry, shaft speed and a vibration waveform", weight: 0.5, isNecessary: true
        ) {
          scene, place in
          guard let best = scene.best(line, place) else { return nil }
          let isAccepted = best.window.accepts(best.match)
          if let verdict = best.window.bearingVerdict {
            return Observation(
              isAccepted ? .speaksFor : .speaksAgainst,
              "\(isAccepted ? line.rawValue : "Strongest family") at \(best.window.point.name) over its floor",
              quantity: "family_level", value: verdict.level_dB, "needed", verdict.needed_dB, unit: "dB",
              source: cwruCalibration)
          }
          let ratio = best.match.prominence
          return Observation(
            isAccepted ? .speaksFor : .speaksAgainst,
            "\(line.rawValue) at \(best.window.point.name) over \(best.match.band.floor)",
            quantity: "line_prominence",
            value: ratio, "needed", thresholds.needed(by: best.match), source: cwruCalibration)
        },
        Symptom(input: "lines of the other bearing parts", weight: 0.15, isNecessary: true) {
          scene, place in scene.compareRivals(line, place)
        },
        Symptom(input: "harmonics", weight: 0.15) { scene, place in
          guard let best = scene.best(line, place) else { return nil }
          return Observation(
            best.match.harmonics >= thresholds.harmonics + 1 ? .speaksFor : .silent,
            "Number of \(line.rawValue) lines at \(best.window.point.name)", quantity: "harmonics",
            value: Double(best.match.harmonics), "needed", Double(thresholds.harmonics), source: symptomTable)
        },
        Symptom(input: "sidebands", weight: line == .innerRace ? 0.1 : 0, against: 0.15) { scene, place in
          guard line == .innerRace, let best = scene.best(line, place) else { return nil }
          return Observation(
            best.match.sidebands ? .speaksFor : .speaksAgainst,
            "Number of sideband pairs at shaft speed around \(line.rawValue)", quantity: "sidebands",
            value: best.match.sidebands ? 1 : 0, "expected", 1, source: symptomTable)
        },
        Symptom(input: "baseline of envelope RMS", weight: 0.1, against: 0.15) { scene, place in
          guard let best = scene.best(line, place) else { return nil }
          guard let own = scene.deviation(.envelopeRMS, at: best.window.point) else { return nil }
          return Observation(
            own.sigmas >= Deviation.significance ? .speaksFor : own.isUsual ? .speaksAgainst : .silent,
            "Envelope RMS at \(best.window.point.name)", quantity: Feature.envelopeRMS.rawValue,
            value: own.value,
            "baseline", own.baselineMean, unit: "m/s2", source: ownBaseline)
        },
        Symptom(input: "baseline of bearing temperature", weight: 0.1) { scene, _ in
          guard let warm = scene.judged(.bearingTemperature) else { return nil }
          return Observation(
            warm.deviation.sigmas >= Deviation.significance && warm.deviation.change >= 5
              ? .speaksFor : .silent,
            "Temperature at \(warm.point.name)", quantity: "bearing_temperature", value: warm.deviation.value,
            "baseline", warm.deviation.baselineMean, unit: "degC", source: ownBaseline)
        },
      ],
      severity: { scene, place in scene.bearingSeverity(line, place) },
      bestPoint: { scene, place in scene.best(line, place)?.window.point })
  }
}

extension Scene {
  /// The strongest match of one line family of a bearing, over the points that listen to this bearing; over all
  /// points where none does.
  func best(_ line: BearingLine, _ place: Place) -> (window: FeatureWindow, match: LineMatch)? {
    let near = vibration.filter { isNear($0.point, place) }
    return (near.isEmpty ? vibration : near).flatMap { w in
      w.lines.filter { $0.line == line && $0.bearing == place.bearing }.map { (window: w, match: $0) }
    }.max { a, b in
      let (isA, isB) = (a.window.accepts(a.match), b.window.accepts(b.match))
      return isA == isB ? a.match.strength < b.match.strength : isB
    }
  }

  /// The same where it stands up.
  private func accepted(_ line: BearingLine, _ place: Place) -> LineMatch? {
    best(line, place).flatMap { $0.window.accepts($0.match) ? $0.match : nil }
  }

  /// Whether this family clearly beats the others of its bearing, and the same family of other bearings.
  fileprivate func compareRivals(_ line: BearingLine, _ place: Place) -> Observation? {
    guard let own = best(line, place)?.match else { return nil }
    // Damage to a race or an element also shakes the cage: while its line stands up, even weakly, no cage is
    // accused.
    if line == .cage,
      let cause = BearingLine.allCases.filter({ $0 != .cage }).compactMap({ best($0, place)?.match })
        .first(where: { $0.strength >= LineThresholds.cageSilence })
    {
      return Observation(
        .speaksAgainst, "\(cause.line.rawValue) of \(cause.bearing) over the envelope floor",
        quantity: "line_prominence", value: cause.strength, "a cage alone stays below",
        LineThresholds.cageSilence,
        source: symptomTable)
    }
    var rivals: [(match: LineMatch, margin: Double)] = []
    for other in BearingLine.allCases where other != line {
      guard let match = accepted(other, place) else { continue }
      rivals.append((match, LineThresholds.margin(line, over: other)))
    }
    for other in machine.bearings where other.name != place.bearing {
      let elsewhere = Place(bearing: other.name)
      guard let match = accepted(line, elsewhere), isSameFrequency(match, own) else { continue }
      // The same damage heard through the casing: a bearing that no point listens to must be much louder.
      let isHeard = vibration.contains { isNear($0.point, place) }
      rivals.append((match, isHeard ? 1 : 2))
    }
    guard let rival = rivals.max(by: { $0.match.strength * $0.margin < $1.match.strength * $1.margin }) else {
      return Observation(
        .speaksFor, "Number of other line families that stand up", quantity: "rivals", value: 0, "allowed", 0,
        source: symptomTable)
    }
    let ratio = own.strength / rival.match.strength
    return Observation(
      ratio >= rival.margin ? .speaksFor : .speaksAgainst,
      "\(line.rawValue) over \(rival.match.line.rawValue) of \(rival.match.bearing)",
      quantity: "strength_ratio",
      value: ratio, "needed", rival.margin, source: symptomTable)
  }

  private func isNear(_ point: PointID, _ place: Place) -> Bool {
    guard let bearing = place.bearing else { return false }
    return machine.points.contains { $0.id == point && $0.bearing == bearing }
  }

  private func isSameFrequency(_ a: LineMatch, _ b: LineMatch) -> Bool {
    guard let fa = a.found_Hz, let fb = b.found_Hz else { return false }
    return abs(fa - fb) <= 0.02 * fb
  }

  /// Lines alone: plan the replacement. Heat, or vibration at 4 or 8 times the known good level: act.
  fileprivate func bearingSeverity(_ line: BearingLine, _ place: Place) -> Severity {
    var severity = max(.warning, velocitySeverity ?? .notice)
    if let point = best(line, place)?.window.point {
      let ratios = [Feature.velocityRMS, .accelerationRMS].compactMap { deviation($0, at: point)?.ratio }
      let worst = ratios.max() ?? 0
      if worst >= GeneralLimits.fail_ratio { severity = .danger }
      if worst >= GeneralLimits.maintain_ratio { severity = max(severity, .alarm) }
    }
    if let warm = judged(.bearingTemperature)?.deviation, warm.sigmas >= Deviation.significance,
      warm.change >= 10
    {
      severity = max(severity, .alarm)
    }
    return severity
  }
}

extension EnvelopeChoice {
  /// What a line stands above, in words.
  fileprivate var floor: String {
    switch self {
    case .fixed: "the envelope floor"
    case .defect: "the envelope floor of the band that shows the bearing best"
    case .impulsive: "the envelope floor of the most impulsive band"
    }
  }
}
