// SPDX-License-Identifier: Apache-2.0

public import Clockwork

/// One client of one MQTT broker, over libmosquitto.
///
/// ```swift
/// let client = try MQTTClient(BrokerOptions(host: "127.0.0.1", clientID: "gateway-1"))
/// try await client.subscribe("plant/+/telemetry")
/// async let ended: Void = client.run()  // connects, and again, until cancelled
/// for await message in client.messages { … }
/// ```
/// What it promises:
/// - A broker that is absent at the start, refuses, or goes away costs one attempt per backoff interval and
///   no processor time in between; nobody who does not publish notices.
/// - `publish` at QoS 1 returns when the broker has acknowledged. Nothing is kept for later: without a
///   connection, or when it is lost before the acknowledgement, `publish` throws. The caller owns the retry,
///   because only the caller knows what is on disk. A message whose `publish` threw `.connectionLost` may
///   have arrived.
/// - Subscriptions are registered once and made again at every connection.
/// - Messages wait in a bounded inbox; at the bound the oldest is dropped and counted.
///
/// libmosquitto keeps unacknowledged messages in a handle across reconnections, without a bound and at
/// quadratic cost. Here every connection has its own handle, used by one thread, so there is nothing to keep.
public final class MQTTClient: Sendable {
  /// What was received, for one reading task; ends when `run()` ends.
  public let messages: MQTTMessages
  /// Every change of the connection from now on, for one reading task; only the newest 16 wait.
  public let connectionChanges: AsyncStream<ConnectionState>
  /// Where to and how.
  public let options: BrokerOptions
  private let exchange: Exchange
  private let loop: ConnectionLoop

  /// Checks the options; connects nowhere until `run()`.
  public init(_ options: BrokerOptions, clock: any Timekeeper = SystemClock()) throws(BrokerError) {
    try options.validate()
    if let will = options.will { try Topic.checkName(will.topic) }
    self.options = options
    exchange = Exchange(options)
    loop = ConnectionLoop(options: options, exchange: exchange, clock: clock)
    messages = MQTTMessages(inbox: exchange.inbox)
    connectionChanges = exchange.changes
  }

  /// Connects and stays connected until the task is cancelled; says farewell to the broker at the end. Runs
  /// once in the life of a client.
  public func run() async {
    await withTaskCancellationHandler {
      await loop.serve()
    } onCancel: {
      exchange.stop()
    }
  }

  /// Sends one message. At QoS 1 returns when the broker has acknowledged it, at QoS 0 when it is written to
  /// the socket. Waits in line behind at most `outboxLimit` others. Throws at once when there is no connection.
  public func publish(
    topic: String, payload: [UInt8], qos: QoS = .atLeastOnce, retain: Bool = false
  ) async throws(BrokerError) {
    try Topic.checkName(topic)
    let result = await withCheckedContinuation { continuation in
      exchange.submit(
        Publication(topic: topic, payload: payload, qos: qos, retain: retain, continuation: continuation))
    }
    try result.get()
  }

  /// Registers a subscription for this and every later connection. Connected, it returns when the broker has
  /// granted it and throws `.subscriptionRefused` when it has not; without a connection it returns at once.
  public func subscribe(_ filter: String, qos: QoS = .atLeastOnce) async throws(BrokerError) {
    try Topic.checkFilter(filter)
    let result = await withCheckedContinuation { continuation in
      exchange.submit(Subscription(filter: filter, qos: qos, continuation: continuation))
    }
    try result.get()
  }

  /// What is published, where there is a connection, right before `run()` ends it in peace: the other half of a will.
  /// The broker gets it before the farewell; its acknowledgement is not waited for.
  public func prepare(farewell: Will) throws(BrokerError) {
    try Topic.checkName(farewell.topic)
    exchange.prepare(farewell: farewell)
  }

  /// Drops the connection without a farewell, as a sensor that loses its radio does, and connects again after the
  /// usual wait: for the simulator and for tests. The broker publishes the will.
  package func cut() { exchange.cut() }

  /// Whether there is a broker at this moment.
  public var state: ConnectionState { exchange.statistics().state }

  /// Counts since the client was made.
  public func statistics() -> BrokerStatistics { exchange.statistics() }
}
