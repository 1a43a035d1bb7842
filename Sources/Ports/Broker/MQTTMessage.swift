// SPDX-License-Identifier: Apache-2.0

public import Machine

/// One message as it came from the broker.
public struct MQTTMessage: Sendable, Equatable {
  public var topic: String
  public var payload: [UInt8]
  public var qos: Int
  /// True when the broker kept this message from before we subscribed: it may be old.
  public var retain: Bool
  public var received: Stamp

  /// Makes a message, for decoders' tests and replays.
  public init(topic: String, payload: [UInt8], qos: Int = 0, retain: Bool = false, received: Stamp) {
    self.topic = topic
    self.payload = payload
    self.qos = qos
    self.retain = retain
    self.received = received
  }
}

/// Whether we have a broker.
public enum ConnectionState: Sendable, Equatable {
  /// Not yet, or not any more; the error says why once an attempt has failed.
  case disconnected(BrokerError?)
  /// The broker has accepted us and has answered every registered subscription.
  case connected

  public var isConnected: Bool { self == .connected }
}

/// Counts since the client was made, and how it stands now.
public struct BrokerStatistics: Sendable, Equatable {
  public var state = ConnectionState.disconnected(nil)
  /// Connections that the broker accepted.
  public var connections = 0
  /// Attempts that ended before the broker accepted.
  public var failedAttempts = 0
  /// The last thing that went wrong, kept after it has healed.
  public var lastError: BrokerError?
  /// Publications acknowledged (QoS 1) or written to the socket (QoS 0).
  public var published = 0
  /// Publications that failed: lost connection, refusal.
  public var publishFailures = 0
  /// Subscriptions that the broker refused.
  public var subscriptionsRefused = 0
  public var received = 0
  /// Messages dropped because the inbox was full.
  public var dropped = 0
}
