// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import Machine

extension AlarmMessage {
  /// One standing alarm.
  public struct Entry: Codable, Equatable, Sendable {
    /// `machine:fault` or `machine/point:fault`.
    public var id: String
    /// Identifier of the fault.
    public var fault: String
    /// The fault's name for people.
    public var title: String
    /// `machine` or `sensor`.
    public var subject: String
    /// Name of the point that shows it best.
    public var point: String?
    /// State after ISA-18.2.
    public var state: String
    /// Highest severity since it was raised.
    public var severity: String
    /// 0 to 1.
    public var confidence: Double
    /// How often it was raised.
    public var occurrence: Int
    /// ISO 8601, UTC.
    public var raised: String
    /// ISO 8601, UTC.
    public var updated: String
    /// When the condition went away, if it did; ISO 8601, UTC.
    public var returned: String?
    /// Whether the condition is gone and only a person's reset ends the alarm.
    public var latched: Bool
    /// Whether it comes and goes too often.
    public var chattering: Bool
    /// By when to act.
    public var due: Due?
    /// 1 for what explains the machine's state best.
    public var rank: Int?
    /// `root`, `consequence` or `alone`.
    public var role: String
    /// A fault that would bring this one about and of which something shows.
    public var possibleCause: String?
    /// Alarms that this one brings about; they are suppressed under it.
    public var consequences: [Consequence]
    /// The newest stored evidence.
    public var evidence: EvidenceLink?
    /// What speaks for the fault.
    public var evidenceFor: [Fact]
    /// What speaks against it.
    public var evidenceAgainst: [Fact]
    /// Inputs that were not there.
    public var missing: [String]
    /// What to check.
    public var confirm: String
    /// What to do.
    public var action: String

    enum CodingKeys: String, CodingKey {
      case id, fault, title, subject, point, state, severity, confidence, occurrence, raised, updated,
        returned, latched, chattering, due, rank, role
      case possibleCause = "possible_cause"
      case consequences, evidence
      case evidenceFor = "evidence_for"
      case evidenceAgainst = "evidence_against"
      case missing, confirm, action
    }
  }

  /// The time to act, after the fault model's urgency at the worst severity so far.
  public struct Due: Codable, Equatable, Sendable {
    /// In words, like `4 weeks`; `now` is now.
    public var within: String
    public var hours: Double
    /// ISO 8601, UTC.
    public var by: String

    /// When the time of an alarm is over.
    public init(_ due: Alarm.Due) {
      within = due.within.words
      hours = due.within.hours
      by = WallTime(seconds: due.since.wall.seconds + due.within.hours * 3600).iso8601
    }
  }

  /// An alarm that another one brings about.
  public struct Consequence: Codable, Equatable, Sendable {
    public var id: String
    public var fault: String
    public var title: String
    public var severity: String
  }

  /// An alarm that is not put before people now, and why.
  public struct Aside: Codable, Equatable, Sendable {
    public var id: String
    public var fault: String
    public var title: String
    /// `shelved`, `suppressed` or `out-of-service`.
    public var state: String
    public var severity: String
    /// `shelved`, `out-of-service`, `parent`, `state` or `flood`.
    public var reason: String?
    /// ISO 8601, UTC.
    public var since: String?
    /// End of a shelf; ISO 8601, UTC.
    public var until: String?
    public var by: String?
    public var why: String?
    /// Identifier of the alarm that brings it about.
    public var parent: String?

    init(_ alarm: Alarm) {
      id = alarm.id
      fault = alarm.finding.fault
      title = alarm.finding.title
      state = alarm.state.rawValue
      severity = alarm.severity.rawValue
      reason = alarm.hold?.reason.rawValue
      since = alarm.hold?.since.wall.iso8601
      until = alarm.hold?.until?.iso8601
      by = alarm.hold?.by
      why = alarm.hold?.why
      parent = alarm.hold?.parent
    }
  }

  /// The stored waveform behind an alarm.
  public struct EvidenceLink: Codable, Equatable, Sendable {
    /// Its number in the gateway's store, as `millwright analyse evidence:N` takes it.
    public var record: Int64
    /// The point that it was taken at.
    public var point: String
    /// When it was taken; ISO 8601, UTC.
    public var taken: String
    /// What a person on the gateway types to see it.
    public var command: String

    /// The evidence with this number.
    /// - Parameter site: the site file, for the command.
    public init(record: Int64, point: PointID, taken: WallTime, site: String) {
      self.record = record
      self.point = point.name
      self.taken = taken.iso8601
      command = "millwright analyse evidence:\(record) --site \(site)"
    }
  }

  /// One piece of evidence.
  public struct Fact: Codable, Equatable, Sendable {
    /// For people; its numbers are those of the fields.
    public var statement: String
    /// What was measured.
    public var quantity: String
    /// The measured value, in `unit`.
    public var value: Double?
    /// The limit, baseline or expected value.
    public var reference: Double?
    /// Symbol of the unit; empty for ratios.
    public var unit: String
    /// Where the reference comes from.
    public var source: String
    /// Its part in the confidence.
    public var weight: Double
  }
}

extension AlarmMessage.Entry {
  init(_ alarm: Alarm, consequences: [Alarm], evidence: AlarmMessage.EvidenceLink?) {
    let finding = alarm.finding
    self.init(
      id: alarm.id, fault: finding.fault, title: finding.title, subject: finding.subject.rawValue,
      point: finding.point?.name, state: alarm.state.rawValue, severity: alarm.severity.rawValue,
      confidence: finding.confidence.isFinite ? min(1, max(0, finding.confidence)) : 0,
      occurrence: alarm.occurrence, raised: alarm.raised.wall.iso8601, updated: alarm.updated.wall.iso8601,
      returned: alarm.returned?.wall.iso8601, latched: alarm.isLatched, chattering: alarm.chattering != nil,
      due: alarm.due.map(AlarmMessage.Due.init), rank: finding.rank, role: finding.role.rawValue,
      possibleCause: finding.possibleCause,
      consequences: consequences.map {
        AlarmMessage.Consequence(
          id: $0.id, fault: $0.finding.fault, title: $0.finding.title, severity: $0.severity.rawValue)
      },
      evidence: evidence, evidenceFor: finding.supporting.map(AlarmMessage.Fact.init),
      evidenceAgainst: finding.contradicting.map(AlarmMessage.Fact.init), missing: finding.missing,
      confirm: finding.confirm, action: finding.action)
  }
}

extension AlarmMessage.Fact {
  /// JSON has no NaN and no infinity: such a number is left out, as missing.
  init(_ evidence: Evidence) {
    func finite(_ x: Double?) -> Double? { x.flatMap { $0.isFinite ? $0 : nil } }
    self.init(
      statement: evidence.statement, quantity: evidence.quantity, value: finite(evidence.value),
      reference: finite(evidence.reference), unit: evidence.unit, source: evidence.source,
      weight: finite(evidence.weight) ?? 0)
  }
}
