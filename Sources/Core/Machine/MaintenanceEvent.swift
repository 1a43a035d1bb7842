// SPDX-License-Identifier: Apache-2.0

/// Something that people did at a machine, as its records tell it.
public struct MaintenanceEvent: Sendable, Codable, Equatable {
  public enum Kind: String, CaseIterable, Sendable, Codable {
    /// A work order that was closed.
    case workOrder = "work-order"
    case inspection, lubrication, replacement
  }

  /// What people found of the faults that diagnosis had named.
  public enum Outcome: String, CaseIterable, Sendable, Codable { case confirmed, refuted }

  public var kind: Kind
  public var machine: MachineID
  /// The part that it was done to, like `DE` or `coupling`; nil when the record does not say.
  public var part: String?
  /// When the work was done.
  public var time: WallTime
  /// Identifiers of the faults that it addressed.
  public var faults: [String]
  /// Nil when the record does not say.
  public var outcome: Outcome?

  public init(
    kind: Kind, machine: MachineID, part: String? = nil, time: WallTime, faults: [String] = [],
    outcome: Outcome? = nil
  ) {
    self.kind = kind
    self.machine = machine
    self.part = part
    self.time = time
    self.faults = faults
    self.outcome = outcome
  }
}

/// How often diagnoses of a fault proved right and wrong.
public struct OutcomeCount: Sendable, Codable, Equatable {
  public var confirmed: Int
  public var refuted: Int
  public init(confirmed: Int = 0, refuted: Int = 0) {
    self.confirmed = confirmed
    self.refuted = refuted
  }
  public var all: Int { confirmed + refuted }
}

/// What the diagnoses of a site were worth: outcomes by kind of machine and fault.
public struct TrackRecord: Sendable, Codable, Equatable {
  private var counts: [String: [String: OutcomeCount]] = [:]

  public init() {}

  /// Outcomes of one fault on machines of one kind.
  public func count(of fault: String, on kind: MachineKind) -> OutcomeCount {
    counts[kind.rawValue]?[fault] ?? OutcomeCount()
  }

  /// Adds outcomes that were counted before.
  public mutating func add(_ count: OutcomeCount, of fault: String, on kind: MachineKind) {
    let known = self.count(of: fault, on: kind)
    counts[kind.rawValue, default: [:]][fault] = OutcomeCount(
      confirmed: known.confirmed + count.confirmed, refuted: known.refuted + count.refuted)
  }

  /// Counts the event's outcome for each fault that it addressed; an event without an outcome counts nothing.
  public mutating func note(_ event: MaintenanceEvent, on kind: MachineKind) {
    guard let outcome = event.outcome else { return }
    let one = outcome == .confirmed ? OutcomeCount(confirmed: 1) : OutcomeCount(refuted: 1)
    for fault in Set(event.faults) { add(one, of: fault, on: kind) }
  }
}
