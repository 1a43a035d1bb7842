// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// A fault that stands, on its way to a ranked finding.
struct Standing {
  /// Indices of the signature and of its place.
  var signature: Int
  var place: Int
  var finding: Finding
  /// Score of the rule when it last held.
  var score: Double
  /// Whether the rule alone named it.
  var isByRules: Bool
  /// Log odds of the classifier, where it knows the fault.
  var odds: Double?
  var onset: MonotonicTime
  /// Whether it explained best among its look-alikes so far.
  var wasBest: Bool
  /// Whether a look-alike explains the same symptoms better.
  var isBeaten = false
}

/// Policy of ranking. Every number here is stated once and shown in the evidence that it makes.
enum Ranking {
  /// What a model's score moves the confidence of a vibration fault by.
  static let modelWeight = 0.05
  /// Log odds from which a classifier's opinion names what its rule does not: four to one, and even where
  /// something is named already.
  static let suspicion = 1.4
  static let suspicionWhereAbnormal = 0.0
  /// Share of the newest window in the running mean of the classifier's log odds, and how long that holds unasked.
  static let opinionShare = 0.4
  static let opinionAge_s = 3600.0
  /// Part of a fault's weight that must depart from what is usual before the classifier may name it.
  static let leastDeparture = 0.2
  /// What a rule's score adds to the classifier's log odds, per unit above one half; and what a rule that says no takes.
  static let ruleOdds = 4.0
  static let silenceOdds = 1.0
  /// Lead that a look-alike needs over the one that was best so far, so that the two do not take turns.
  static let incumbency = 0.05
  /// How many diagnoses the rule's own confidence counts for beside those that people confirmed or refuted.
  static let ownCount = 10.0
  /// More outcomes than this weigh no more: what is seen now keeps a say.
  static let outcomeLimit = 20.0
  /// Score from which a fault that is not named may be called a possible cause.
  static let possible = 0.3
  static let source = "ranking of look-alike faults"
}

extension Diagnostician {
  /// Gives every standing fault its confidence, its role and its rank, the best explanation first.
  mutating func rank(_ standing: [Standing], _ stamp: Stamp) -> [Finding] {
    guard !standing.isEmpty else { return [] }
    var standing = standing
    var scores = standing.indices.map { weighModel(&standing[$0]) }
    // The classifier arbitrates where it recognises something; what it does not recognise it does not silence.
    let odds = standing.indices.map { combinedOdds(standing[$0], scores[$0]) }
    let isArbitrated = odds.contains { $0 ?? 0 > 0 }
    for i in standing.indices {
      guard isArbitrated, let own = odds[i] else { continue }
      scores[i] = logistic(own)
      weighOpinion(&standing[i], own)
    }
    let rivals = standing.indices.map { i in
      standing.indices.filter { j in
        isRival(standing[i], standing[j])
          || isArbitrated && i != j && ((odds[i] ?? 1) > 0) != ((odds[j] ?? 1) > 0)
      }
    }
    for i in standing.indices {
      let share = shareAmongRivals(i, rivals[i], scores)
      let margin = scores[i] - (rivals[i].map { scores[$0] }.max() ?? 0)
      standing[i].finding.confidence = calibration.probability(scores[i] * share, margin: margin)
      weighOutcomes(&standing[i])
    }
    settleRivals(&standing, rivals, scores)
    return explain(standing)
  }

  /// The rule's score, moved by what the learned model says of the points.
  private func weighModel(_ standing: inout Standing) -> Double {
    let model = signatures[standing.signature].model
    guard model.watch == .waveforms, model.subject == .machine, let worst = worstScore(standing) else {
      return standing.score
    }
    let evidence = Evidence.of(
      "Model score at \(worst.point.name)", quantity: "model_score", worst.score, "threshold",
      worst.threshold, source: "model \(worst.model) \(worst.modelHash)", weight: Ranking.modelWeight)
    if worst.isAnomalous {
      standing.finding.supporting.append(evidence)
      return min(1, standing.score + Ranking.modelWeight)
    }
    standing.finding.contradicting.append(evidence)
    return max(0, standing.score - Ranking.modelWeight)
  }

