// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Foundation
import Machine
import PathLab
import Simulation
import Store
import Synchronization

/// One machine that fails of one fault.
struct Failure: Codable, Sendable {
  var fault: String
  var seed: UInt64
  var preset: String
  /// Named by the first alarm about the machine after onset, or about a sensor where a sensor fails.
  var first: String?
  /// Severity of the fault then, 0 to 1.
  var firstSeverity: Double?
  /// From the first alarm that names the fault right to failure, hours.
  var lead_h: Double?
  /// What stood first in most of the judgements from severity 0.7 on that named something, where none did of those
  /// before; nil when nothing was ever named.
  var late: String?
  /// The rank of the fault in most of those judgements, 0 when it was not named.
  var rank: Int
  /// What was missing in most of those judgements, where the fault could not be judged.
  var missing: [String] = []
  /// Confidence of the finding that stood first, and whether it was right, at each judgement.
  var said: [Double] = []
  var wasRight: [Bool] = []
  /// Alarms about the machine before onset.
  var falseAlarms: [String] = []

  static func run(_ fault: FaultKind, seed: UInt64, _ mind: Mind) -> Failure? {
    guard let story = scenario(fault, seed: seed), let onset = story.onset_s, let failure = story.failure_s
    else { return nil }
    var result = Failure(fault: fault.rawValue, seed: seed, preset: story.preset, rank: 0)
    var late: [Opinion] = []
    var early: [Opinion] = []
    let subject: Subject = fault.isSensorFault ? .sensor : .machine
    follow(story, mind) { plant, batch, now_s in
      let alarms = batch.transitions.filter { $0.alarm.state == .unacknowledged }.map(\.alarm.finding)
        .filter { $0.subject == subject }
      if now_s < onset {
        result.falseAlarms += alarms.map(\.fault)
        return
      }
      let severity = story.faults[0].severity(at: now_s)
      if result.first == nil, let alarm = alarms.first {
        result.first = alarm.fault
        result.firstSeverity = severity
      }
      if result.lead_h == nil, alarms.contains(where: { $0.fault == fault.rawValue }) {
        result.lead_h = (failure - now_s) / 3600
      }
      if severity < 0.7, !plant.findings.isEmpty {
        early.append(Opinion(plant.findings, at: now_s, about: subject))
      }
      guard severity >= 0.7, now_s <= failure + (fault.isSensorFault ? 7200 : 0) else { return }
      let opinion = Opinion(plant.findings, at: now_s, about: subject)
      late.append(opinion)
      guard let top = opinion.ranked.first else { return }
      result.said.append(top.confidence)
      result.wasRight.append(top.fault == fault.rawValue)
    }
    result.settle(late, early)
    return result
  }

  /// Fast faults at their own pace, slow ones within a day.
  static func scenario(_ fault: FaultKind, seed: UInt64) -> Scenario? {
    let usual = fault.course.growth_s
    let day = 86_400.0
    let growth = min(usual.lowerBound, 0.6 * day)...min(usual.upperBound, day)
    var story = Scenario.failure(fault, seed: seed, healthy_s: Diagnosis.healthy_s, growth_s: growth)
    story?.waitUntilRunning()
    // A machine that is greased too much was greased.
    if fault == .overGreasing, let onset = story?.onset_s { story?.spec.plan.greasings_s.append(onset) }
    return story
  }

  /// Runs the story to its failure; `look` sees the plant after every round, with what it wrote.
  static func follow(
    _ story: Scenario, _ mind: Mind,
    _ look: (borrowing SimulatedPlant, StoreBatch, Double) -> Void
  ) {
    guard let onset = story.onset_s, let failure = story.failure_s else { return }
    var plant = Diagnosis.plant(story, mind)
    let end = failure + (story.faults[0].kind.isSensorFault ? 2 * 3600 : 0)
    var isFollowing = false
    while plant.time_s <= end {
      if !isFollowing, plant.time_s >= onset - 3600 {
        Diagnosis.follow(max(failure - onset, 3600), &plant)
        isFollowing = true
      }
      let now_s = plant.time_s
      let batch = plant.advance()
      look(plant, batch, now_s)
    }
  }

