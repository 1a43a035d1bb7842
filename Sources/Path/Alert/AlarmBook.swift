// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The alarms of a site as a state machine after ISA-18.2 (IEC 62682): findings and commands in, transitions out.
/// Whoever owns the book stores and publishes the transitions; the book has no clock and no I/O.
/// ```
///                 condition                    acknowledge
///   normal ─────────────────► unacknowledged ─────────────► acknowledged
///     ▲                        │          ▲                      │
///     │ acknowledge       away │          │ condition      away  │
///     │                        ▼          │                      ▼
///     └──────────────── returned-unacknowledged               normal
/// ```
/// "Away" means watched to be away for the whole off-delay: a condition that comes back before changes nothing. A rising
/// severity makes an acknowledged alarm unacknowledged again; severity never falls while the alarm stands.
/// `anomaly` is suppressed while any other alarm about the machine itself stands. A finding that says "not
/// assessable", or a defect of the point that showed it, holds an alarm where it is: unknown is not normal.
/// ```swift
/// var book = AlarmBook(restoring: stored)
/// for transition in book.update(findings, for: pump.id, at: stamp) { store(transition) }
/// ```
public struct AlarmBook: ~Copyable {
  private struct Entry {
    var alarm: Alarm
    /// First update of the present absence.
    var awaySince: Stamp?
    /// How long the absence has been watched, seconds: times in which it could not be judged do not count.
    var away_s = 0.0
    /// The update before, if that was absent too.
    var lastAway: Stamp?

    mutating func endAbsence() { (awaySince, away_s, lastAway) = (nil, 0, nil) }
  }

  /// Delays and bounds.
  public let policy: AlarmPolicy
  /// Alarms that found no place because the book was full of more urgent ones.
  public private(set) var refused = 0
  private var entries: [String: Entry] = [:]
  /// The keys of `entries` by machine.
  private var identifiers: [MachineID: Set<String>] = [:]
  /// Conditions whose on-delay runs, and since when. Bounded by the findings of one window per machine.
  private var pending: [String: (machine: MachineID, since: Stamp)] = [:]

  /// A book that goes on from stored alarms; those beyond the capacity are the least urgent ones.
  public init(policy: AlarmPolicy = AlarmPolicy(), restoring stored: [Alarm] = []) {
    self.policy = policy
    let kept = stored.sorted { AlarmBook.isDroppedBefore($1, $0) }.prefix(policy.capacity)
    for alarm in kept {
      entries[alarm.id] = Entry(alarm: alarm)
      identifiers[alarm.finding.machine, default: []].insert(alarm.id)
    }
  }

  /// Alarms that need a person, most urgent first, then oldest first.
  public var standing: [Alarm] { AlarmBook.inOrder(entries.keys.compactMap { standingAlarm($0) }) }

  /// Standing alarms of one machine, in the order of `standing`.
  public func standing(of machine: MachineID) -> [Alarm] {
    AlarmBook.inOrder((identifiers[machine] ?? []).compactMap { standingAlarm($0) })
  }

  /// The alarm with this identifier, in whatever state.
  public func alarm(_ id: String) -> Alarm? { entries[id]?.alarm }

  /// Takes over what diagnosis says about one machine after a window.
  /// - Parameter findings: all findings of this machine, those that cannot be judged included.
  public mutating func update(_ findings: [Finding], for machine: MachineID, at now: Stamp)
    -> [AlarmTransition]
  {
    var transitions: [AlarmTransition] = []
    let own = findings.filter { $0.machine == machine }
    let present = Dictionary(
      own.filter(\.isAssessable).map { ($0.alarmID, $0.clampedForAlarm) }
    ) { a, b in a.severity >= b.severity ? a : b }
    for (id, finding) in present.sorted(by: { ($1.value.severity, $0.key) < ($0.value.severity, $1.key) }) {
      meet(id, finding, now, &transitions)
    }
    pending = pending.filter { present[$0.key] != nil || $0.value.machine != machine }
    let unjudged = Unjudged(own)
    for id in identifiers(of: machine) where present[id] == nil {
      guard let entry = entries[id] else { continue }
      if unjudged.holds(entry.alarm.finding) {
        entries[id]?.lastAway = nil
      } else {
        miss(id, now, &transitions)
      }
    }
    suppress(machine, present, now, &transitions)
    return transitions
  }

  /// Acknowledges a standing alarm.
  public mutating func acknowledge(
    _ id: String, by person: String, why: String, at now: Stamp
  ) throws(AlarmError) -> AlarmTransition {
    guard !person.isEmpty else { throw .nobody }
    guard let alarm = entries[id]?.alarm else { throw .unknownAlarm(id) }
    let next: AlarmState
    switch alarm.state {
    case .unacknowledged: next = .acknowledged
    case .returnedUnacknowledged: next = .normal
    default: throw .notStanding(id, alarm.state)
    }
    var transition = AlarmTransition(
      alarm: alarm, from: alarm.state, cause: "acknowledge", by: person, why: why)
    transition.alarm.state = next
    transition.alarm.updated = now
    entries[id]?.alarm = transition.alarm
    return transition
  }
}

extension AlarmBook {
  private func identifiers(of machine: MachineID) -> [String] { (identifiers[machine] ?? []).sorted() }

  private func standingAlarm(_ id: String) -> Alarm? {
    guard let alarm = entries[id]?.alarm, alarm.state.isStanding else { return nil }
    return alarm
  }

  private static func inOrder(_ alarms: [Alarm]) -> [Alarm] {
    alarms.sorted { ($1.severity, $0.raised.wall, $0.id) < ($0.severity, $1.raised.wall, $1.id) }
  }

  // MARK: steps

