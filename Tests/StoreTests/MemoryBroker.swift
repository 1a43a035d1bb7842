// SPDX-License-Identifier: Apache-2.0

import Foundation
import Sync
import Synchronization
import TestData

/// A broker in memory that loses, repeats and holds back messages by a seeded die.
final class MemoryBroker: Sendable {
  struct Faults: Sendable {
    var loss = 0.0
    var repetition = 0.0
    var delay = 0.0
  }
  private struct State {
    var clients: [MemoryTransport] = []
    var die: Noise
    var held: SyncMessage?
    var isDown = false
    var faults: Faults
  }
  private let state: Mutex<State>

  init(seed: UInt64 = 1, faults: Faults = Faults()) {
    state = Mutex(State(die: Noise(seed), faults: faults))
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
      if state.die.uniform() >= state.faults.loss { messages.append(message) }
      if state.die.uniform() < state.faults.repetition { messages.append(message) }
      if state.die.uniform() < state.faults.delay, let newest = messages.popLast() {
        if let older = state.held { messages.append(older) }  // an older one goes in this one's place
        state.held = newest
      }
      return (state.clients, messages)
    }
    for client in clients { for message in messages { client.deliver(message) } }
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
