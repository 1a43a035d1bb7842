// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Machine

/// The retained message on `millwright/<site>/<machine>/alarm`: the machine's state and every standing alarm.
/// Its shape is `packaging/schemas/alarm.schema.json`; a change that readers could notice raises `version`.
public struct AlarmMessage: Codable, Equatable, Sendable {
  /// Version of the schema that this message follows.
  public static let version = 1

  /// The schema's identifier with its version.
  public var schema = "millwright/alarm/\(AlarmMessage.version)"
  /// Name of the site.
  public var site: String
  /// Tag of the machine.
  public var machine: String
  /// Severity of the worst standing machine alarm; `impaired` when none stands but a sensor is faulty, so that
  /// health is not claimed; else `normal`.
  public var state: String
  /// Number of standing alarms about sensors.
  public var sensorFaults: Int
  /// When the message was made, ISO 8601, UTC.
  public var updated: String
  /// Standing alarms, most urgent first.
  public var alarms: [Entry]
  /// Models in use, by name, with the first 12 digits of their SHA-256.
  public var models: [String: String]

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
        returned
      case evidenceFor = "evidence_for"
      case evidenceAgainst = "evidence_against"
      case missing, confirm, action
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

  enum CodingKeys: String, CodingKey {
    case schema, site, machine, state
    case sensorFaults = "sensor_faults"
    case updated, alarms, models
  }

  /// The message about one machine.
  /// - Parameters:
  ///   - standing: the machine's standing alarms, most urgent first (`AlarmBook.standing(of:)`).
  ///   - models: hash by name of the models in use.
  public init(
    site: String, machine: MachineID, standing: [Alarm], models: [String: String] = [:], at now: Stamp
  ) {
    self.site = site
    self.machine = machine.rawValue
    let sensors = standing.count { $0.finding.subject == .sensor }
    let worst = standing.filter { $0.finding.subject == .machine }.map(\.severity).max()
    state = worst?.rawValue ?? (sensors > 0 ? "impaired" : "normal")
    sensorFaults = sensors
    updated = now.received.iso8601
    alarms = standing.map(Entry.init)
    self.models = models
  }

  /// The message as JSON with sorted keys, so that equal messages are equal bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self)
  }
}

extension AlarmMemory {
  /// The memory as JSON, for a snapshot; a number that is not finite is kept as text.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return Array(try encoder.encode(self))
  }

  /// Reads what `json` wrote.
  public init(json: [UInt8]) throws {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    self = try decoder.decode(AlarmMemory.self, from: Data(json))
  }
}

extension AlarmMessage.Entry {
  init(_ alarm: Alarm) {
    let finding = alarm.finding
    self.init(
      id: alarm.id, fault: finding.fault, title: finding.title, subject: finding.subject.rawValue,
      point: finding.point?.name, state: alarm.state.rawValue, severity: alarm.severity.rawValue,
      confidence: finding.confidence.isFinite ? min(1, max(0, finding.confidence)) : 0,
      occurrence: alarm.occurrence, raised: alarm.raised.wall.iso8601, updated: alarm.updated.wall.iso8601,
      returned: alarm.returned?.wall.iso8601, evidenceFor: finding.supporting.map(AlarmMessage.Fact.init),
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
