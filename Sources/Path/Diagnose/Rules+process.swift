// SPDX-License-Identifier: Apache-2.0

import Machine

// Faults of the process around the machine: cavitation, blocked strainer, loss of cooling. Pressures and
// temperatures mean something only beside what this machine shows when healthy, so these rules need baselines.

extension Rule {
  static let cavitation = Rule(
    fault: .cavitation, basis: .vibration, isPossible: { $0.kind == .pump },
    symptoms: [
      Symptom(input: "broadband vibration with its baseline", weight: 0.4, isNecessary: true) { scene, _ in
        scene.broadband
      },
      fallen("Suction pressure", .suctionPressure, weight: 0.3, againstWhenUsual: 0.3),
      Symptom(input: "baseline of flow or discharge pressure", weight: 0.15) { scene, _ in
        guard let head = scene.judged(.flow, .dischargePressure) else { return nil }
        return head.observation(
          head.role == .flow ? "Flow" : "Discharge pressure", head.deviation.isFallen ? .speaksFor : .silent)
      },
      Symptom(input: "kurtosis", weight: 0.15, against: 0.3) { scene, _ in
        guard let w = scene.loudest, let kurtosis = w.values[.kurtosis] else { return nil }
        return Observation(
          kurtosis < 4 ? .speaksFor : kurtosis > 6 ? .speaksAgainst : .silent, "Kurtosis at \(w.point.name)",
          quantity: "kurtosis", value: kurtosis, "noise without impacts stays near", 3, source: symptomTable)
      },
      Symptom(input: "bearing lines", weight: 0, against: 0.5) { scene, _ in
        let lines = scene.vibration.flatMap { w in w.lines.filter(w.accepts) }
        guard let line = lines.max(by: { $0.strength < $1.strength }) else { return nil }
        return Observation(
          .speaksAgainst, "\(line.line.rawValue) of bearing \(line.bearing) over the envelope floor",
          quantity: "line_prominence", value: line.prominence, "noise stays below",
          LineThresholds.of(line.line).prominence, source: cwruCalibration)
      },
    ], severity: { scene, _ in max(.warning, scene.velocitySeverity ?? .notice) })

  static let blockedStrainer = Rule(
    fault: .blockedStrainer, basis: .readings, isPossible: { $0.kind == .pump }, quota: .slow,
    symptoms: [
      fallen("Suction pressure", .suctionPressure, weight: 0.55, isNecessary: true),
      // A suction that starves from elsewhere lowers pressure and flow alike. So while a pump cavitates no
      // strainer is accused, unless it was named before: then it is the cause.
      Symptom(input: "broadband vibration with its baseline", weight: 0, against: 0.6) { scene, _ in
        guard var loud = scene.broadband else { return nil }
        let isRaised = loud.verdict == .speaksFor && !scene.alreadyNamed.contains(.blockedStrainer)
        loud.verdict = isRaised ? .speaksAgainst : .silent
        return loud
      },
      Symptom(input: "baseline of flow", weight: 0.2, against: 0.4) { scene, _ in
        guard let flow = scene.judged(.flow) else { return nil }
        return flow.observation(
          "Flow", flow.deviation.isFallen ? .speaksFor : flow.deviation.isRisen ? .speaksAgainst : .silent)
      },
      Symptom(input: "baseline of discharge pressure", weight: 0.15, against: 0.3) { scene, _ in
        guard let head = scene.judged(.dischargePressure) else { return nil }
        return head.observation(
          "Discharge pressure",
          head.deviation.sigmas < 2 ? .speaksFor : head.deviation.isRisen ? .speaksAgainst : .silent)
      },
      Symptom(input: "baseline of shaft speed", weight: 0.1, against: 0.3) { scene, _ in
        guard let speed = scene.judged(.shaftSpeed) else { return nil }
        return speed.observation(
          "Shaft speed",
          abs(speed.deviation.sigmas) < 2 ? .speaksFor : speed.deviation.isRisen ? .speaksAgainst : .silent)
      },
    ])

