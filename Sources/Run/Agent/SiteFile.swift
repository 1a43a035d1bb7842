// SPDX-License-Identifier: Apache-2.0

public import Acquire
public import Broker
public import Budget
public import Condition
public import Machine
import Settings

/// Everything that an operator decides, read from one YAML file; `packaging/millwright.example.yaml` shows
/// every key.
public struct SiteFile: Sendable {
  /// The file that it was read from.
  public var path: String
  /// SHA-256 of the file as it was read, 64 hexadecimal digits.
  public var hash: String
  /// Name of this gateway in topics and identities.
  public var node: String
  public var plant: Plant
  public var modbus: [ModbusConnection]
  public var mqtt: [MQTTConnection]
  /// Which value of which connection feeds which point.
  public var bindings: [Binding]
  /// Which points are of one sensor, and what a count of their registers is worth.
  public var sensors: SensorLayout
  /// Where alarms and condensed data go; nil keeps everything local.
  public var upstream: BrokerOptions?
  /// Prefix of the topics by which machines appear in Home Assistant; nil where they do not.
  public var homeAssistant: String?
  /// Most alarm messages that go there in a second.
  public var messagesPerSecond: Int
  /// Work orders that faults ask for.
  public var actions: [ActionRule]
  /// Who may give commands over MQTT; nil for nobody.
  public var commands: CommandSettings?
  public var storage: Storage
  public var detection: Detection
  public var power: EnergyModel
  /// Files and folders of what the site itself knows of faults, laid over the knowledge that comes with the program.
  public var faults: [String]
  /// The faults, or beginnings of their names, under which `alarms:` says something else.
  var alarmFaults: [Setting]

  /// A point and the value that feeds it, like `line-1` and `node-1.speed`.
  public struct Binding: Sendable, Equatable {
    public var connection: String
    public var source: String
    public var point: PointID
    public var quantity: Quantity
  }

  /// Where data is kept, and how much of it.
  public struct Storage: Sendable, Equatable {
    public var directory: String
    /// Shortest time between two stored readings of one point, seconds.
    public var readingInterval_s: Double
    /// Largest size of the database, bytes.
    public var maximumBytes: Int

    /// The database file.
    public var database: String { directory + "/millwright.db" }
    /// Where the daemon says how it fares.
    public var statusFile: String { directory + "/status.json" }
  }

  /// How careful detection is.
  public struct Detection: Sendable {
    /// Whether the INT8 model takes part.
    public var usesModel: Bool
    /// Share of healthy windows that the model may call anomalous.
    public var falseAlarmRate: Double
    public var path: PlantPath.Options
  }

  /// The bindings of one connection, as acquisition takes them.
  func bindings(of connection: String) -> [(source: String, point: PointID, quantity: Quantity)] {
    bindings.filter { $0.connection == connection }.map { ($0.source, $0.point, $0.quantity) }
  }
}
