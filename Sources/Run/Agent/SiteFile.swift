// SPDX-License-Identifier: Apache-2.0

public import Acquire
public import Broker
public import Machine
public import Settings

/// Everything that an operator decides, read from one YAML file.
public struct SiteFile: Sendable {
  /// Name of this gateway in topics and identities.
  public var node: String
  public var plant: Plant
  public var modbus: [ModbusConnection]
  public var mqtt: [MQTTConnection]
  /// Which value of which connection feeds which point.
  public var bindings: [Binding]
  /// Where alarms and condensed data go; nil keeps everything local.
  public var upstream: BrokerOptions?
  public var storage: Storage
  public var detection: Detection
  public var power: Power

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
    /// Age at which raw readings are dropped, seconds.
    public var readingAge_s: Double
    /// Age at which everything else is dropped, seconds.
    public var recordAge_s: Double
  }

  /// How careful detection is.
  public struct Detection: Sendable, Equatable {
    /// Model file; nil leaves the model out.
    public var model: String?
    /// Share of healthy windows that the model may call anomalous.
    public var falseAlarmRate: Double
    /// Healthy windows per operating state before its baseline is used.
    public var learningWindows: Int
    /// Time between two judgements of a machine that sends no waveforms, seconds.
    public var judgePeriod_s: Double
  }

  /// The energy model: what one busy core draws above idle, and what the gateway draws at idle.
  public struct Power: Sendable, Equatable {
    public var wattsPerCore: Double
    public var idleWatts: Double
  }
}
