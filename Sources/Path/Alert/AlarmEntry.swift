// SPDX-License-Identifier: Apache-2.0

public import Machine

/// An alarm and what the book watches of its condition.
struct AlarmEntry: Sendable, Codable, Equatable {
  var alarm: Alarm
  /// First update of the present absence.
  var awaySince: Stamp?
  /// How long the absence has been watched, seconds: times in which it could not be judged do not count.
  var away_s = 0.0
  /// The update before, if that was absent too.
  var lastAway: MonotonicTime?
  /// The newest comings and goings of the condition, as many as make an alarm chattering.
  var steps: [MonotonicTime] = []

  /// When it came into its state.
  var placed: Stamp

  init(alarm: Alarm) {
    self.alarm = alarm
    placed = alarm.updated
  }

  mutating func endAbsence() { (awaySince, away_s, lastAway) = (nil, 0, nil) }

  /// Watches the absence on; whether it has lasted so long.
  mutating func isAway(at now: Stamp, for delay_s: Double) -> Bool {
    awaySince = awaySince ?? now
    away_s += lastAway.map { now.monotonic.seconds(since: $0) } ?? 0
    lastAway = now.monotonic
    return away_s >= delay_s
  }

  /// The condition came or went: too often marks the alarm as chattering.
  mutating func note(_ now: Stamp, _ chatter: AlarmPolicy.Chatter) {
    steps.append(now.monotonic)
    if steps.count > chatter.transitions { steps.removeFirst(steps.count - chatter.transitions) }
    guard steps.count == chatter.transitions, let first = steps.first else { return }
    if now.monotonic.seconds(since: first) <= chatter.window_s {
      alarm.chattering = alarm.chattering ?? now
    }
  }

  /// A whole window without coming or going ends the mark; whether it did.
  mutating func forgetChatter(_ now: Stamp, _ chatter: AlarmPolicy.Chatter) -> Bool {
    guard alarm.chattering != nil else { return false }
    if let last = steps.last, now.monotonic.seconds(since: last) <= chatter.window_s { return false }
    alarm.chattering = nil
    steps.removeAll()
    return true
  }

  /// The condition as it is told now; a severity never falls.
  mutating func take(_ finding: Finding, at now: Stamp) {
    endAbsence()
    // What became worse has a time to act of its own; what became milder keeps the shorter one.
    if finding.severity > alarm.severity || alarm.due == nil { alarm.due = finding.due(since: now) }
    alarm.finding = finding
    alarm.updated = now
    alarm.severity = max(alarm.severity, finding.severity)
  }

  /// The condition begins anew.
  mutating func begin(_ finding: Finding, at now: Stamp, _ chatter: AlarmPolicy.Chatter) {
    endAbsence()
    note(now, chatter)
    alarm.occurrence += 1
    alarm.finding = finding
    alarm.severity = finding.severity
    (alarm.raised, alarm.updated) = (now, now)
    alarm.due = finding.due(since: now)
    (alarm.returned, alarm.closure, alarm.realarms) = (nil, nil, nil)
  }

  /// Whether the shelf has reached its end; a wall clock that was set back does not make it longer than the maximum.
  func isShelfOver(at now: Stamp, maximum_s: Double) -> Bool {
    guard let hold = alarm.hold, let until = hold.until else { return true }
    return now.received >= until || now.monotonic.seconds(since: hold.since.monotonic) >= maximum_s
  }

  /// Whether a record closed this alarm and what is told is no more than what it closed.
  func isClosed(against finding: Finding, offDelay_s: Double, at now: Stamp) -> Bool {
    guard let closure = alarm.closure, alarm.returned == nil, finding.severity <= alarm.severity else {
      return false
    }
    // Diagnosis needs a while to see a repair; what was refuted stays refuted until it has been away.
    return closure.verdict == .refuted || now.received.seconds - closure.at.received.seconds < offDelay_s
  }
}

/// Everything that a book watches, for a restart that goes on exactly where it was; the owner stores it as a snapshot.
public struct AlarmMemory: Sendable, Codable, Equatable {
  struct Pending: Sendable, Codable, Equatable {
    var machine: MachineID
    var since: MonotonicTime
  }
  var taken: Stamp
  var entries: [AlarmEntry]
  var pending: [String: Pending]
  var motions: [MachineID: OperatingState.Motion]
  var gate: FloodGate
}

extension AlarmBook {
  /// What a restarted book needs beside the stored alarms.
  public func memory(at now: Stamp) -> AlarmMemory {
    AlarmMemory(
      taken: now, entries: entries.values.sorted { $0.alarm.id < $1.alarm.id }, pending: pending,
      motions: motions, gate: gate)
  }

  /// A book that goes on from stored alarms and from what the book before watched. The time between does not count as
  /// absence of a condition, nor as its presence; the monotonic clock may have started again.
  public init(
    policy: AlarmPolicy = AlarmPolicy(), restoring stored: [Alarm], memory: AlarmMemory?, at now: Stamp
  ) {
    guard let memory else {
      self.init(policy: policy, restoring: stored)
      return
    }
    // What was stored later than the memory was taken is the truth.
    var newest = Dictionary(memory.entries.map { ($0.alarm.id, $0) }) { first, _ in first }
    for alarm in stored
    where newest[alarm.id].map({ $0.alarm.updated.received < alarm.updated.received }) ?? true {
      newest[alarm.id] = AlarmEntry(alarm: alarm)
    }
    self.init(policy: policy)
    let clock = now.monotonic.nanoseconds - memory.taken.monotonic.nanoseconds
    let down = max(0, now.received.nanoseconds - memory.taken.received.nanoseconds)
    for var entry in newest.values.sorted(by: { DropRanks.isBefore($1, $0) }).prefix(2 * policy.capacity) {
      entry.lastAway = entry.lastAway.map { $0.moved(clock) }
      entry.steps = entry.steps.map { $0.moved(clock - down) }
      place(entry)
    }
    pending = memory.pending.mapValues { .init(machine: $0.machine, since: $0.since.moved(clock)) }
    motions = memory.motions
    gate = memory.gate
    gate.recent = gate.recent.map { $0.moved(clock - down) }
  }
}

extension Finding {
  fileprivate func due(since now: Stamp) -> Alarm.Due? {
    due.flatMap(TimeToAct.init).map { Alarm.Due(within: $0, since: now) }
  }
}

extension MonotonicTime {
  fileprivate func moved(_ nanoseconds: Int64) -> MonotonicTime {
    MonotonicTime(nanoseconds: self.nanoseconds + nanoseconds)
  }
}