  private mutating func settle(_ late: [Opinion], _ early: [Opinion]) {
    guard !late.isEmpty else { return }
    let naming = [late, early].map { $0.filter { !$0.ranked.isEmpty } }.first { !$0.isEmpty } ?? []
    if !naming.isEmpty {
      self.late = most(naming.map { $0.ranked[0].fault })
      rank = most(naming.map { $0.rank(of: fault) ?? 0 })
    }
    let open = late.compactMap { opinion in opinion.open.first { $0.fault == fault } }
    if 2 * open.count > late.count { missing = open[open.count / 2].missing }
  }

  private func most<T: Hashable & Comparable>(_ values: [T]) -> T {
    let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? values[0]
  }
}

extension Scenario {
  /// Puts the fault off, by six hours at a time and at most a week, until the machine runs for most of the time in which the
  /// fault is clear: what stands still neither wears nor shows it.
  fileprivate mutating func waitUntilRunning() {
    guard let failure = failure_s, let onset = onset_s else { return }
    let machine = self.machine
    let span = max(failure - onset, 600)
    let shift = (0..<28).map { Double($0) * 6 * 3600 }.first { shift in
      let moments = (0..<20).map { failure + shift - 0.4 * span * Double($0) / 20 }
      return moments.count { machine.shaftSpeed_rpm(at: $0) > 0.2 * spec.ratedSpeed_rpm } >= 14
    }
    guard let shift, shift > 0 else { return }
    faults[0].onset_s += shift
    onset_s = onset + shift
    failure_s = failure + shift
    end_s += shift
  }
}

extension Failure {
  /// Prints what the path said from onset to failure: each change of what is named, and at the end the evidence.
  static func explain(_ fault: FaultKind, seed: UInt64, _ mind: Mind) {
    guard let story = scenario(fault, seed: seed) else {
      return print("no machine can suffer \(fault.rawValue)")
    }
    print("\(fault.rawValue) on \(story.preset), seed \(seed), place \(story.faults[0].place ?? "DE")")
    var last = ""
    var newest: [Finding] = []
    var told: Set<String> = []
    let listener = Listener(mind.classifier)
    follow(story, Mind(calibration: mind.calibration, classifier: listener)) { plant, _, now_s in
      newest = plant.findings
      let named = newest.filter(\.isAssessable).map {
        "\($0.fault) \(String(format: "%.2f", $0.confidence))\($0.consequenceOf.map { " <- " + $0 } ?? "")"
      }.joined(separator: ", ")
      let isOpen = newest.contains { !$0.isAssessable && $0.fault == fault.rawValue }
      let line =
        named + (listener.words.isEmpty ? "" : "   # " + listener.top) + (isOpen ? " (cannot be judged)" : "")
      guard line != last else { return }
      last = line
      print(
        String(format: "%.2f %@  ", story.faults[0].severity(at: now_s), plant.isLearned ? "" : "(unlearned)")
          + line + "   # " + listener.words)
      for finding in newest where finding.isAssessable && told.insert(finding.fault).inserted {
        tell(finding)
      }
    }
    print("\nat the end")
    for finding in newest where finding.isAssessable || finding.fault == fault.rawValue { tell(finding) }
  }

  private static func tell(_ finding: Finding) {
    print("  \(finding.fault) \(finding.confidence) rank \(finding.rank ?? 0)")
    for evidence in finding.supporting { print("    + \(evidence.weight) \(evidence.statement)") }
    for evidence in finding.contradicting { print("    - \(evidence.weight) \(evidence.statement)") }
    for missing in finding.missing { print("    ? \(missing)") }
  }
}

/// Hears what a classifier says.
private final class Listener: FaultClassifier {
  private let heard = Mutex<(classifier: (any FaultClassifier)?, newest: [(fault: String, odds: Float)])>(
    (nil, []))
  let faults: [String]
  let name: String

  init(_ classifier: (any FaultClassifier)?) {
    faults = classifier?.faults ?? []
    name = classifier?.name ?? "none"
    heard.withLock { $0.classifier = classifier }
  }

  func logOdds(_ input: [Float]) -> [Float] {
    heard.withLock { heard in
      let odds = heard.classifier?.logOdds(input) ?? []
      heard.newest = zip(faults, odds).sorted { $0.1 > $1.1 }.prefix(3).map { ($0, $1) }
      return odds
    }
  }

  /// The most probable fault.
  var top: String { heard.withLock { $0.newest.first?.fault ?? "" } }
  /// The first three with their log odds.
  var words: String {
    heard.withLock {
      $0.newest.map { "\($0.fault) \(String(format: "%.1f", $0.odds))" }.joined(separator: ", ")
    }
  }
}
