// SPDX-License-Identifier: Apache-2.0

import Machine

// How bad the overall velocity is, whatever its cause.

extension Scene {
  /// How urgent the overall velocity alone is, with the evidence; nil when it is acceptable or not known.
  var velocityJudgement: (severity: Severity, evidence: Evidence)? {
    guard let overall = overallVelocity else { return nil }
    switch limits {
    case .success(let zones):
      let baseline = deviation(.velocityRMS, at: overall.point) ?? window.readingDeviations[overall.point]
      return byZone(overall.point, overall.value, zones, baseline)
    case .failure:
      guard overall.value >= GeneralLimits.maintain_mm_s else { return nil }
      let severity: Severity = overall.value >= GeneralLimits.fail_mm_s ? .alarm : .warning
      let limit = severity == .alarm ? GeneralLimits.fail_mm_s : GeneralLimits.maintain_mm_s
      return (
        severity,
        velocityEvidence(overall.point, overall.value, "limit", limit, GeneralLimits.source)
      )
    }
  }

  var velocitySeverity: Severity? { velocityJudgement?.severity }

  private func byZone(
    _ point: PointID, _ value: Double, _ zones: ZoneLimits, _ baseline: Deviation?
  ) -> (severity: Severity, evidence: Evidence)? {
    if value > zones.trip_mm_s {
      let source = "\(zones.source), TRIP limit of 5.4"
      return (.danger, velocityEvidence(point, value, "trip limit", zones.trip_mm_s, source))
    }
    switch zones.zone(value) {
    case .D:
      return (.alarm, velocityEvidence(point, value, "zone D above", zones.cd_mm_s, zones.source))
    case .C:
      return (.warning, velocityEvidence(point, value, "zone C above", zones.bc_mm_s, zones.source))
    case .A, .B:
      guard let baseline, baseline.sigmas >= Deviation.significance else { return nil }
      let limit = zones.alarm(baseline_mm_s: baseline.baselineMean)
      guard value > limit else { return nil }
      let source = "\(zones.source), ALARM limit of 5.4 above \(ownBaseline)"
      return (.warning, velocityEvidence(point, value, "alarm limit", limit, source))
    }
  }

  private func velocityEvidence(
    _ point: PointID, _ value: Double, _ comparison: String, _ reference: Double, _ source: String
  ) -> Evidence {
    var evidence = Observation(
      .speaksFor, "Overall velocity at \(point.name)", quantity: Feature.velocityRMS.rawValue, value: value,
      comparison, reference, unit: "mm/s", source: source
    ).evidence
    evidence.weight = 1
    return evidence
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