  /// The condition is there.
  private mutating func meet(_ id: String, _ finding: Finding, _ now: Stamp, _ out: inout [AlarmTransition]) {
    guard var entry = entries[id], entry.alarm.state != .normal else { return raise(id, finding, now, &out) }
    let from = entry.alarm.state
    if from == .returnedUnacknowledged, finding.severity < .warning { return }
    entry.endAbsence()
    let isWorse = finding.severity > entry.alarm.severity
    entry.alarm.finding = finding
    entry.alarm.updated = now
    entry.alarm.severity = max(entry.alarm.severity, finding.severity)
    var cause: String?
    if from == .returnedUnacknowledged {
      entry.alarm.state = .unacknowledged
      entry.alarm.occurrence += 1
      entry.alarm.returned = nil
      cause = "finding"
    } else if isWorse, from == .acknowledged || from == .unacknowledged {
      entry.alarm.state = .unacknowledged
      cause = "escalated"
    }
    entries[id] = entry
    if let cause { out.append(AlarmTransition(alarm: entry.alarm, from: from, cause: cause)) }
  }

  /// Raises a new alarm when its on-delay is over. A notice asks nothing of anybody and is no alarm.
  private mutating func raise(_ id: String, _ finding: Finding, _ now: Stamp, _ out: inout [AlarmTransition])
  {
    guard finding.severity >= .warning else { return }
    let since = pending[id]?.since ?? now
    pending[id] = (finding.machine, since)
    guard now.monotonic.seconds(since: since.monotonic) >= policy.onDelay_s else { return }
    pending[id] = nil
    if finding.fault == anomalyFault, isExplained(finding.machine) { return }
    guard makeRoom(for: id, finding, now, &out) else { return refused += 1 }
    let before = entries[id]?.alarm
    let alarm = Alarm(
      id: id, occurrence: (before?.occurrence ?? 0) + 1, state: .unacknowledged, severity: finding.severity,
      raised: now, updated: now, finding: finding)
    entries[id] = Entry(alarm: alarm)
    identifiers[finding.machine, default: []].insert(id)
    out.append(AlarmTransition(alarm: alarm, from: .normal, cause: "finding"))
  }

  /// The condition is not there: after the off-delay the alarm returns.
  private mutating func miss(_ id: String, _ now: Stamp, _ out: inout [AlarmTransition]) {
    guard var entry = entries[id] else { return }
    let from = entry.alarm.state
    guard from == .unacknowledged || from == .acknowledged || from == .suppressed else { return }
    let since = entry.awaySince ?? now
    entry.awaySince = since
    entry.away_s += entry.lastAway.map { now.monotonic.seconds(since: $0.monotonic) } ?? 0
    entry.lastAway = now
    if entry.away_s >= policy.offDelay_s {
      entry.alarm.state = from == .unacknowledged ? .returnedUnacknowledged : .normal
      entry.alarm.returned = since
      entry.alarm.updated = now
      entry.endAbsence()
      out.append(AlarmTransition(alarm: entry.alarm, from: from, cause: "cleared"))
    }
    entries[id] = entry
  }

  // MARK: suppression

  /// Whether another alarm already tells that the machine itself is not well.
  private func isExplained(_ machine: MachineID) -> Bool {
    (identifiers[machine] ?? []).contains { id in
      guard let finding = standingAlarm(id)?.finding else { return false }
      return finding.subject == .machine && finding.fault != anomalyFault
    }
  }

  private mutating func suppress(
    _ machine: MachineID, _ present: [String: Finding], _ now: Stamp, _ out: inout [AlarmTransition]
  ) {
    for id in identifiers(of: machine) {
      guard var alarm = entries[id]?.alarm, alarm.finding.fault == anomalyFault else { continue }
      let from = alarm.state
      if from.isStanding, isExplained(machine) {
        alarm.state = .suppressed
      } else if from == .suppressed, present[id] != nil, !isExplained(machine) {
        alarm.state = .unacknowledged
      } else {
        continue
      }
      alarm.updated = now
      entries[id]?.alarm = alarm
      out.append(
        AlarmTransition(
          alarm: alarm, from: from, cause: alarm.state == .suppressed ? "suppressed" : "unsuppressed"))
    }
  }

  // MARK: bound

  /// The order in which alarms leave a full book: those that are over, then those that have returned, then
  /// standing ones; within each the least severe first, then the oldest.
  private static func isDroppedBefore(_ a: Alarm, _ b: Alarm) -> Bool {
    func rank(_ alarm: Alarm) -> Int {
      switch alarm.state {
      case .normal: 0
      case .returnedUnacknowledged, .suppressed: 1
      default: 2
      }
    }
    return (rank(a), a.severity, a.updated.wall, a.id) < (rank(b), b.severity, b.updated.wall, b.id)
  }

  /// Makes a place for a new alarm, if need be by dropping one that is over or less severe.
  private mutating func makeRoom(
    for id: String, _ finding: Finding, _ now: Stamp, _ out: inout [AlarmTransition]
  ) -> Bool {
    if entries[id] != nil || entries.count < policy.capacity { return true }
    guard var victim = entries.values.map(\.alarm).min(by: AlarmBook.isDroppedBefore) else { return true }
    let isOver = !victim.state.isStanding || victim.state == .returnedUnacknowledged
    guard isOver || victim.severity < finding.severity else { return false }
    entries[victim.id] = nil
    identifiers[victim.finding.machine]?.remove(victim.id)
    if victim.state != .normal {
      let from = victim.state
      victim.state = .normal
      victim.updated = now
      out.append(AlarmTransition(alarm: victim, from: from, cause: "dropped"))
    }
    return true
  }
}
