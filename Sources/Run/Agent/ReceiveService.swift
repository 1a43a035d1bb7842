// SPDX-License-Identifier: Apache-2.0

public import Broker
import Foundation
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
