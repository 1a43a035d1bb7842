// SPDX-License-Identifier: Apache-2.0

import Acquire
public import Broker
import Settings
public import Sync

/// The receiver upstream: what `millwright receive` runs.
public struct ReceiveService: Sendable {
  private let client: MQTTClient
  private let receiver: Receiver

  /// - Parameters:
  ///   - broker: where the gateways publish.
  ///   - site: whose gateways.
  ///   - database: the file that keeps what they send.
  public init(broker: BrokerOptions, site: String, database: String) throws(AgentError) {
    do {
      client = try MQTTClient(broker)
      receiver = try Receiver(
        ledger: ReceiverLedger(path: database), site: site, transport: BrokerTransport(client))
    } catch {
      throw .storage("\(error)")
    }
  }

  /// The broker that `--broker` names: an address like `mqtt://127.0.0.1:1883`, or a YAML file with the keys of
  /// a site's `upstream:` section.
  public static func broker(_ text: String, site: String) throws(AgentError) -> BrokerOptions {
    do {
      let setting =
        text.hasSuffix(".yaml")
        ? try Setting.load(path: text)
        : try Setting.parse("broker: \"\(text.replacing("\"", with: ""))\"", file: "--broker")
      let table = try setting.table()
      let options = try BrokerOptions(table, clientID: "millwright-receiver-\(site)")
      try table.finish()
      return options
    } catch {
      throw .settings(error)
    }
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
