// SPDX-License-Identifier: Apache-2.0

public import Acquire
import Alert
import Broker
public import Budget
import Foundation
public import Machine
public import Store
public import Sync

/// How the daemon and its machines fare, as `millwright status` shows it.
public struct StatusReport: Codable, Sendable {
  /// Seconds between two reports.
  public static let period_s = 5.0

  /// Version of this layout.
  public var schema = 1
  public var version: String
  public var node: String
  public var site: String
  /// The site file.
  public var configuration: String
  /// SHA-256 of it and of the fault knowledge in force.
  public var configurationHash: String?
  public var processID: Int32
  public var started: WallTime
  public var updated: WallTime
  public var machines: [MachineStatus]
  public var modbus: [ModbusStatus]
  public var mqtt: [MQTTStatus]
  public var mailbox: Mailbox.Load
  /// Nil while the store does not answer.
  public var store: StoreStatus?
  /// Nil when nothing goes upstream.
  public var uplink: Uplink.Statistics?
  public var alertsPublished: Int?
  /// Nil when nothing goes upstream.
  public var events: Events?
  /// Records that could not be stored and were given up, by class.
  public var droppedRecords: [String: Int]
  public var energy: EnergySnapshot

  /// Steps of alarms on their way upstream.
  public struct Events: Codable, Sendable {
    public var sent: Int
    public var waiting: Int
    /// Given up at the bound; the trail has them.
    public var lost: Int

    init(_ queue: borrowing EventQueue) {
      sent = queue.sent
      waiting = queue.count
      lost = queue.lostInAll
    }
  }

  /// One MQTT connection.
  public struct MQTTStatus: Codable, Sendable {
    public var connection: String
    public var isConnected: Bool
    /// The last thing that went wrong with the broker, kept after it has healed.
    public var lastError: String?
    /// Messages dropped because they were not read in time.
    public var dropped: Int
    public var sources: [MQTTIngestStatus.Source]

    init(_ status: MQTTIngestStatus) {
      connection = status.connection
      isConnected = status.broker.state.isConnected
      lastError = status.broker.lastError.map { "\($0)" }
      dropped = status.broker.dropped
      sources = status.sources
    }
  }

  /// Replaces the file in one step, so that a reader never sees half of it.
  func write(to file: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    try encoder.encode(self).write(to: URL(fileURLWithPath: file), options: .atomic)
  }

  /// Reads the report of the daemon that uses this data directory.
  public static func read(from storage: SiteFile.Storage) throws(AgentError) -> StatusReport {
    let file = storage.statusFile
    guard let data = FileManager.default.contents(atPath: file) else {
      throw .notRunning(
        "no daemon has run with \(storage.directory): \(file) is not there; start 'millwright run'")
    }
    do { return try JSONDecoder().decode(StatusReport.self, from: data) } catch {
      throw .notRunning("\(file) is of another version of this program: \(error)")
    }
  }

  /// Whether the process that wrote the report still lives.
  public var isAlive: Bool { FileManager.default.fileExists(atPath: "/proc/\(processID)") }
}
