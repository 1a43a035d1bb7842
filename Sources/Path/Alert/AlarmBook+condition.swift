// SPDX-License-Identifier: Apache-2.0

import Machine

/// Conditions that come, grow worse and go.
extension AlarmBook {
  /// The condition is there.
  mutating func meet(_ id: String, _ finding: Finding, _ now: Stamp, _ out: inout [AlarmTransition]) {
    guard var entry = entries[id] else { return raise(id, finding, now, &out) }
    if entry.forgetChatter(now, policy.chatter) { entries[id] = entry }
    switch entry.alarm.state {
    case .normal:
      let rule = policy.rule(finding.fault, finding.severity)
      guard entry.isClosed(against: finding, offDelay_s: rule.offDelay_s, at: now) else {
        return raise(id, finding, now, &out)
      }
      entry.endAbsence()
    case .returnedUnacknowledged: return raise(id, finding, now, &out)
    case .unacknowledged, .acknowledged:
      if entry.alarm.isLatched { return raise(id, finding, now, &out) }
      let isWorse = finding.severity > entry.alarm.severity
      entry.take(finding, at: now)
      if isWorse { return escalate(entry, now, &out) }
    case .shelved, .suppressed, .outOfService:
      if entry.alarm.returned != nil {
        guard finding.severity >= .warning else { return }
        entry.begin(finding, at: now, policy.chatter)
      } else {
        entry.take(finding, at: now)
      }
      if entry.alarm.state == .shelved, let hold = entry.alarm.hold, finding.severity > hold.severity {
        return escalate(entry, now, &out)
      }
      return place(entry)
    }
    entries[id] = entry
  }

  /// A standing or shelved alarm became worse than what was acknowledged or shelved: it is told again.
  private mutating func escalate(_ entry: AlarmEntry, _ now: Stamp, _ out: inout [AlarmTransition]) {
    var entry = entry
    entry.alarm.realarms = (entry.alarm.realarms ?? 0) + 1
    move(entry, to: .unacknowledged, .escalated, at: now, into: &out)
  }

  /// Raises an alarm when its on-delay is over. A notice asks nothing of anybody and is no alarm.
  private mutating func raise(_ id: String, _ finding: Finding, _ now: Stamp, _ out: inout [AlarmTransition])
  {
    let rule = policy.rule(finding.fault, finding.severity)
    guard finding.severity >= .warning, finding.isBeyond(rule.deadband) else {
      pending[id] = nil
      return
    }
    if rule.onDelay_s > 0 {
      let since = pending[id]?.since ?? now.monotonic
      pending[id] = .init(machine: finding.machine, since: since)
      guard now.monotonic.seconds(since: since) >= rule.onDelay_s else { return }
      pending[id] = nil
    }
    guard makeRoom(for: id, finding, now, &out) else { return refused += 1 }
    var entry =
      entries[id]
      ?? AlarmEntry(
        alarm: Alarm(
          id: id, occurrence: 0, state: .normal, severity: finding.severity, raised: now, updated: now,
          finding: finding))
    entry.begin(finding, at: now, policy.chatter)
    announce(entry, .finding, at: now, into: &out)
  }

  /// The condition is not there: after the off-delay the alarm returns.
  mutating func miss(_ id: String, _ now: Stamp, _ out: inout [AlarmTransition]) {
    guard var entry = entries[id] else { return }
    _ = entry.forgetChatter(now, policy.chatter)
    let rule = policy.rule(entry.alarm.finding.fault, entry.alarm.severity)
    let stretch = entry.alarm.chattering == nil ? 1 : policy.chatter.stretch
    let since = entry.awaySince ?? now
    guard entry.isAway(at: now, for: rule.offDelay_s * stretch) else {
      entries[id] = entry
      return
    }
    entry.endAbsence()
    entry.note(now, policy.chatter)
    entry.alarm.returned = since
    entry.alarm.updated = now
    switch entry.alarm.state {
    case .unacknowledged:
      let next: AlarmState = rule.isLatching ? .unacknowledged : .returnedUnacknowledged
      move(entry, to: next, .cleared, at: now, into: &out)
    case .acknowledged:
      move(entry, to: rule.isLatching ? .acknowledged : .normal, .cleared, at: now, into: &out)
    case .suppressed where !rule.isLatching: move(entry, to: .normal, .cleared, at: now, into: &out)
    case .normal, .returnedUnacknowledged, .shelved, .suppressed, .outOfService:
      entry.alarm.closure = nil
      place(entry)
    }
  }

