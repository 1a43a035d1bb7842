// SPDX-License-Identifier: Apache-2.0

public import Broker

/// Sync over an MQTT client of its own; whoever made the client runs it.
public struct BrokerTransport: SyncTransport {
  private let client: MQTTClient

  /// Takes over the client's messages and connection changes, which have one reader each.
  public init(_ client: MQTTClient) { self.client = client }

  public func subscribe(_ filter: String) async throws { try await client.subscribe(filter) }

  public func send(_ payload: [UInt8], to topic: String) async throws {
    try await client.publish(topic: topic, payload: payload)
  }

  /// Pulled from the client's bounded inbox one by one: nothing is buffered here.
  public var messages: AsyncStream<SyncMessage> {
    let source = client.messages
    return AsyncStream {
      var iterator = source.makeAsyncIterator()
      return await iterator.next().map { SyncMessage(topic: $0.topic, payload: $0.payload) }
    }
  }

  public var connections: AsyncStream<Bool> {
    let source = client.connectionChanges
    return AsyncStream {
      var iterator = source.makeAsyncIterator()
      return await iterator.next()?.isConnected
    }
  }
}
