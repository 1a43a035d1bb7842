// SPDX-License-Identifier: Apache-2.0

import Machine

/// What one symptom says about one window.
struct Observation {
  enum Verdict { case speaksFor, speaksAgainst, silent }
  var verdict: Verdict
  var evidence: Evidence

  /// - Parameters:
  ///   - subject: what was measured and where, like `1x velocity at DE-H`.
  ///   - comparison: how `reference` relates to it, like `limit` or `baseline`.
  init(
    _ verdict: Verdict, _ subject: String, quantity: String, value: Double, _ comparison: String,
    _ reference: Double?, unit: String = "", source: String
  ) {
    self.verdict = verdict
    let suffix = unit.isEmpty ? "" : " \(unit)"
    let compared = reference.map { ", \(comparison) \(plain($0))\(suffix)" } ?? ""
    evidence = Evidence(
      "\(subject) is \(plain(value))\(suffix)\(compared)", quantity: quantity, value: value,
      reference: reference, unit: unit, source: source, weight: 0)
  }
}

/// One line of a rule: how much a symptom speaks for a fault when it shows, and against it when it was looked
/// for and is not there.
struct Symptom: Sendable {
  /// What is missing when it cannot be observed, in words.
  var input: String
  var weight: Double
  var against: Double = 0
  /// Without it the fault is not named, and cannot be judged when it cannot be observed.
  var isNecessary = false
  var observe: @Sendable (Scene, Place) -> Observation?
}

/// Where a rule looks: the machine as a whole, or one of its bearings.
struct Place: Hashable {
  var bearing: String?
  static let machine = Place(bearing: nil)
}

/// A fault's signature as data: when it can occur at all, and the weighted symptoms.
struct Rule: Sendable {
  /// What carries the rule's news: a new waveform, or each new set of readings.
  enum Basis { case vibration, readings }
  var fault: Fault
  var basis: Basis
  var isPossible: @Sendable (Machine) -> Bool = { _ in true }
  /// Looks at each bearing on its own.
  var perBearing = false
  /// What is missing before any symptom can be looked for.
  var needs: @Sendable (Scene, Place) -> [String] = { _, _ in [] }
  var quota = Quota.waveforms
  var symptoms: [Symptom]
  /// The least severity of the named fault; a high vibration raises it.
  var severity: @Sendable (Scene, Place) -> Severity = { _, _ in .warning }
  var bestPoint: @Sendable (Scene, Place) -> PointID? = { _, _ in nil }

  /// What a rule makes of one window.
  enum Outcome {
    case absent
    case present(Finding)
    case notAssessable([String])
  }

  /// The least confidence with which a fault is named.
  static let confidenceThreshold = 0.5

  func judge(_ scene: Scene, at place: Place) -> Outcome {
    let needed = needs(scene, place)
    if !needed.isEmpty { return .notAssessable(needed) }
    var supporting: [Evidence] = []
    var contradicting: [Evidence] = []
    var missing: [String] = []
    var blocking: [String] = []
    var balance = 0.0
    var isRuledOut = false
    for symptom in symptoms {
      guard var seen = symptom.observe(scene, place) else {
        symptom.isNecessary ? blocking.append(symptom.input) : missing.append(symptom.input)
        continue
      }
      switch seen.verdict {
      case .speaksFor:
        balance += symptom.weight
        seen.evidence.weight = symptom.weight
        if symptom.weight > 0 { supporting.append(seen.evidence) }
      case .speaksAgainst where symptom.against > 0:
        balance -= symptom.against
        seen.evidence.weight = symptom.against
        contradicting.append(seen.evidence)
        isRuledOut = isRuledOut || symptom.isNecessary
      case .speaksAgainst, .silent:
        isRuledOut = isRuledOut || symptom.isNecessary
      }
    }
    if isRuledOut { return .absent }
    if !blocking.isEmpty { return .notAssessable(unique(blocking)) }
    if basis == .vibration, let speed = scene.estimatedSpeed { supporting.append(speed) }
    let confidence = min(1, balance / symptoms.reduce(0) { $0 + $1.weight })
    guard confidence >= Rule.confidenceThreshold else { return .absent }
    return .present(
      Finding(
        machine: scene.machine.id, point: bestPoint(scene, place), subject: .machine, fault: fault.rawValue,
        title: place.bearing.map { "\(fault.title) (\($0))" } ?? fault.title,
        severity: severity(scene, place), confidence: confidence, supporting: supporting,
        contradicting: contradicting, missing: unique(missing), confirm: fault.confirm, action: fault.action,
        stamp: scene.window.stamp))
  }
}

/// The elements in their first order, each once.
func unique(_ words: [String]) -> [String] {
  var seen: Set<String> = []
  return words.filter { seen.insert($0).inserted }
}

/// A number for people: three figures or so, no exponent for the sizes that machines have.
func plain(_ x: Double) -> String {
  guard x.isFinite else { return "unknown" }
  let digits: Double =
    switch abs(x) {
    case 100...: 1
    case 10..<100: 10
    case 1..<10: 100
    default: 1000
    }
  let rounded = (x * digits).rounded() / digits
  guard rounded == rounded.rounded(), abs(rounded) < 1e15 else { return "\(rounded)" }
  return "\(Int64(rounded))"
}