  static let coolingLoss = Rule(
    fault: .coolingLoss, basis: .readings, quota: .slow,
    symptoms: [
      Symptom(input: "baseline of winding, casing or bearing temperature", weight: 0.5, isNecessary: true) {
        scene, _ in scene.heat
      },
      Symptom(input: "baseline of power or current", weight: 0.25, against: 0.5) { scene, _ in
        guard let load = scene.judged(.power, .current) else { return nil }
        let isHigher = load.deviation.sigmas >= Deviation.significance && load.deviation.ratio >= 1.1
        return load.observation("Load", isHigher ? .speaksAgainst : .speaksFor)
      },
      Symptom(input: "baseline of ambient temperature", weight: 0.15) { scene, _ in
        guard let air = scene.judged(.ambientTemperature) else { return nil }
        return air.observation("Ambient temperature", air.deviation.sigmas < 2 ? .speaksFor : .silent)
      },
      Symptom(input: "overall velocity", weight: 0.1, against: 0.2) { scene, _ in
        guard let overall = scene.overallVelocity else { return nil }
        let limit = scene.absoluteVelocityLimit
        return Observation(
          overall.value <= limit.value ? .speaksFor : .speaksAgainst,
          "Overall velocity at \(overall.point.name)",
          quantity: Feature.velocityRMS.rawValue, value: overall.value, "limit", limit.value, unit: "mm/s",
          source: limit.source)
      },
      Symptom(input: "bearing lines", weight: 0, against: 0.4) { scene, _ in
        guard let line = scene.vibration.flatMap(\.lines).first(where: \.isAccepted) else { return nil }
        return Observation(
          .speaksAgainst, "\(line.line.rawValue) of bearing \(line.bearing) over the envelope floor",
          quantity: "line_prominence", value: line.prominence, "a sound bearing stays below",
          LineThresholds.of(line.line).prominence, source: cwruCalibration)
      },
    ], severity: { scene, _ in scene.heatSeverity })
}

/// A pressure has fallen below what this machine shows when healthy.
private func fallen(
  _ name: String, _ role: PointRole, weight: Double, againstWhenUsual: Double = 0, isNecessary: Bool = false
) -> Symptom {
  Symptom(
    input: "baseline of \(name.lowercased())", weight: weight, against: againstWhenUsual,
    isNecessary: isNecessary
  ) { scene, _ in
    guard let seen = scene.judged(role) else { return nil }
    let usual: Observation.Verdict = abs(seen.deviation.sigmas) < 2 ? .speaksAgainst : .silent
    return seen.observation(name, seen.deviation.isFallen ? .speaksFor : usual)
  }
}

extension Deviation {
  /// Beyond the spread and by a tenth of the mean: small spreads alone are no news.
  var isFallen: Bool { sigmas <= -Deviation.significance && change <= -0.1 * abs(baselineMean) }
  var isRisen: Bool { sigmas >= Deviation.significance && change >= 0.1 * abs(baselineMean) }
}

extension Scene {
  /// The window with the most vibration that no line explains.
  fileprivate var loudest: FeatureWindow? {
    vibration.filter { $0.values[.broadbandRMS] != nil }
      .max { ($0.values[.broadbandRMS] ?? 0) < ($1.values[.broadbandRMS] ?? 0) }
  }

  /// Broadband vibration against its baseline, or beyond what a quiet pump never reaches.
  fileprivate var broadband: Observation? {
    guard let w = loudest, let value = w.values[.broadbandRMS] else { return nil }
    let quantity = Feature.broadbandRMS.rawValue
    let subject = "Broadband acceleration at \(w.point.name)"
    if let own = deviation(.broadbandRMS, at: w.point) {
      return Observation(
        own.isRaised ? .speaksFor : .silent, subject, quantity: quantity, value: value, "baseline",
        own.baselineMean, unit: "m/s2", source: ownBaseline)
    }
    guard value >= Scene.loudPump_m_s2 else { return nil }
    return Observation(
      .speaksFor, subject, quantity: quantity, value: value, "cavitating pumps reach", Scene.loudPump_m_s2,
      unit: "m/s2", source: "field report: 0.3 g rising to 0.8 to 1.5 g")
  }
  private static let loudPump_m_s2 = 0.8 * 9.80665

  /// The temperature that shows the cooling best, against its baseline and less the rise of the ambient. A
  /// temperature that still falls belongs to the load before.
  fileprivate var heat: Observation? {
    guard let hot = judged(.windingTemperature, .casingTemperature, .bearingTemperature) else {
      guard let warm = scalar(.bearingTemperature, .casingTemperature),
        warm.value >= GeneralLimits.maintain_degC
      else { return nil }
      return Observation(
        .speaksFor, "Temperature at \(warm.point.name)", quantity: "temperature", value: warm.value, "limit",
        GeneralLimits.maintain_degC, unit: "degC", source: GeneralLimits.source)
    }
    let excess = heatExcess(hot.deviation)
    let spread = max(hot.deviation.baselineSD, 0.5)
    let isHot = excess >= 10 && excess / spread >= Deviation.significance && !falling.contains(hot.point)
    return Observation(
      isHot ? .speaksFor : .silent, "Temperature at \(hot.point.name)", quantity: "temperature",
      value: hot.deviation.value, "baseline", hot.deviation.baselineMean, unit: "degC", source: ownBaseline)
  }

  /// Kelvins above the baseline that a warmer ambient does not explain.
  private func heatExcess(_ hot: Deviation) -> Double {
    hot.change - max(0, judged(.ambientTemperature)?.deviation.change ?? 0)
  }

  /// 20 K too hot halves the life of insulation twice over (the 10 K rule): act within days.
  fileprivate var heatSeverity: Severity {
    guard let hot = judged(.windingTemperature, .casingTemperature, .bearingTemperature) else {
      return .warning
    }
    return heatExcess(hot.deviation) >= 20 ? .alarm : .warning
  }
}
