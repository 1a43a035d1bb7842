// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The delays, deadbands and bounds of an alarm book: one rule, changed per severity and per class of fault.
public struct AlarmPolicy: Sendable, Equatable {
  /// How one alarm behaves.
  public struct Rule: Sendable, Equatable {
    /// How long a condition must stand before its alarm is raised, seconds. Diagnosis asks for persistence already.
    public var onDelay_s = 0.0
    /// How long a condition must stay away before its alarm returns to normal, seconds: the deadband in time.
    public var offDelay_s = 600.0
    /// Share of the limit by which a value must pass it before an alarm is raised; it returns at the limit itself.
    public var deadband = 0.0
    /// Whether the alarm stays, its condition gone, until a person resets it.
    public var isLatching = false
    /// States of the machine in which a new condition waits. One that already stands is never hidden by them: it may
    /// be why the machine was stopped.
    public var suppressedIn: Set<OperatingState.Motion> = [.off, .transient]
    /// The defaults: raised at once, cleared after ten quiet minutes.
    public init() {}
  }

  /// What one severity or class of fault does otherwise; nil leaves the rule as it is.
  public struct Change: Sendable, Equatable {
    public var onDelay_s: Double?
    public var offDelay_s: Double?
    public var deadband: Double?
    public var isLatching: Bool?
    public var suppressedIn: Set<OperatingState.Motion>?
    /// Changes nothing.
    public init() {}
  }

  /// When more alarms come than people can take in (ISA-18.2: more than 10 in 10 minutes for one operator).
  public struct Flood: Sendable, Equatable {
    /// Announcements in a window, per operator, beyond which it is a flood, and down to which it is over.
    public var enter = 10
    public var leave = 5
    public var window_s = 600.0
    /// The highest severity that is held back; never `danger`.
    public var holds = Severity.warning
    public var operators = 1
    /// The defaults of the standard, for one operator.
    public init() {}
  }

  /// When an alarm comes and goes too often.
  public struct Chatter: Sendable, Equatable {
    /// Comings and goings within the window that make it chattering.
    public var transitions = 3
    public var window_s = 3600.0
    /// By what its off-delay is multiplied then.
    public var stretch = 4.0
    /// Three within an hour; the off-delay becomes four times as long.
    public init() {}
  }

  public var rule = Rule()
  public var severities: [Severity: Change] = [:]
  /// By identifier of the fault, or by its beginning and `*`, like `bearing-*`; the longest that fits counts.
  public var faults: [String: Change] = [:]
  public var flood = Flood()
  public var chatter = Chatter()
  /// Longest shelving, seconds.
  public var shelveMaximum_s = 7 * 86_400.0
  /// How long a person can take back an act, seconds.
  public var undo_s = 300.0
  /// An alarm that stands longer is stale, seconds.
  public var stale_s = 86_400.0
  /// Most alarms that are kept, returned ones included.
  public var capacity: Int

  /// The defaults, with the two delays of the rule.
  public init(onDelay_s: Double = 0, offDelay_s: Double = 600, capacity: Int = 1000) {
    self.capacity = max(1, capacity)
    rule.onDelay_s = onDelay_s
    rule.offDelay_s = offDelay_s
  }

  /// The rule for one fault at one severity: the class of fault overrules the severity, which overrules the rule.
  public func rule(_ fault: String, _ severity: Severity) -> Rule {
    if severities.isEmpty, faults.isEmpty { return rule }
    var rule = rule
    if let change = severities[severity] { rule.apply(change) }
    if let change = faults[fault] ?? nearestClass(of: fault) { rule.apply(change) }
    return rule
  }

  private func nearestClass(of fault: String) -> Change? {
    let fitting = faults.keys.filter { $0.hasSuffix("*") && fault.hasPrefix($0.dropLast()) }
    return fitting.max { $0.count < $1.count }.flatMap { faults[$0] }
  }
}

extension AlarmPolicy.Rule {
  /// Takes over what the change says.
  public mutating func apply(_ change: AlarmPolicy.Change) {
    onDelay_s = change.onDelay_s ?? onDelay_s
    offDelay_s = change.offDelay_s ?? offDelay_s
    deadband = change.deadband ?? deadband
    isLatching = change.isLatching ?? isLatching
    suppressedIn = change.suppressedIn ?? suppressedIn
  }
}

extension Finding {
  /// Identifier of the alarm that this finding belongs to: `machine:fault`, or `machine/point:fault`.
  public var alarmID: String { "\(point.map(\.description) ?? machine.description):\(fault)" }
}
