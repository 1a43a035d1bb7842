// SPDX-License-Identifier: Apache-2.0

import Broker
import Clockwork
import Foundation
import Machine
import Store
import Sync

/// The two ends of the store-and-forward path as bare processes, for `scripts/chaos` to kill.
///
/// ```
/// chaos-peer produce <database> <port> <node> [commits per second]   commits and sends until killed
/// chaos-peer drain   <database> <port> <node>                        sends what is left, then ends
/// chaos-peer receive <database> <port>                               receives until killed
/// chaos-peer rate    <database> <seconds>                            commits as fast as it can, prints figures
/// ```
@main struct ChaosPeer {
  static let site = "chaos"

  static func main() async throws {
    let arguments = CommandLine.arguments.dropFirst()
    switch (arguments.first, Array(arguments.dropFirst())) {
    case ("produce", let rest) where rest.count >= 3:
      try await produce(
        rest[0], port: rest[1], node: rest[2], rate: rest.count > 3 ? Double(rest[3]) ?? 50 : 50)
    case ("drain", let rest) where rest.count == 3: try await drain(rest[0], port: rest[1], node: rest[2])
    case ("receive", let rest) where rest.count == 2: try await receive(rest[0], port: rest[1])
    case ("rate", let rest) where rest.count == 2: try await rate(rest[0], seconds: Double(rest[1]) ?? 5)
    default:
      FileHandle.standardError.write(Data("usage: chaos-peer produce|drain|receive|rate …\n".utf8))
      exit(64)
    }
  }

  private static func produce(_ path: String, port: String, node: String, rate: Double) async throws {
    let (store, setAside) = try await Store.open(path, now: SystemClock().wall())
    precondition(setAside == nil, "a killed process must not leave a corrupt file: \(setAside?.reason ?? "")")
    let (uplink, client) = try link(store, node: node, port: port)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await client.run() }
      group.addTask { await uplink.run() }
      group.addTask {
        var work = Workload(boot: store.boot)
        while true {
          let receipt = try await store.commit(work.next())
          if let rows = receipt.sequences {
            say("ack \(receipt.boot) \(rows.lowerBound) \(rows.upperBound)")
          }
          try await Task.sleep(for: .seconds(1 / rate))
        }
      }
      try await group.waitForAll()
    }
  }

  private static func drain(_ path: String, port: String, node: String) async throws {
    let (store, _) = try await Store.open(path, now: SystemClock().wall())
    let (uplink, client) = try link(store, node: node, port: port)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await client.run() }
      group.addTask { await uplink.run() }
      while try await !store.status().outbox.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
      group.cancelAll()
    }
    say("drained")
  }

  private static func receive(_ path: String, port: String) async throws {
    let ledger = try ReceiverLedger(path: path)
    let client = try client("receiver", port: port)
    let receiver = try Receiver(ledger: ledger, site: site, transport: BrokerTransport(client))
    async let connection: Void = client.run()
    await receiver.run()
    await connection
  }

  private static func rate(_ path: String, seconds: Double) async throws {
    let (store, _) = try await Store.open(path, now: SystemClock().wall())
    let clock = SystemClock()
    for (name, readings) in [("one window", 0), ("1000 readings", 1000)] {
      var work = Workload(boot: store.boot, readings: readings)
      let start = clock.monotonic()
      var times: [Double] = []
      while clock.monotonic().seconds(since: start) < seconds {
        let before = clock.monotonic()
        try await store.commit(work.next())
        times.append(clock.monotonic().seconds(since: before))
      }
      times.sort()
      let perSecond = Double(times.count) / clock.monotonic().seconds(since: start)
      say(
        "\(name): \(Int(perSecond)) commits/s, p50 \(Int(times[times.count / 2] * 1e6)) us, "
          + "p99 \(Int(times[times.count * 99 / 100] * 1e6)) us")
    }
  }

  private static func link(_ store: Store, node: String, port: String) throws -> (Uplink, MQTTClient) {
    let client = try client(node, port: port)
    var options = Uplink.Options()
    options.period_s = 0.05
    options.timeout_s = 0.5
    options.longestTimeout_s = 2
    options.rowsPerBatch = 50
    let uplink = try Uplink(
      store: store, node: node, site: site, transport: BrokerTransport(client), options: options)
    return (uplink, client)
  }

  private static func client(_ name: String, port: String) throws -> MQTTClient {
    var options = BrokerOptions(host: "127.0.0.1", port: UInt16(port) ?? 1883, clientID: "chaos-\(name)")
    options.backoff = Backoff(initial_s: 0.02, limit_s: 0.2)
    return try MQTTClient(options)
  }

  /// One line in one write, so that a kill never leaves half of it unnoticed.
  private static func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
}
