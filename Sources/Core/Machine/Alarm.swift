// SPDX-License-Identifier: Apache-2.0

/// The states of an alarm (ISA-18.2 / IEC 62682).
public enum AlarmState: String, CaseIterable, Sendable, Codable {
  case normal
  case unacknowledged
  case acknowledged
  /// Returned to normal, not yet acknowledged: a latched alarm waits here.
  case returnedUnacknowledged = "returned-unacknowledged"
  case shelved
  case suppressed
  case outOfService = "out-of-service"

  /// Whether a person still has something to do about it.
  public var isStanding: Bool {
    switch self {
    case .unacknowledged, .acknowledged, .returnedUnacknowledged: true
    case .normal, .shelved, .suppressed, .outOfService: false
    }
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

/// One step of an alarm from state to state, for the audit trail.
public struct AlarmTransition: Sendable, Codable, Equatable {
  public var alarm: Alarm
  public var from: AlarmState
  /// What made it happen: `finding`, `cleared`, `escalated`, `acknowledge`, `suppressed`, `unsuppressed`,
  /// `dropped`.
  public var cause: String
  /// Who did it and why, where a person did.
  public var by: String?
  public var why: String?
  public init(alarm: Alarm, from: AlarmState, cause: String, by: String? = nil, why: String? = nil) {
    self.alarm = alarm
    self.from = from
    self.cause = cause
    self.by = by
    self.why = why
  }
}
