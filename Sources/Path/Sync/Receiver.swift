// SPDX-License-Identifier: Apache-2.0

public import Clockwork
internal import Ledger
internal import Machine
internal import Synchronization

/// The other end of every `Uplink` of a site: takes batches in, stores each row once, and only then tells
/// the node how far it is on disk.
///
/// ```swift
/// let client = try MQTTClient(BrokerOptions(host: "127.0.0.1", clientID: "millwright-receiver"))
/// let receiver = try Receiver(
///   ledger: ReceiverLedger(path: "received.db"), site: "demo", transport: BrokerTransport(client))
/// async let connection: Void = client.run()
/// await receiver.run()                     // until cancelled
/// ```
/// At every connection it repeats its word to all nodes, so that a word lost on the way costs nothing.
public final class Receiver: Sendable {
  /// Counts since the start.
  public struct Statistics: Sendable, Equatable, Codable {
    public var isConnected = false
    public var batches = 0
    /// Messages refused, of which nothing was stored.
    public var refused = 0
    /// The last refusal or failure, for the operator.
    public var lastError: String?
  }

  private let ledger: ReceiverLedger
  private let topics: SyncTopics
  private let transport: any SyncTransport
  private let clock: any Timekeeper
  private let counts = Mutex(Statistics())

  /// The receiver of one site; throws when `site` cannot be a level of a topic.
  public init(
    ledger: ReceiverLedger, site: String, transport: any SyncTransport, clock: any Timekeeper = SystemClock()
  ) throws(SyncError) {
    self.ledger = ledger
    topics = try SyncTopics(site: site)
    self.transport = transport
    self.clock = clock
  }

  /// Counts so far.
  public func statistics() -> Statistics { counts.withLock { $0 } }

  /// Works until the task is cancelled; a batch whose word was not sent comes again.
  public func run() async {
    await attempt { try await transport.subscribe(topics.everyNode) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        for await isConnected in self.transport.connections {
          self.counts.withLock { $0.isConnected = isConnected }
          if isConnected { await self.attempt { try await self.repeatWord() } }
        }
      }
      group.addTask {
        for await message in self.transport.messages {
          await self.attempt { try await self.take(message) }
        }
      }
    }
  }

  private func take(_ message: SyncMessage) async throws {
    guard let node = topics.node(ofUp: message.topic) else { return }
    let word = try await ledger.commit(
      message.payload, from: node, topic: message.topic, at: clock.wall())
    counts.withLock { $0.batches += 1 }
    try await transport.send(word.message, to: topics.committed(node))
  }

  private func repeatWord() async throws {
    for word in try await ledger.watermarks() {
      try await transport.send(word.message, to: topics.committed(word.node))
    }
  }

  private func attempt(_ work: () async throws -> Void) async {
    do { try await work() } catch {
      let text = String(describing: error)
      counts.withLock {
        if case .rejected = error as? SyncError { $0.refused += 1 }
        $0.lastError = text
      }
    }
  }
}