  /// What the classifier and the rule together give the fault, as log odds; nil where the classifier does not know it.
  private func combinedOdds(_ standing: Standing, _ score: Double) -> Double? {
    guard let odds = standing.odds else { return nil }
    return odds + (standing.isByRules ? Ranking.ruleOdds * (score - 0.5) : -Ranking.silenceOdds)
  }

  private func weighOpinion(_ standing: inout Standing, _ combined: Double) {
    guard let odds = standing.odds, let classifier else { return }
    let probability = logistic(odds)
    let evidence = Evidence.of(
      "Probability of the fault, of all that the machine shows,", quantity: "fault_probability", probability,
      probability >= 0.5 ? "expected at least" : "against the fault below", 0.5,
      source: "model \(classifier.name)", weight: abs(logistic(combined) - 0.5))
    if probability >= 0.5 {
      standing.finding.supporting.append(evidence)
    } else {
      standing.finding.contradicting.append(evidence)
    }
  }

  private func worstScore(_ standing: Standing) -> ModelScore? {
    let place = signatures[standing.signature].places[standing.place]
    let known = lastScores.values.sorted { $0.point < $1.point }
    let near = known.filter { score in
      layout.index[score.point].map { layout.isNear($0, place.part) || $0 == place.point } ?? false
    }
    return (near.isEmpty ? known : near).max { $0.excess < $1.excess }
  }

  /// Whether two faults explain the same symptom at the same place, and neither clearly brought about the other.
  private func isRival(_ a: Standing, _ b: Standing) -> Bool {
    guard a.signature != b.signature, areLookAlikes(a, b) else { return false }
    return !isEarlierCause(a, b) && !isEarlierCause(b, a)
  }

  private func areLookAlikes(_ a: Standing, _ b: Standing) -> Bool {
    let (x, y) = (signatures[a.signature], signatures[b.signature])
    guard x.isAlike(y) else { return false }
    let (p, q) = (x.places[a.place], y.places[b.place])
    return p == q || p == .machine || q == .machine
  }

  private func isEarlierCause(_ a: Standing, _ b: Standing) -> Bool {
    rootCause.steps(from: a.finding.fault, to: b.finding.fault) != nil
      && b.onset.seconds(since: a.onset) > RootCause.tolerance_s
  }

  /// The part of what all look-alikes together explain that is this one's.
  private func shareAmongRivals(_ i: Int, _ rivals: [Int], _ scores: [Double]) -> Double {
    1 / rivals.reduce(1) { $0 + exp((scores[$1] - scores[i]) / calibration.temperature) }
  }

  /// Beta distribution: the confidence counts as `Ranking.ownCount` diagnoses, beside those whose outcome is known.
  private func weighOutcomes(_ standing: inout Standing) {
    let known = trackRecord.count(of: standing.finding.fault, on: layout.machine.kind)
    guard known.all > 0 else { return }
    let weight = min(1, Ranking.outcomeLimit / Double(known.all))
    let before = standing.finding.confidence
    let after =
      (Ranking.ownCount * before + weight * Double(known.confirmed))
      / (Ranking.ownCount + weight * Double(known.all))
    standing.finding.confidence = after
    let evidence = Evidence(
      "Of \(known.all) such diagnoses on machines of this kind \(known.confirmed) were confirmed",
      quantity: "confirmed_diagnoses", value: Double(known.confirmed), reference: Double(known.all),
      source: "maintenance records of this site", weight: abs(after - before))
    if after >= before {
      standing.finding.supporting.append(evidence)
    } else {
      standing.finding.contradicting.append(evidence)
    }
  }

