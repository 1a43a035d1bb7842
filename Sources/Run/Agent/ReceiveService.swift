// SPDX-License-Identifier: Apache-2.0

import Acquire
import Broker
import Machine
import Settings
public import Sync

/// The receiver upstream: what `millwright receive` runs.
public struct ReceiveService: Sendable {
  private let client: MQTTClient
  private let receiver: Receiver

  /// - Parameters:
  ///   - broker: where the gateways publish: an address like `mqtt://127.0.0.1:1883`, or a YAML file with the keys
  ///     of a site's `upstream:` section.
  ///   - site: whose gateways.
  ///   - database: the file that keeps what they send.
  public init(broker: String, site: String, database: String) throws(AgentError) {
    let name: String
    do throws(SettingsError) {
      name = try Machine.identifier(ReceiveService.option("site", site).required("site"))
      client = try ReceiveService.client(broker, site: name)
    } catch { throw .settings(error) }
    do {
      receiver = try Receiver(
        ledger: ReceiverLedger(path: database), site: name, transport: BrokerTransport(client))
    } catch { throw .storage("\(error)") }
  }

  private static func client(_ broker: String, site: String) throws(SettingsError) -> MQTTClient {
    let table =
      try broker.hasSuffix(".yaml") ? Setting.load(path: broker).table() : option("broker", broker)
    let options = try BrokerOptions(table, clientID: "millwright-receiver-\(site)")
    try table.finish()
    do throws(BrokerError) {
      return try MQTTClient(options)
    } catch {
      throw try table.required("broker").fail("a broker that can be used: \(error)")
    }
  }

  /// An option of the command as a setting, so that its errors read like those of a file.
  private static func option(_ key: String, _ value: String) throws(SettingsError) -> SettingTable {
    let quoted = value.replacing("'", with: "''")
    return try Setting.parse("\(key): '\(quoted)'", file: "--\(key)").table()
  }

  /// Works until SIGTERM or SIGINT.
  public func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await client.run() }
      group.addTask { await receiver.run() }
      for await signal in Steering.signals() where signal == .stop { break }
      group.cancelAll()
    }
  }

  /// Counts so far.
  public var statistics: Receiver.Statistics { receiver.statistics() }
}
