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
      let seen = Overall(point: overall.point, quantity: .velocity, value: overall.value)
      return (severity, seen.evidence("limit", limit, GeneralLimits.source))
    }
  }

  var velocitySeverity: Severity? { velocityJudgement?.severity }

  /// Overall velocities and displacements: from waveforms, and from sensors that send velocity ready-made.
  private var overalls: [Overall] {
    let computed = vibration.flatMap { w in
      [(Quantity.velocity, Feature.velocityRMS), (.displacement, .displacementRMS)].compactMap {
        quantity, feature in
        w.values[feature].map {
          Overall(
            point: w.point, quantity: quantity, value: $0, baseline: deviation(feature, at: w.point))
        }
      }
    }
    let sent = machine.points(.velocityRMS).compactMap { point in
      value(of: point.id).map {
        Overall(
          point: point.id, quantity: .velocity, value: $0, baseline: window.readingDeviations[point.id])
      }
    }
    return computed + sent
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

  /// The machine's vibration judged against limits only.
  func judgeSeverity() -> Rule.Outcome {
    guard overallVelocity != nil else { return .notAssessable(["overall vibration velocity"]) }
    var refused: [String] = []
    if case .failure(let refusal) = limits { refused = ["\(refusal)"] }
    guard let judged = velocityJudgement else {
      return refused.isEmpty ? .absent : .notAssessable(refused)
    }
    let fault = Fault.vibrationSeverity
    return .present(
      Finding(
        machine: machine.id, point: nil, subject: .machine, fault: fault.rawValue, title: fault.title,
        severity: judged.severity, confidence: 1, supporting: [judged.evidence], missing: refused,
        confirm: fault.confirm, action: fault.action, stamp: window.stamp))
  }
}

extension Scene {
  /// Whether an overall velocity has fallen by more than a quarter of boundary B/C. A change of that size matters
  /// either way; upwards the ALARM limit already says so. Where there are no zones or no velocity,
  /// `judgeSeverity` says what is missing.
  func judgeFall() -> Rule.Outcome {
    guard case .success(let zones) = limits, overallVelocity != nil else { return .notAssessable([]) }
    let fallen = overalls.compactMap { overall -> (overall: Overall, mean: Double)? in
      guard overall.quantity == .velocity, let baseline = overall.baseline, baseline.change < 0,
        zones.velocity.isSignificant(change: baseline.change), baseline.sigmas <= -Deviation.significance
      else { return nil }
      return (overall, baseline.baselineMean)
    }
    guard let most = fallen.max(by: { $0.mean - $0.overall.value < $1.mean - $1.overall.value }) else {
      return .absent
    }
    let fault = Fault.vibrationFall
    let source = "\(zones.velocity.source), significant change of 5.3 below \(ownBaseline)"
    return .present(
      Finding(
        machine: machine.id, point: nil, subject: .machine, fault: fault.rawValue, title: fault.title,
        severity: .notice, confidence: 1, supporting: [most.overall.evidence("baseline", most.mean, source)],
        confirm: fault.confirm, action: fault.action, stamp: window.stamp))
  }
}

/// One overall value of vibration, velocity or displacement.
private struct Overall {
  var point: PointID
  var quantity: Quantity
  var value: Double
  var baseline: Deviation?

  func evidence(_ comparison: String, _ reference: Double, _ source: String) -> Evidence {
    let feature: Feature = quantity == .velocity ? .velocityRMS : .displacementRMS
    var evidence = Observation(
      .speaksFor, "Overall \(quantity.rawValue) at \(point.name)", quantity: feature.rawValue, value: value,
      comparison, reference, unit: quantity.canonicalUnit.symbol, source: source
    ).evidence
    evidence.weight = 1
    return evidence
  }
}

extension Evidence {
  /// Value over reference.
  fileprivate var excess: Double {
    guard let value, let reference, reference > 0 else { return 0 }
    return value / reference
  }
}
