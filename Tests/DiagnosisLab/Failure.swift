// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Foundation
import Machine
import PathLab
import Simulation
import Store

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
  /// What stood first in most judgements from severity 0.7 on; nil when nothing was named in most.
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

  static func run(_ fault: FaultKind, seed: UInt64, calibration: Calibration) -> Failure? {
    guard let story = scenario(fault, seed: seed), let onset = story.onset_s, let failure = story.failure_s
    else { return nil }
    var result = Failure(fault: fault.rawValue, seed: seed, preset: story.preset, rank: 0)
    var late: [Opinion] = []
    let subject: Subject = fault.isSensorFault ? .sensor : .machine
    follow(story, calibration) { plant, raised, now_s in
      let alarms = raised.filter { $0.subject == subject }
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
      guard severity >= 0.7, now_s <= failure + (fault.isSensorFault ? 7200 : 0) else { return }
      let opinion = Opinion(plant.findings, at: now_s, about: subject)
      late.append(opinion)
      guard let top = opinion.ranked.first else { return }
      result.said.append(top.confidence)
      result.wasRight.append(top.fault == fault.rawValue)
    }
    result.settle(late)
    return result
  }

  /// Fast faults at their own pace, slow ones within a day.
  static func scenario(_ fault: FaultKind, seed: UInt64) -> Scenario? {
    let usual = fault.course.growth_s
    let day = 86_400.0
    let growth = min(usual.lowerBound, 0.6 * day)...min(usual.upperBound, day)
    var story = Scenario.failure(fault, seed: seed, healthy_s: Story.healthy_s, growth_s: growth)
    // A machine that is greased too much was greased.
    if fault == .overGreasing, let onset = story?.onset_s { story?.spec.plan.greasings_s.append(onset) }
    return story
  }

  /// Runs the story to its failure; `look` sees the plant after every round, with the alarms that it raised.
  static func follow(
    _ story: Scenario, _ calibration: Calibration,
    _ look: (borrowing SimulatedPlant, [Finding], Double) -> Void
  ) {
    guard let onset = story.onset_s, let failure = story.failure_s else { return }
    var plant = Story.plant(story, calibration: calibration)
    var greasings = story.spec.plan.greasings_s.sorted()[...]
    let end = failure + (story.faults[0].kind.isSensorFault ? 2 * 3600 : 0)
    var isFollowing = false
    while plant.time_s <= end {
      if !isFollowing, plant.time_s >= onset - 3600 {
        Story.follow(max(failure - onset, 3600), &plant)
        isFollowing = true
      }
      if let next = greasings.first, plant.time_s >= next {
        plant.note(.lubrication)
        greasings.removeFirst()
      }
      let now_s = plant.time_s
      let batch = plant.advance()
      look(
        plant, batch.transitions.filter { $0.alarm.state == .unacknowledged }.map(\.alarm.finding), now_s)
    }
  }

  private mutating func settle(_ late: [Opinion]) {
    guard !late.isEmpty else { return }
    let tops = late.map { $0.ranked.first?.fault ?? "" }
    let ranks = late.map { $0.rank(of: fault) ?? 0 }
    let top = most(tops)
    self.late = top.isEmpty ? nil : top
    rank = most(ranks)
    let open = late.compactMap { opinion in opinion.open.first { $0.fault == fault } }
    if 2 * open.count > late.count { missing = open[open.count / 2].missing }
  }

  private func most<T: Hashable & Comparable>(_ values: [T]) -> T {
    let counts = Dictionary(grouping: values) { $0 }.mapValues(\.count)
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? values[0]
  }
}

extension Failure {
  /// Prints what the path said from onset to failure: each change of what is named, and at the end the evidence.
  static func explain(_ fault: FaultKind, seed: UInt64) {
    guard let story = scenario(fault, seed: seed) else {
      return print("no machine can suffer \(fault.rawValue)")
    }
    print("\(fault.rawValue) on \(story.preset), seed \(seed), place \(story.faults[0].place ?? "DE")")
    var last = ""
    var newest: [Finding] = []
    follow(story, .identity) { plant, _, now_s in
      newest = plant.findings
      let named = newest.filter(\.isAssessable).map {
        "\($0.fault) \(String(format: "%.2f", $0.confidence))\($0.consequenceOf.map { " <- " + $0 } ?? "")"
      }.joined(separator: ", ")
      let isOpen = newest.contains { !$0.isAssessable && $0.fault == fault.rawValue }
      let line = named + (isOpen ? " (cannot be judged)" : "")
      guard line != last else { return }
      last = line
      print(
        String(format: "%.2f %@  ", story.faults[0].severity(at: now_s), plant.isLearned ? "" : "(unlearned)")
          + line)
    }
    for finding in newest where finding.isAssessable || finding.fault == fault.rawValue {
      print("\n\(finding.fault) \(finding.confidence) rank \(finding.rank ?? 0)")
      for evidence in finding.supporting { print("  + \(evidence.weight) \(evidence.statement)") }
      for evidence in finding.contradicting { print("  - \(evidence.weight) \(evidence.statement)") }
      for missing in finding.missing { print("  ? \(missing)") }
    }
  }
}
