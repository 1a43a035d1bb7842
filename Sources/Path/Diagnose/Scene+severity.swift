// SPDX-License-Identifier: Apache-2.0

import Machine

// How bad the overall velocity is, whatever its cause.

extension Scene {
  /// How urgent the overall vibration alone is, with the evidence; nil when it is acceptable or not known.
  var velocityJudgement: (severity: Severity, evidence: Evidence)? {
    switch limits {
    case .success(let zones):
      let judged = overalls.compactMap { overall in
        byZone(overall, overall.quantity == .velocity ? zones.velocity : zones.displacement)
      }
      // The worse quantity decides, and of two that are alike the one further above its limit.
      return judged.max { ($0.severity, $0.evidence.excess) < ($1.severity, $1.evidence.excess) }
    case .failure:
      guard let overall = overallVelocity, overall.value >= GeneralLimits.maintain_mm_s else { return nil }
      let severity: Severity = overall.value >= GeneralLimits.fail_mm_s ? .alarm : .warning
      let limit = severity == .alarm ? GeneralLimits.fail_mm_s : GeneralLimits.maintain_mm_s
      let seen = Overall(
        point: layout.points[overall.point].id, quantity: .velocity,
        Deviation(value: overall.value, baselineMean: .nan, baselineSD: .nan))
      return (severity, seen.evidence("limit", limit, GeneralLimits.source))
    }
  }

  /// Overall velocities and displacements: from waveforms, and from sensors that send velocity ready-made.
  private var overalls: [Overall] {
    var found: [Overall] = []
    for row in heard.indices {
      for (quantity, feature) in [
        (Quantity.velocity, Feature.velocityRMS), (.displacement, .displacementRMS),
      ] {
        let deviation = self.feature(feature.index, row)
        guard !deviation.value.isNaN else { continue }
        found.append(Overall(point: layout.points[heard[row].point].id, quantity: quantity, deviation))
      }
    }
    for point in layout.points(.velocityRMS) where !scalar(point).value.isNaN {
      found.append(Overall(point: layout.points[point].id, quantity: .velocity, scalar(point)))
    }
    return found
  }

  private func byZone(_ overall: Overall, _ limits: ZoneBoundaries) -> (
    severity: Severity, evidence: Evidence
  )? {
    if overall.value > limits.trip {
      let source = "\(limits.source), TRIP limit of 5.4"
      return (.danger, overall.evidence("trip limit", limits.trip, source))
    }
    switch limits.zone(overall.value) {
    case .D: return (.alarm, overall.evidence("zone D above", limits.cd, limits.source))
    case .C: return (.warning, overall.evidence("zone C above", limits.bc, limits.source))
    case .A, .B:
      guard let baseline = overall.baseline, baseline.sigmas >= Deviation.significance else { return nil }
      let limit = limits.alarm(baseline: baseline.baselineMean)
      guard overall.value > limit else { return nil }
      let source = "\(limits.source), ALARM limit of 5.4 above \(ownBaseline)"
      return (.warning, overall.evidence("alarm limit", limit, source))
    case nil: return nil
    }
  }

  /// The machine's vibration judged against limits only: evidence with its severity, or what is missing.
  enum SeverityVerdict {
    case acceptable
    case notAssessable([String])
    case excessive(Severity, Evidence, missing: [String])
  }

  func judgeSeverity() -> SeverityVerdict {
    guard overallVelocity != nil else { return .notAssessable(["overall vibration velocity"]) }
    var refused: [String] = []
    if case .failure(let refusal) = limits { refused = ["\(refusal)"] }
    guard let judged = velocityJudgement else {
      return refused.isEmpty ? .acceptable : .notAssessable(refused)
    }
    return .excessive(judged.severity, judged.evidence, missing: refused)
  }

