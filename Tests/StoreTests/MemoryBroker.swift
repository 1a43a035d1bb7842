// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sync
import Synchronization

/// A broker in memory that loses, repeats and holds back messages by a seeded die.
final class MemoryBroker: Sendable {
  struct Faults: Sendable {
    var loss = 0.0
    var repetition = 0.0
    var delay = 0.0
  }
  private struct State {
    var clients: [MemoryTransport] = []
    var die: Die
    var held: SyncMessage?
    var isDown = false
    var faults: Faults
  }
  private let state: Mutex<State>

  init(seed: UInt64 = 1, faults: Faults = Faults()) {
    state = Mutex(State(die: Die(seed: seed), faults: faults))
  }

  func client() -> MemoryTransport {
    let client = MemoryTransport(self)
    state.withLock { $0.clients.append(client) }
    return client
  }

  /// Takes the broker away, or brings it back; all clients see it.
  func set(down: Bool) {
    let clients = state.withLock { state in
      state.isDown = down
      return state.clients
    }
    for client in clients { client.connected(!down) }
  }

  /// From now on nothing goes wrong any more.
  func heal() { state.withLock { $0.faults = Faults() } }

  func publish(_ message: SyncMessage) throws {
    let (clients, messages) = try state.withLock { state in
      if state.isDown { throw CocoaError(.featureUnsupported) }
      var messages: [SyncMessage] = []
      if state.die.roll() >= state.faults.loss { messages.append(message) }
      if state.die.roll() < state.faults.repetition { messages.append(message) }
      if state.die.roll() < state.faults.delay, let newest = messages.popLast() {
        if let older = state.held { messages.append(older) }  // an older one goes in this one's place
        state.held = newest
      }
      return (state.clients, messages)
    }
    for client in clients { for message in messages { client.deliver(message) } }
  }
}

/// SplitMix64: small, seeded, the same everywhere.
struct Die {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func roll() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }
}

final class MemoryTransport: SyncTransport {
  let messages: AsyncStream<SyncMessage>
  let connections: AsyncStream<Bool>
  private let broker: MemoryBroker
  private let inbox: AsyncStream<SyncMessage>.Continuation
  private let changes: AsyncStream<Bool>.Continuation
  private let filters = Mutex<[String]>([])

  init(_ broker: MemoryBroker) {
    self.broker = broker
    (messages, inbox) = AsyncStream.makeStream()
    (connections, changes) = AsyncStream.makeStream()
    changes.yield(true)
  }

  func subscribe(_ filter: String) async throws { filters.withLock { $0.append(filter) } }
  func send(_ payload: [UInt8], to topic: String) async throws {
    try broker.publish(SyncMessage(topic: topic, payload: payload))
  }
  func connected(_ isConnected: Bool) { changes.yield(isConnected) }

  func deliver(_ message: SyncMessage) {
    let wanted = filters.withLock { filters in
      filters.contains { filter in
        filter.hasSuffix("+") ? message.topic.hasPrefix(filter.dropLast()) : message.topic == filter
      }
    }
    if wanted { inbox.yield(message) }
  }
}
