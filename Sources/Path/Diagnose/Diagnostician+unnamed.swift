// SPDX-License-Identifier: Apache-2.0

import Machine

// Too much vibration, and behaviour unlike the healthy machine's, told only where no named fault explains them. A
// model alone never raises more than a warning.

extension Diagnostician {
  mutating func settleUnnamed(
    _ scene: Scene, isNamed: Bool, isVibrationNamed: Bool, _ findings: inout [Finding],
    _ open: inout [Finding]
  ) {
    let severity = severityFinding(scene, &open)
    let fall = fallFinding(scene)
    let anomaly = anomalyFinding(scene, &open)
    // Lower vibration is told always.
    for case let (finding?, isExplained) in [
      (severity, isVibrationNamed), (fall, false), (anomaly, isNamed),
    ]
    where !isExplained {
      var finding = finding
      finding.rank = findings.count + 1
      findings.append(finding)
    }
  }

  private mutating func severityFinding(_ scene: Scene, _ open: inout [Finding]) -> Finding? {
    let own = OwnFault.vibrationSeverity
    let stamp = scene.window.stamp
    let time = scene.newestWaveform ?? stamp.monotonic
    let quota: Quota = scene.newestWaveform == nil ? .readings : .waveforms
    switch scene.judgeSeverity() {
    case .notAssessable(let missing):
      open.append(notAssessable(own.rawValue, text(own).title, missing, stamp))
      return nil
    case .acceptable: return unnamed[own, default: Looks()].record(nil, at: time, quota)
    case .excessive(let severity, let evidence, let missing):
      let found = finding(own, severity, confidence: 1, [evidence], missing: missing, stamp)
      return unnamed[own, default: Looks()].record(found, at: time, quota)
    }
  }

  private mutating func fallFinding(_ scene: Scene) -> Finding? {
    let own = OwnFault.vibrationFall
    let stamp = scene.window.stamp
    // Where there are no zones or no velocity, the severity says what is missing.
    guard let judged = scene.judgeFall() else { return nil }
    let found = judged.map { finding(own, .notice, confidence: 1, [$0], missing: [], stamp) }
    let quota: Quota = scene.newestWaveform == nil ? .readings : .waveforms
    return unnamed[own, default: Looks()].record(found, at: scene.newestWaveform ?? stamp.monotonic, quota)
  }

  private mutating func anomalyFinding(_ scene: Scene, _ open: inout [Finding]) -> Finding? {
    let own = OwnFault.anomaly
    let stamp = scene.window.stamp
    let fresh = Dictionary(grouping: scene.window.scores, by: \.model)
    for (model, scores) in fresh {
      guard let worst = scores.max(by: { $0.excess < $1.excess }) else { continue }
      opinions[model, default: Opinion(isOfMachine: worst.isOfMachine)].looks.record(
        anomaly(worst, stamp), at: scores.map(\.stamp.monotonic).max() ?? stamp.monotonic, .scores)
    }
    // A model of waveforms scores new ones only; between them its last opinion holds. One of the whole machine speaks
    // every time, or has nothing to say.
    let known = opinions.filter { fresh[$0.key] != nil || (!$0.value.isOfMachine && !scene.heard.isEmpty) }
    if known.isEmpty {
      let missing = ["a model score with its learned threshold"]
      open.append(notAssessable(own.rawValue, text(own).title, missing, stamp))
    }
    return known.values.compactMap { $0.looks.standing(.scores) }.max {
      ($0.severity, $0.confidence) < ($1.severity, $1.confidence)
    }
  }

  private func anomaly(_ score: ModelScore, _ stamp: Stamp) -> Finding? {
    guard score.isAnomalous else { return nil }
    return finding(
      .anomaly, score.excess >= 2 ? .warning : .notice,
      confidence: 1 - score.threshold / (score.threshold + score.score), score.evidence, missing: [], stamp)
  }

  private func finding(
    _ own: OwnFault, _ severity: Severity, confidence: Double, _ evidence: [Evidence], missing: [String],
    _ stamp: Stamp
  ) -> Finding {
    let words = text(own)
    return Finding(
      machine: layout.machine.id, point: nil, subject: .machine, fault: own.rawValue, title: words.title,
      severity: severity, confidence: confidence, supporting: evidence, missing: missing,
      confirm: words.confirm, action: words.action, stamp: stamp, due: words.due(severity))
  }
}

/// What one model has said of the machine of late.
struct Opinion: Sendable {
  var looks = Looks()
  /// Whether it scores the machine as a whole, not one point.
  var isOfMachine: Bool
}

extension ModelScore {
  /// Score over threshold; a threshold of zero is exceeded by anything.
  var excess: Double { threshold > 0 ? score / threshold : (score > 0 ? .infinity : 0) }

  /// A score of the whole machine stands at a point that has the model's name.
  fileprivate var isOfMachine: Bool { point.name == model }

  fileprivate var evidence: [Evidence] {
    let place = isOfMachine ? " of \(model)" : " at \(point.name)"
    let source = "model \(model) \(modelHash), false-alarm rate \(plain(falseAlarmRate))"
    var list = [
      Evidence(
        "Model score\(place) is \(plain(score)), threshold \(plain(threshold))",
        quantity: "model_score",
        value: score, reference: threshold, source: source, weight: 1)
    ]
    for part in contributions.prefix(3) {
      list.append(
        Evidence(
          "\(plain((100 * part.share).rounded())) % of the score comes from \(part.input)\(isOfMachine ? "" : place)",
          quantity: part.input,
          value: 100 * part.share, unit: "%", source: source, weight: part.share))
    }
    return list
  }
}