  /// Of look-alikes the best one asks for work; the others are told as what else it could be.
  private mutating func settleRivals(_ standing: inout [Standing], _ rivals: [[Int]], _ scores: [Double]) {
    let order = standing.indices.sorted { a, b in
      let (x, y) = (strength(standing[a], scores[a]), strength(standing[b], scores[b]))
      return x != y ? x > y : standing[a].finding.fault < standing[b].finding.fault
    }
    var best: [Int] = []
    for i in order {
      guard let better = best.first(where: rivals[i].contains) else {
        best.append(i)
        continue
      }
      standing[i].isBeaten = true
      standing[i].finding.severity = .notice
      standing[i].finding.due = signatures[standing[i].signature].model.due(at: .notice)
      standing[i].finding.contradicting.append(
        Evidence(
          "\(standing[better].finding.title) explains the same symptoms with a score of \(plain(scores[better])), this with \(plain(scores[i]))",
          quantity: "score", value: scores[i], reference: scores[better], source: Ranking.source,
          weight: max(0, scores[better] - scores[i])))
    }
    for (i, one) in standing.enumerated() {
      cells[one.signature][one.place].isBest = !standing[i].isBeaten
    }
  }

  private func strength(_ standing: Standing, _ score: Double) -> Double {
    score + (standing.wasBest ? Ranking.incumbency : 0)
  }

  /// Roots before their consequences, the more certain first; look-alikes that were beaten last.
  private func explain(_ standing: [Standing]) -> [Finding] {
    let explanations = rootCause.explain(
      standing.map {
        RootCause.Standing(
          fault: $0.finding.fault, onset: $0.onset, confidence: $0.finding.confidence, isDoubted: $0.isBeaten)
      },
      mustPrecede: { areLookAlikes(standing[$0], standing[$1]) })
    var findings = standing.map(\.finding)
    for i in standing.indices {
      let explanation = explanations[i]
      guard !explanation.chain.isEmpty else {
        if !standing[i].isBeaten { findings[i].possibleCause = possibleCause(of: standing[i], standing) }
        continue
      }
      findings[i].chain = unique(explanation.chain.map { standing[$0].finding.fault })
      guard let cause = explanation.cause, let root = explanation.chain.first else {
        findings[i].possibleCause = possibleCause(of: standing[i], standing)
        continue
      }
      findings[i].consequenceOf = standing[cause].finding.fault
      findings[i].title = "\(standing[root].finding.title) -> \(standing[i].finding.title)"
      let lead_min = standing[i].onset.seconds(since: standing[cause].onset) / 60
      findings[i].supporting.append(
        Evidence(
          "\(standing[cause].finding.title) leads to it: \(explanation.because); first seen \(plain(abs(lead_min))) min \(lead_min < 0 ? "later" : "earlier")",
          quantity: "lead", value: abs(lead_min), unit: "min", source: "fault models", weight: 0))
    }
    let order = findings.indices.sorted { a, b in
      if standing[a].isBeaten != standing[b].isBeaten { return standing[b].isBeaten }
      let (x, y) = (findings[a], findings[b])
      if (x.role == .consequence) != (y.role == .consequence) { return y.role == .consequence }
      if x.confidence != y.confidence { return x.confidence > y.confidence }
      if x.severity != y.severity { return x.severity > y.severity }
      return (x.fault, x.title) < (y.fault, y.title)
    }
    return order.enumerated().map { rank, i in
      findings[i].rank = rank + 1
      return findings[i]
    }
  }

  /// The fault that would bring this one about and that shows most of itself without being named.
  private func possibleCause(of one: Standing, _ standing: [Standing]) -> String? {
    let causes = Set(rootCause.causes(of: one.finding.fault))
    var best: (fault: String, score: Double)?
    for (s, signature) in signatures.enumerated() where causes.contains(signature.model.id) {
      guard !standing.contains(where: { $0.signature == s }) else { continue }
      let score = cells[s].map(\.partial).max() ?? 0
      if score >= Ranking.possible, score > best?.score ?? 0 { best = (signature.model.id, score) }
    }
    return best?.fault
  }
}

/// The probability of these log odds.
private func logistic(_ odds: Double) -> Double { 1 / (1 + exp(-odds)) }

extension FaultModel {
  /// Within what time to act: as said for this severity, else for the nearest below it, else for the least above.
  func due(at severity: Severity) -> String? {
    let known = due.keys.sorted()
    return (known.last { $0 <= severity } ?? known.first).flatMap { due[$0] }
  }
}
