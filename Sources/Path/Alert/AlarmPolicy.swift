// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The delays and bounds of an alarm book.
public struct AlarmPolicy: Sendable, Equatable {
  /// How long a condition must stand before its alarm is raised. Diagnosis asks for persistence already.
  public var onDelay_s: Double
  /// How long a condition must stay away before its alarm returns to normal: the deadband in time.
  public var offDelay_s: Double
  /// Most alarms that are kept, returned ones included.
  public var capacity: Int

  /// The defaults: raised at once, cleared after ten quiet minutes, 1,000 alarms.
  public init(onDelay_s: Double = 0, offDelay_s: Double = 600, capacity: Int = 1000) {
    self.onDelay_s = onDelay_s
    self.offDelay_s = offDelay_s
    self.capacity = max(1, capacity)
  }
}

/// Why an operator's command on an alarm was refused.
public enum AlarmError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No alarm has this identifier.
  case unknownAlarm(String)
  /// There is nothing to acknowledge.
  case notStanding(String, AlarmState)
  /// A name is needed for the audit trail.
  case nobody

  /// What the operator reads.
  public var description: String {
    switch self {
    case .unknownAlarm(let id): "no alarm '\(id)'"
    case .notStanding(let id, let state): "alarm '\(id)' is \(state.rawValue): nothing to acknowledge"
    case .nobody: "an acknowledgement needs the name of a person"
    }
  }
}

extension Finding {
  /// Identifier of the alarm that this finding belongs to: `machine:fault`, or `machine/point:fault`.
  public var alarmID: String { "\(point.map(\.description) ?? machine.description):\(fault)" }
}
