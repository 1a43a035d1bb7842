// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Why a command on an alarm was refused.
public enum AlarmError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No alarm has this identifier.
  case unknownAlarm(String)
  /// The command makes no sense in this state.
  case notAllowed(AlarmCommand.Verb, String, AlarmState)
  /// A name is needed for the audit trail.
  case nobody(AlarmCommand.Verb)
  /// A reason is needed for the audit trail.
  case noReason(AlarmCommand.Verb)
  /// A name or reason is longer than the trail keeps, or holds control characters.
  case unfit(String, limit: Int)
  /// A shelf needs an end.
  case noEnd
  /// The end has passed.
  case endInPast(WallTime)
  /// The end is later than the site allows.
  case endBeyond(WallTime, maximum_s: Double)
  /// The condition is still there: a reset would hide it.
  case stillPresent(String)
  /// A latched alarm is acknowledged before it is reset.
  case acknowledgeFirst(String)
  /// The last thing that happened to the alarm was not a person's act that can be taken back.
  case nothingToUndo(String)
  /// The time for taking it back is over.
  case tooLateToUndo(String, after_s: Double)
  /// A close names its record and what it found.
  case noRecord

  /// What the operator reads.
  public var description: String {
    switch self {
    case .unknownAlarm(let id): "no alarm '\(id)'; 'millwright alarm list --all' shows them"
    case .notAllowed(let verb, let id, let state):
      "alarm '\(id)' is \(state.rawValue): \(verb.rawValue) does not apply"
    case .nobody(let verb): "\(verb.rawValue) needs the name of a person"
    case .noReason(let verb): "\(verb.rawValue) needs a reason"
    case .unfit(let what, let limit):
      "\(what) must be plain text of at most \(limit) characters in one line"
    case .noEnd: "a shelf needs an end: no alarm is shelved for ever"
    case .endInPast(let end): "the shelf would have ended at \(end.iso8601), which has passed"
    case .endBeyond(let end, let maximum_s):
      "the shelf would end at \(end.iso8601); the site allows \(inWords(maximum_s)) at most"
    case .stillPresent(let id): "alarm '\(id)' cannot be reset: its condition is still there"
    case .acknowledgeFirst(let id): "alarm '\(id)' is to be acknowledged before it is reset"
    case .nothingToUndo(let id):
      "alarm '\(id)': its last step was not an acknowledgement, shelving or taking out of service"
    case .tooLateToUndo(let id, let after_s):
      "alarm '\(id)': an act can be undone for \(inWords(after_s)) only"
    case .noRecord: "a close names its record and what it found: confirmed, repaired or refuted"
    }
  }
}

extension AlarmCommand {
  /// Longest name, and longest reason, that the trail keeps.
  public static let nameLimit = 100
  public static let reasonLimit = 500

  /// Refuses what no state of the alarm could make right; done where the command is given and again where it is obeyed.
  public func validate(_ policy: AlarmPolicy, at now: WallTime) throws(AlarmError) {
    if by.allSatisfy(\.isWhitespace) { throw .nobody(verb) }
    guard AlarmCommand.isFit(by, AlarmCommand.nameLimit) else {
      throw .unfit("a name", limit: AlarmCommand.nameLimit)
    }
    guard AlarmCommand.isFit(why, AlarmCommand.reasonLimit) else {
      throw .unfit("a reason", limit: AlarmCommand.reasonLimit)
    }
    switch verb {
    case .shelve:
      guard let until else { throw .noEnd }
      if until <= now { throw .endInPast(until) }
      if until.seconds - now.seconds > policy.shelveMaximum_s {
        throw .endBeyond(until, maximum_s: policy.shelveMaximum_s)
      }
      try needReason()
    case .outOfService, .returnToService: try needReason()
    case .close:
      guard let record, verdict != nil, AlarmCommand.isFit(record, AlarmCommand.nameLimit) else {
        throw .noRecord
      }
    case .acknowledge, .unshelve, .reset, .undo: break
    }
  }

  private func needReason() throws(AlarmError) {
    if why.allSatisfy(\.isWhitespace) { throw .noReason(verb) }
  }

  /// Whether a text is one line without control characters, at most so long.
  public static func isFit(_ text: String, _ limit: Int) -> Bool {
    text.count <= limit && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
  }
}

/// A length of time as people say it.
private func inWords(_ seconds: Double) -> String {
  let units = [("days", 86_400.0), ("hours", 3600), ("minutes", 60)]
  for (name, length) in units where seconds >= 2 * length {
    return "\((seconds / length * 10).rounded() / 10) \(name)".replacing(".0 ", with: " ")
  }
  return "\(Int(seconds)) seconds"
}