  /// An overall velocity that has fallen by more than a quarter of boundary B/C, with its baseline. A change of that size
  /// matters either way; upwards the ALARM limit already says so. The outer nil is "not assessable".
  func judgeFall() -> Evidence?? {
    guard case .success(let zones) = limits, overallVelocity != nil else { return nil }
    let fallen = overalls.compactMap { overall -> (overall: Overall, mean: Double)? in
      guard overall.quantity == .velocity, let baseline = overall.baseline, baseline.change < 0,
        zones.velocity.isSignificant(change: baseline.change), baseline.sigmas <= -Deviation.significance
      else { return nil }
      return (overall, baseline.baselineMean)
    }
    let most = fallen.max { $0.mean - $0.overall.value < $1.mean - $1.overall.value }
    let source = "\(zones.velocity.source), significant change of 5.3 below \(ownBaseline)"
    return .some(most.map { $0.overall.evidence("baseline", $0.mean, source) })
  }

  /// The severity of a named fault: at least its model's; more in a bad zone, by heat, and at 4 or 8 times the known good
  /// level of a bearing.
  func severity(of signature: Signature, at place: Place) -> Severity {
    var severity = signature.model.severity
    if signature.model.watch == .waveforms { severity = max(severity, velocitySeverity ?? .notice) }
    if signature.model.place == .bearing { severity = max(severity, bearingSeverity(place)) }
    if signature.isThermal, heatExcess >= Scene.alarmHeat_K { severity = max(severity, .alarm) }
    return severity
  }

  /// 20 K too hot halves the life of insulation twice over (the 10 K rule): act within days.
  private static let alarmHeat_K = 20.0
  /// A damaged bearing that has become this much warmer is about to go.
  private static let bearingHeat_K = 10.0

  private func bearingSeverity(_ place: Place) -> Severity {
    var severity = Severity.notice
    let near = heard.indices.filter { layout.isNear(heard[$0].point, place.part) }
    for row in near.isEmpty ? Array(heard.indices) : near {
      for feature in [Feature.velocityRMS, .accelerationRMS] {
        let own = self.feature(feature.index, row)
        guard own.isLearned else { continue }
        if own.ratio >= GeneralLimits.fail_ratio { severity = .danger }
        if own.ratio >= GeneralLimits.maintain_ratio { severity = max(severity, .alarm) }
      }
    }
    let points = layout.points(.bearingTemperature).filter { layout.isNear($0, place.part) }
    for point in points.isEmpty ? layout.points(.bearingTemperature) : points {
      let warm = scalar(point)
      if warm.isLearned, warm.sigmas >= Deviation.significance,
        warm.change - ambientRise >= Scene.bearingHeat_K
      {
        severity = max(severity, .alarm)
      }
    }
    return severity
  }

  /// Kelvins above its baseline of the hottest temperature of the machine that a warmer ambient does not explain.
  private var heatExcess: Double {
    var most = 0.0
    for (point, place) in layout.points.enumerated() where place.role.isMachineTemperature {
      let warm = scalar(point)
      if warm.isLearned { most = max(most, warm.change - ambientRise) }
    }
    return most
  }
}

/// One overall value of vibration, velocity or displacement.
private struct Overall {
  var point: PointID
  var quantity: Quantity
  var value: Double
  var baseline: Deviation?

  init(point: PointID, quantity: Quantity, _ deviation: Deviation) {
    self.point = point
    self.quantity = quantity
    value = deviation.value
    baseline = deviation.isLearned ? deviation : nil
  }

  func evidence(_ comparison: String, _ reference: Double, _ source: String) -> Evidence {
    let feature: Feature = quantity == .velocity ? .velocityRMS : .displacementRMS
    return .of(
      "Overall \(quantity.rawValue) at \(point.name)", quantity: feature.rawValue, value, comparison,
      reference, unit: quantity.canonicalUnit.symbol, source: source, weight: 1)
  }
}

extension Evidence {
  /// Value over reference.
  fileprivate var excess: Double {
    guard let value, let reference, reference > 0 else { return 0 }
    return value / reference
  }
}
