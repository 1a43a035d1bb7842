// SPDX-License-Identifier: Apache-2.0

public import Machine

/// What people and maintenance records do to alarms.
extension AlarmBook {
  /// Obeys a command, or says in words why not.
  public mutating func apply(_ command: AlarmCommand, at now: Stamp) throws(AlarmError) -> [AlarmTransition] {
    try command.validate(policy, at: now.received)
    guard var entry = entries[command.alarm] else { throw .unknownAlarm(command.alarm) }
    let state = entry.alarm.state
    let refusal = AlarmError.notAllowed(command.verb, command.alarm, state)
    var out: [AlarmTransition] = []
    func by() -> (String, String?) { (command.by, command.why.isEmpty ? nil : command.why) }
    let (person, why) = by()
    switch (command.verb, state) {
    case (.acknowledge, .unacknowledged):
      move(entry, to: .acknowledged, .acknowledge, at: now, by: person, why: why, into: &out)
    case (.acknowledge, .returnedUnacknowledged):
      move(entry, to: .normal, .acknowledge, at: now, by: person, why: why, into: &out)
    case (.shelve, .normal), (.shelve, .unacknowledged), (.shelve, .acknowledged),
      (.shelve, .returnedUnacknowledged):
      entry.alarm.hold = AlarmHold(
        .shelved, since: now, severity: entry.alarm.severity, until: command.until, by: person, why: why)
      move(entry, to: .shelved, .shelve, at: now, by: person, why: why, into: &out)
    case (.outOfService, .normal), (.outOfService, .unacknowledged), (.outOfService, .acknowledged),
      (.outOfService, .returnedUnacknowledged):
      entry.alarm.hold = AlarmHold(
        .outOfService, since: now, severity: entry.alarm.severity, by: person, why: why)
      move(entry, to: .outOfService, .outOfService, at: now, by: person, why: why, into: &out)
    case (.unshelve, .shelved):
      bringBack(entry, .unshelve, at: now, by: person, why: why, into: &out)
    case (.returnToService, .outOfService):
      bringBack(entry, .returnToService, at: now, by: person, why: why, into: &out)
    case (.reset, .unacknowledged), (.reset, .acknowledged):
      guard entry.alarm.isLatched else { throw .stillPresent(command.alarm) }
      guard state == .acknowledged else { throw .acknowledgeFirst(command.alarm) }
      move(entry, to: .normal, .reset, at: now, by: person, why: why, into: &out)
    case (.undo, _): try undo(entry, command, now, &out)
    case (.close, .outOfService): throw refusal
    case (.close, _):
      guard let record = command.record, let verdict = command.verdict else { throw .noRecord }
      entry.alarm.closure =
        entry.alarm.returned == nil ? Alarm.Closure(record: record, verdict: verdict, at: now) : nil
      move(
        entry, to: .normal, verdict == .refuted ? .refuted : .repaired, at: now, by: person,
        why: why.map { "\(record): \($0)" } ?? record, into: &out)
    default: throw refusal
    }
    return out
  }

  /// Takes back the last act of a person: the alarm is where it would be without it.
  private mutating func undo(
    _ entry: AlarmEntry, _ command: AlarmCommand, _ now: Stamp, _ out: inout [AlarmTransition]
  ) throws(AlarmError) {
    guard let act = entry.alarm.lastAct else { throw .nothingToUndo(command.alarm) }
    let age_s = now.received.seconds - act.at.received.seconds
    guard age_s <= policy.undo_s else { throw .tooLateToUndo(command.alarm, after_s: policy.undo_s) }
    let isThere = entry.alarm.returned == nil || isKept(entry.alarm)
    let next: AlarmState =
      switch (act.before, isThere) {
      case (.acknowledged, true): .acknowledged
      case (.normal, true), (.unacknowledged, true), (.returnedUnacknowledged, true): .unacknowledged
      case (.unacknowledged, false), (.returnedUnacknowledged, false): .returnedUnacknowledged
      default: .normal
      }
    move(
      entry, to: next, .undo, at: now, by: command.by, why: command.why.isEmpty ? nil : command.why,
      into: &out)
  }
}
