// SPDX-License-Identifier: Apache-2.0

import Broker
public import Clockwork
public import Machine

/// Reads everything that is bound on one MQTT connection.
///
/// A broker that is absent at the start or goes away is looked for by the client; the points that it fed
/// become `bad(noData)` after their profile's stale time, and nothing else happens.
/// ```swift
/// let ingest = try MQTTIngest(connection, bindings: bindings) { await mailbox.put($0) }
/// await ingest.run()  // until the task is cancelled
/// ```
public actor MQTTIngest {
  /// Receives the samples of one message, or of one moment of silence.
  public typealias Sink = @Sendable ([Sample]) async -> Void

  private let connection: MQTTConnection
  private let client: MQTTClient
  private let clock: any Timekeeper
  private let sink: Sink
  private var readers: [SourceReader]
  private var unclaimed = 0
  private var asked: [String: MonotonicTime] = [:]

  /// Shortest time between two rebirths asked of one node, seconds.
  private static let rebirthPause_s = 60.0
  /// Longest sleep between two looks at what is overdue, seconds.
  private static let longestSleep_s = 60.0

  /// Connects nowhere until `run()`.
  /// - Throws: when a source names what is not there; see `MQTTConnection.check`.
  public init(
    _ connection: MQTTConnection, bindings: [MQTTBinding], clock: any Timekeeper = SystemClock(),
    sink: @escaping Sink
  ) throws {
    self.connection = connection
    self.clock = clock
    self.sink = sink
    client = try MQTTClient(connection.broker, clock: clock)
    let start = clock.monotonic()
    readers = try connection.bind(bindings).map { SourceReader($0.0, points: $0.1, start: start) }
  }

  /// Connects, subscribes and reads until the task is cancelled.
  public func run() async {
    for topic in Set(readers.map(\.source.topic)) {
      do {
        try await client.subscribe(topic)
      } catch {
        preconditionFailure("the site file let '\(topic)' pass: \(error)")
      }
    }
    await withTaskGroup { group in
      group.addTask { [client] in await client.run() }
      group.addTask { await self.watch() }
      for await message in client.messages { await take(message) }
      group.cancelAll()
    }
  }

  /// A snapshot of the counters.
  public func status() -> MQTTIngestStatus {
    MQTTIngestStatus(
      connection: connection.name, broker: client.statistics(), unclaimed: unclaimed,
      sources: readers.map(\.status))
  }

  private func take(_ message: MQTTMessage) async {
    var isClaimed = false
    for index in readers.indices where readers[index].claims(message.topic) {
      isClaimed = true
      let samples = readers[index].take(message)
      if !samples.isEmpty { await sink(samples) }
      if readers[index].wantsRebirth { await askRebirth(index, message.topic) }
    }
    if !isClaimed { unclaimed += 1 }
  }

  /// Looks at what is overdue, as seldom as the stale times allow.
  private func watch() async {
    while !Task.isCancelled {
      let now = clock.stamp()
      let next = readers.compactMap(\.deadline).min()
      let wait_s = min(MQTTIngest.longestSleep_s, next.map { $0.seconds(since: now.monotonic) } ?? .infinity)
      if wait_s > 0 {
        do { try await Task.sleep(for: .seconds(wait_s)) } catch { return }
        continue
      }
      let why = silence()
      for index in readers.indices {
        let samples = readers[index].expire(at: now, why: why)
        if !samples.isEmpty { await sink(samples) }
      }
    }
  }

  private func silence() -> String? {
    guard case .disconnected(let error) = client.state else { return nil }
    return error.map { "\($0)" } ?? "no connection yet"
  }

  /// Asks a Sparkplug node to be born again, where the site allows that write.
  private func askRebirth(_ index: Int, _ text: String) async {
    let source = readers[index].source
    guard source.allowsRebirth, let topic = SparkplugTopic(text) else { return }
    let now = clock.monotonic()
    if let last = asked[source.name], now.seconds(since: last) < MQTTIngest.rebirthPause_s { return }
    asked[source.name] = now
    readers[index].countRebirth()
    let command = SparkplugSession.rebirth(at: clock.wall())
    try? await client.publish(
      topic: "spBv1.0/\(topic.group)/NCMD/\(topic.node)", payload: command, qos: .atMostOnce)
  }
}
