// SPDX-License-Identifier: Apache-2.0

/// The seven states of an alarm (ISA-18.2 / IEC 62682).
public enum AlarmState: String, CaseIterable, Sendable, Codable {
  case normal
  case unacknowledged
  case acknowledged
  /// Returned to normal before anybody acknowledged it.
  case returnedUnacknowledged = "returned-unacknowledged"
  /// Set aside by a person, until a stated time at the latest.
  case shelved
  /// Suppressed by design: by what brings it about, by the machine's state, or in a flood.
  case suppressed
  /// Taken out of service by a person, until a person returns it.
  case outOfService = "out-of-service"

  /// Whether a person still has something to do about it.
  public var isStanding: Bool {
    switch self {
    case .unacknowledged, .acknowledged, .returnedUnacknowledged: true
    case .normal, .shelved, .suppressed, .outOfService: false
    }
  }
}

/// What made an alarm go from one state to another.
public enum AlarmCause: String, CaseIterable, Sendable, Codable {
  /// The condition is there.
  case finding
  /// The condition was away for the whole off-delay.
  case cleared
  /// The condition became more severe than the alarm had been.
  case escalated
  /// What a person did.
  case acknowledge, shelve, unshelve, reset, undo
  case outOfService = "out-of-service"
  case returnToService = "return-to-service"
  /// The shelf's end was reached.
  case expired
  /// Suppressed by design, and no longer.
  case suppressed, unsuppressed
  /// Held back in a flood, and let out again; `flood` is the flood's own alarm, told anew when it grew.
  case held, released, flood
  /// A maintenance record says that the work is done, or that there was nothing.
  case repaired, refuted
  /// The book was full of more urgent alarms.
  case dropped
}

/// Why an alarm is set aside, and until when.
public struct AlarmHold: Sendable, Codable, Equatable {
  /// What sets it aside.
  public enum Reason: String, CaseIterable, Sendable, Codable {
    /// A person, for a while.
    case shelved
    /// A person, until a person ends it.
    case outOfService = "out-of-service"
    /// Another alarm of the machine that brings this one about.
    case parent
    /// The machine is off or starting.
    case state
    /// More alarms than people can take in.
    case flood
  }
  public var reason: Reason
  public var since: Stamp
  /// Severity for which it was set aside; a shelf does not hold what is worse.
  public var severity: Severity
  /// End of a shelf.
  public var until: WallTime?
  public var by: String?
  public var why: String?
  /// Identifier of the alarm that brings this one about.
  public var parent: String?

  public init(
    _ reason: Reason, since: Stamp, severity: Severity, until: WallTime? = nil, by: String? = nil,
    why: String? = nil, parent: String? = nil
  ) {
    self.reason = reason
    self.since = since
    self.severity = severity
    self.until = until
    self.by = by
    self.why = why
    self.parent = parent
  }
}

/// One alarm: a fault on a machine, from the moment it was raised.
public struct Alarm: Sendable, Codable, Equatable {
  /// `machine:fault` or `machine/point:fault`; one alarm stands per fault and place at a time.
  public var id: String
  /// Counts the times that this alarm was raised.
  public var occurrence: Int
  public var state: AlarmState
  /// Highest severity since it was raised; never falls while the alarm stands.
  public var severity: Severity
  public var raised: Stamp
  public var updated: Stamp
  /// When the condition went away, if it did.
  public var returned: Stamp?
  public var finding: Finding
  /// Why it is shelved, suppressed or out of service.
  public var hold: AlarmHold?
  /// The last thing that a person did, while it can be undone.
  public var lastAct: Act?
  /// How a maintenance record closed it while the condition was still told.
  public var closure: Closure?
  /// Since when it comes and goes too often.
  public var chattering: Stamp?
  /// How often this occurrence was announced again; nil for never.
  public var realarms: Int?
  /// By when people should act; nil where no fault model says.
  public var due: Due?

  /// The time to act at the worst severity so far, and since when it runs.
  public struct Due: Sendable, Codable, Equatable {
    public var within: TimeToAct
    public var since: Stamp
    public init(within: TimeToAct, since: Stamp) {
      self.within = within
      self.since = since
    }
  }

  /// What a person did, and the state before it.
  public struct Act: Sendable, Codable, Equatable {
    public var cause: AlarmCause
    public var at: Stamp
    public var before: AlarmState
    public init(_ cause: AlarmCause, at: Stamp, before: AlarmState) {
      self.cause = cause
      self.at = at
      self.before = before
    }
  }

  /// What a maintenance record said.
  public struct Closure: Sendable, Codable, Equatable {
    public var record: String
    public var verdict: RecordVerdict
    public var at: Stamp
    public init(record: String, verdict: RecordVerdict, at: Stamp) {
      self.record = record
      self.verdict = verdict
      self.at = at
    }
  }

  public init(
    id: String, occurrence: Int, state: AlarmState, severity: Severity, raised: Stamp, updated: Stamp,
    returned: Stamp? = nil, finding: Finding
  ) {
    self.id = id
    self.occurrence = occurrence
    self.state = state
    self.severity = severity
    self.raised = raised
    self.updated = updated
    self.returned = returned
    self.finding = finding
  }
}

extension Alarm {
  /// Whether the condition is gone and only a person's reset ends the alarm.
  public var isLatched: Bool { (state == .unacknowledged || state == .acknowledged) && returned != nil }
}

/// One step of an alarm from state to state, for the audit trail; the time is `alarm.updated`.
public struct AlarmTransition: Sendable, Codable, Equatable {
  /// The alarm after the step.
  public var alarm: Alarm
  public var from: AlarmState
  public var cause: AlarmCause
  /// Who did it and why, where a person did.
  public var by: String?
  public var why: String?
  public init(alarm: Alarm, from: AlarmState, cause: AlarmCause, by: String? = nil, why: String? = nil) {
    self.alarm = alarm
    self.from = from
    self.cause = cause
    self.by = by
    self.why = why
  }
}