  /// Puts an alarm before people, or aside where something explains it.
  mutating func announce(
    _ entry: AlarmEntry, _ cause: AlarmCause, at now: Stamp, isReleased: Bool = false, by: String? = nil,
    why: String? = nil, into out: inout [AlarmTransition]
  ) {
    var entry = entry
    let from = entry.alarm.state
    if let hold = designHold(entry.alarm, from: from, now) {
      entry.alarm.hold = hold
      return move(entry, to: .suppressed, .suppressed, at: now, by: by, why: why, into: &out)
    }
    // What people see already is not taken away from them by a flood.
    if !isReleased, !from.isStanding, isFloodHeld(entry.alarm, now) {
      entry.alarm.hold = AlarmHold(.flood, since: now, severity: entry.alarm.severity)
      move(entry, to: .suppressed, .held, at: now, by: by, why: why, into: &out)
      if !gate.isOn { beginFlood(now, &out) }
      return
    }
    move(entry, to: .unacknowledged, cause, at: now, by: by, why: why, into: &out)
  }

  /// The one place in which an alarm changes its state.
  mutating func move(
    _ entry: AlarmEntry, to state: AlarmState, _ cause: AlarmCause, at now: Stamp, by: String? = nil,
    why: String? = nil, into out: inout [AlarmTransition]
  ) {
    var entry = entry
    let from = entry.alarm.state
    entry.alarm.state = state
    entry.alarm.updated = now
    entry.placed = now
    entry.alarm.lastAct = cause.canBeUndone ? Alarm.Act(cause, at: now, before: from) : nil
    if !state.isSetAside { entry.alarm.hold = nil }
    place(entry)
    out.append(AlarmTransition(alarm: entry.alarm, from: from, cause: cause, by: by, why: why))
    if state == .unacknowledged, cause.isAnnouncement {
      gate.count(now.monotonic, keeping: policy.flood.limit + 1)
      if !gate.isOn, gate.rate(at: now.monotonic, policy.flood.window_s) > policy.flood.limit {
        beginFlood(now, &out)
      }
    }
  }

  /// Puts an entry into the book and into its lists.
  mutating func place(_ entry: AlarmEntry) {
    let (id, alarm) = (entry.alarm.id, entry.alarm)
    let before = entries[id]
    entries[id] = entry
    if before == nil { identifiers[alarm.finding.machine, default: []].insert(id) }
    if alarm.state == .shelved { shelved.insert(id) } else { shelved.remove(id) }
    if alarm.state == .suppressed, alarm.hold?.reason == .flood { held.insert(id) } else { held.remove(id) }
    ranks.place(entry, before: before)
  }
}

extension AlarmState {
  var isSetAside: Bool { self == .shelved || self == .suppressed || self == .outOfService }
}

extension AlarmCause {
  var canBeUndone: Bool { self == .acknowledge || self == .shelve || self == .outOfService }
  /// Whether a transition to unacknowledged with this cause is news for people; what a person brought back is none.
  var isAnnouncement: Bool {
    switch self {
    case .undo, .cleared, .flood, .unshelve, .returnToService: false
    default: true
    }
  }
}

extension Finding {
  /// Whether the heaviest supporting fact that holds a value against a limit passes it by this share. A finding without
  /// such a fact, and a danger, always does.
  func isBeyond(_ deadband: Double) -> Bool {
    guard deadband > 0, severity < .danger else { return true }
    let facts = supporting.filter { $0.value?.isFinite == true && ($0.reference ?? 0) != 0 }
    guard let fact = facts.max(by: { $0.weight < $1.weight }), let value = fact.value,
      let limit = fact.reference
    else { return true }
    return abs(value - limit) >= deadband * abs(limit)
  }
}
