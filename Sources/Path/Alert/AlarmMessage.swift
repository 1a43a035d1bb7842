// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Machine

/// The retained message on `millwright/<site>/<machine>/alarm`: the machine's state and every standing alarm.
/// Its shape is `packaging/schemas/alarm.schema.json`; a change that readers could notice raises `version`.
public struct AlarmMessage: Codable, Equatable, Sendable {
  /// Version of the schema that this message follows.
  public static let version = 2

  /// The schema's identifier with its version.
  public var schema = "millwright/alarm/\(AlarmMessage.version)"
  /// Name of the site, and of the gateway in it.
  public var site: String
  public var node: String
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
  /// Alarms that are shelved, suppressed or out of service, the most severe first; at most `asideLimit` of them.
  public var aside: [Aside]
  /// How many are set aside, those that are not listed included.
  public var asideCount: Int
  /// Models in use, by name, with the first 12 digits of their SHA-256.
  public var models: [String: String]
  /// SHA-256 of the configuration and fault knowledge in force.
  public var configuration: String

  enum CodingKeys: String, CodingKey {
    case schema, site, node, machine, state
    case sensorFaults = "sensor_faults"
    case updated, alarms, aside
    case asideCount = "aside_count"
    case models, configuration
  }

  /// Most alarms set aside that one message lists.
  public static let asideLimit = 50

  /// What stays the same over the messages of one gateway.
  public struct Origin: Sendable, Equatable {
    public var site: String
    public var node: String
    /// Hash by name of the models in use.
    public var models: [String: String]
    /// SHA-256 of the configuration and fault knowledge in force, 64 hexadecimal digits.
    public var configuration: String
    /// The messages of this gateway.
    public init(site: String, node: String, models: [String: String] = [:], configuration: String) {
      self.site = site
      self.node = node
      self.models = models
      self.configuration = configuration
    }
  }

  /// The message about one machine.
  /// - Parameter evidence: the newest stored evidence by identifier of the alarm.
  public init(
    _ origin: Origin, machine: MachineID, alarms picture: MachineAlarms,
    evidence: [String: EvidenceLink] = [:], at now: Stamp
  ) {
    site = origin.site
    node = origin.node
    models = origin.models
    configuration = origin.configuration
    self.machine = machine.rawValue
    let standing = picture.standing
    let sensors = standing.count { $0.finding.subject == .sensor }
    let worst = standing.filter { $0.finding.subject == .machine }.map(\.severity).max()
    state = worst?.rawValue ?? (sensors > 0 ? "impaired" : "normal")
    sensorFaults = sensors
    updated = now.received.iso8601
    alarms = standing.map {
      Entry($0, consequences: picture.consequences[$0.id] ?? [], evidence: evidence[$0.id])
    }
    aside = picture.aside.prefix(AlarmMessage.asideLimit).map(Aside.init)
    asideCount = picture.aside.count
  }

  /// The message as JSON with sorted keys, so that equal messages are equal bytes.
  public func json() throws -> Data {
    try JSONEncoder.forMessages.encode(self)
  }
}
