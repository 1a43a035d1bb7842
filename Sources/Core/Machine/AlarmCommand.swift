// SPDX-License-Identifier: Apache-2.0

/// What a person, or a maintenance record, asks of one alarm: the same value from the command line, over MQTT and from
/// records, kept as JSON in the store until the daemon has answered it.
public struct AlarmCommand: Sendable, Codable, Equatable {
  public enum Verb: String, CaseIterable, Sendable, Codable {
    case acknowledge, shelve, unshelve
    case outOfService = "out-of-service"
    case returnToService = "return-to-service"
    /// Ends a latched alarm whose condition is gone.
    case reset
    /// Takes back the last acknowledgement, shelving or taking out of service.
    case undo
    /// A maintenance record says that the work is done, or that there was nothing.
    case close
  }

  public var verb: Verb
  /// `Alarm.id`.
  public var alarm: String
  /// Who asks.
  public var by: String
  public var why: String
  /// End of a shelf.
  public var until: WallTime?
  /// The record that closes, and what it found.
  public var record: String?
  public var verdict: RecordVerdict?

  public init(
    _ verb: Verb, _ alarm: String, by: String, why: String = "", until: WallTime? = nil,
    record: String? = nil,
    verdict: RecordVerdict? = nil
  ) {
    self.verb = verb
    self.alarm = alarm
    self.by = by
    self.why = why
    self.until = until
    self.record = record
    self.verdict = verdict
  }
}

/// What work on the machine found of a diagnosis.
public enum RecordVerdict: String, CaseIterable, Sendable, Codable {
  /// The fault was there and is repaired.
  case confirmed
  /// Work was done; whether the fault was there is not said.
  case repaired
  /// There was no such fault: a false alarm.
  case refuted
}
