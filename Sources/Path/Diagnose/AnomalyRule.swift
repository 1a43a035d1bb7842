// SPDX-License-Identifier: Apache-2.0

import Machine

// What the learned model says, where no signature explains it. A model alone never raises more than a warning.

extension Scene {
  /// The score furthest above its threshold, as an outcome.
  func judgeScores() -> Rule.Outcome {
    guard let worst = window.scores.max(by: { $0.excess < $1.excess }) else {
      return .notAssessable(["a model score with its learned threshold"])
    }
    guard worst.isAnomalous else { return .absent }
    let fault = Fault.anomaly
    return .present(
      Finding(
        machine: machine.id, point: nil, subject: .machine, fault: fault.rawValue, title: fault.title,
        severity: worst.excess >= 2 ? .warning : .notice,
        confidence: 1 - worst.threshold / (worst.threshold + worst.score),
        supporting: worst.evidence, missing: [], confirm: fault.confirm, action: fault.action,
        stamp: window.stamp))
  }
}

extension ModelScore {
  /// Score over threshold; a threshold of zero is exceeded by anything.
  fileprivate var excess: Double { threshold > 0 ? score / threshold : (score > 0 ? .infinity : 0) }

  fileprivate var evidence: [Evidence] {
    let source = "model \(model) \(modelHash), false-alarm rate \(plain(falseAlarmRate))"
    var list = [
      Evidence(
        "Model score at \(point.name) is \(plain(score)), threshold \(plain(threshold))",
        quantity: "model_score",
        value: score, reference: threshold, source: source, weight: 1)
    ]
    for part in contributions.prefix(3) {
      list.append(
        Evidence(
          "\(part.input) makes up \(plain(100 * part.share)) % of the score", quantity: part.input,
          value: 100 * part.share, unit: "%", source: source, weight: part.share))
    }
    return list
  }
}
