// SPDX-License-Identifier: Apache-2.0

import Machine

/// Suppression by design: under the root, by the machine's state.
extension AlarmBook {
  /// Why this alarm is not put before people, if so.
  /// - Parameter from: the state it comes from; one that stands is not hidden by the machine's state.
  func designHold(_ alarm: Alarm, from: AlarmState, _ now: Stamp) -> AlarmHold? {
    if let parent = parent(of: alarm) {
      return AlarmHold(.parent, since: now, severity: alarm.severity, parent: parent.id)
    }
    guard from == .normal || from == .suppressed, alarm.severity < .danger,
      alarm.finding.subject == .machine, let motion = motions[alarm.finding.machine],
      policy.rule(alarm.finding.fault, alarm.severity).suppressedIn.contains(motion)
    else { return nil }
    return AlarmHold(
      .state, since: now, severity: alarm.severity,
      why: motion == .off ? "the machine is off" : "the machine is starting or stopping")
  }

  /// The alarm that brings this one about and still lives; nil too where this one is a danger and that one is not, and
  /// where two name each other.
  func parent(of alarm: Alarm) -> Alarm? {
    guard alarm.finding.subject == .machine else { return nil }
    guard let parent = namedParent(of: alarm) else { return nil }
    if alarm.severity == .danger, parent.severity < .danger { return nil }
    var (walker, steps) = (parent, 0)
    while walker.state == .suppressed, let next = namedParent(of: walker) {
      steps += 1
      if next.id == alarm.id || steps > 16 { return nil }
      walker = next
    }
    return parent
  }

  private func namedParent(of alarm: Alarm) -> Alarm? {
    let finding = alarm.finding
    let isAnomaly = finding.fault == anomalyFault
    guard isAnomaly || finding.consequenceOf != nil else { return nil }
    var candidates: [Alarm] = []
    for id in identifiers[finding.machine] ?? [] where id != alarm.id {
      guard let other = entries[id]?.alarm, other.finding.subject == .machine,
        other.finding.fault != anomalyFault
      else { continue }
      let isParent =
        isAnomaly
        ? other.state.isStanding : other.finding.fault == finding.consequenceOf && AlarmBook.lives(other)
      if isParent { candidates.append(other) }
    }
    return candidates.min { ($1.severity, $0.id) < ($0.severity, $1.id) }
  }

  /// Whether an alarm stands, or its condition does while the alarm is set aside.
  private static func lives(_ alarm: Alarm) -> Bool {
    alarm.state.isStanding || alarm.state.isSetAside && alarm.returned == nil
  }

  /// Looks again at every alarm of a machine: what is suppressed without a reason is told, what stands under a root is
  /// suppressed.
  mutating func reconsider(
    _ machine: MachineID, _ present: [String: Finding], _ now: Stamp, _ out: inout [AlarmTransition]
  ) {
    for id in identifiers(of: machine) {
      guard var entry = entries[id] else { continue }
      let alarm = entry.alarm
      switch alarm.state {
      case .suppressed:
        if let hold = designHold(alarm, from: .suppressed, now) {
          guard hold.reason != alarm.hold?.reason || hold.parent != alarm.hold?.parent else { continue }
          entry.alarm.hold = hold
          place(entry)
          continue
        }
        if alarm.hold?.reason == .flood && alarm.severity <= policy.flood.highestHeld { continue }
        if alarm.returned != nil, !isKept(alarm) {
          move(entry, to: .normal, .unsuppressed, at: now, into: &out)
        } else if present[id] != nil || alarm.returned != nil {
          let isWorse = alarm.hold.map { alarm.severity > $0.severity } ?? false
          announce(entry, isWorse ? .escalated : .unsuppressed, at: now, into: &out)
        }
      case .unacknowledged, .acknowledged, .returnedUnacknowledged:
        guard let parent = parent(of: alarm) else { continue }
        entry.alarm.hold = AlarmHold(.parent, since: now, severity: alarm.severity, parent: parent.id)
        move(entry, to: .suppressed, .suppressed, at: now, into: &out)
      case .normal, .shelved, .outOfService: continue
      }
    }
  }

  /// Whether the alarm must be told though its condition is gone: it latches.
  func isKept(_ alarm: Alarm) -> Bool {
    alarm.returned != nil && policy.rule(alarm.finding.fault, alarm.severity).isLatching
  }

  /// Ends a shelf or an absence from service: the alarm is told where its condition stands, else it is over.
  mutating func bringBack(
    _ entry: AlarmEntry, _ cause: AlarmCause, at now: Stamp, by: String? = nil, why: String? = nil,
    into out: inout [AlarmTransition]
  ) {
    if entry.alarm.returned == nil || isKept(entry.alarm) {
      // A person who asks for it sees it, flood or not.
      announce(entry, cause, at: now, isReleased: by != nil, by: by, why: why, into: &out)
    } else {
      move(entry, to: .normal, cause, at: now, by: by, why: why, into: &out)
    }
  }

  /// Findings in the order in which they are met: what brings others about before what it brings about, the most
  /// severe first.
  func rootsFirst(_ present: [String: Finding]) -> [(key: String, value: Finding)] {
    if present.count < 2 { return Array(present) }
    let causes = Dictionary(present.values.map { ($0.fault, $0.consequenceOf) }) { a, b in a ?? b }
    func depth(_ finding: Finding) -> Int {
      if finding.fault == anomalyFault { return Int.max }
      var (count, cause) = (0, finding.consequenceOf)
      while let fault = cause, let next = causes[fault], count < 16 { (count, cause) = (count + 1, next) }
      return count
    }
    let keyed = present.map { (entry: $0, depth: depth($0.value)) }
    return keyed.sorted { a, b in
      (a.depth, b.entry.value.severity, a.entry.key) < (b.depth, a.entry.value.severity, b.entry.key)
    }.map(\.entry)
  }
}
