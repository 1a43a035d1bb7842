// SPDX-License-Identifier: Apache-2.0

public import Clockwork
internal import Ledger
internal import Machine
public import Store
internal import Synchronization

/// Sends the outbox upstream until it is empty, and deletes a row only when the receiver says that it has
/// committed it: the broker's own acknowledgement is not durable (measured: a broker killed after
/// acknowledging 2,000 messages delivered none of them).
///
/// ```swift
/// let client = try MQTTClient(BrokerOptions(host: "127.0.0.1", clientID: "millwright-gateway-1-up"))
/// let uplink = try Uplink(store: store, node: "gateway-1", site: "demo", transport: BrokerTransport(client))
/// async let connection: Void = client.run()
/// await uplink.run()                       // until cancelled
/// ```
/// Rows arrive at least once and in order of commit, each under its identity (node, boot, sequence), so the
/// receiver keeps each exactly once.
public final class Uplink: Sendable {
  /// Sizes and times of the way up.
  public struct Options: Sendable {
    public var rowsPerBatch = 200
    public var bytesPerBatch = 64 << 10
    /// Batches sent and not yet known to be committed.
    public var window = 8
    /// How often the outbox is looked at when nothing else happens.
    public var period_s = 1.0
    /// Without word from the receiver for this long, everything in flight is sent again; doubles up to the next.
    public var timeout_s = 5.0
    public var longestTimeout_s = 60.0
    /// The defaults above.
    public init() {}
  }

  /// Counts since the start.
  public struct Statistics: Sendable, Equatable, Codable {
    public var isConnected = false
    public var sentBatches = 0
    /// Rows sent, those sent again included.
    public var sentRows = 0
    /// Rows that the receiver has said it committed.
    public var committedRows = 0
    public var timeouts = 0
    /// Rows whose checksum did not hold when read back; they are not sent.
    public var damagedRows = 0
    /// The last failure of store or transport, for `status`.
    public var lastError: String?
  }

  private enum Input: Sendable {
    case connection(Bool)
    case message(SyncMessage)
    case tick
  }

  private let store: Store
  private let node: String
  private let topics: SyncTopics
  private let transport: any SyncTransport
  private let options: Options
  private let clock: any Timekeeper
  private let counts = Mutex(Statistics())

  /// An uplink of one node; throws when `node` or `site` cannot be a level of a topic.
  public init(
    store: Store, node: String, site: String, transport: any SyncTransport, options: Options = Options(),
    clock: any Timekeeper = SystemClock()
  ) throws(SyncError) {
    try SyncTopics.check(node)
    topics = try SyncTopics(site: site)
    self.store = store
    self.node = node
    self.transport = transport
    self.options = options
    self.clock = clock
  }

  /// Counts so far.
  public func statistics() -> Statistics { counts.withLock { $0 } }

  /// Works until the task is cancelled; whatever is not committed then stays in the outbox.
  public func run() async {
    // Words of the receiver are cumulative and ticks repeat, so the oldest may go when all that waits is 1,024.
    let (inputs, continuation) = AsyncStream.makeStream(
      of: Input.self, bufferingPolicy: .bufferingNewest(1024))
    await attempt { try await transport.subscribe(topics.committed(node)) }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { [transport] in
        for await change in transport.connections { continuation.yield(.connection(change)) }
      }
      group.addTask { [transport] in
        for await message in transport.messages { continuation.yield(.message(message)) }
      }
      group.addTask { [options] in
        while !Task.isCancelled {
          continuation.yield(.tick)
          try? await Task.sleep(for: .seconds(options.period_s))
        }
        continuation.finish()
      }
      await serve(inputs)
      group.cancelAll()
    }
  }

  private func serve(_ inputs: AsyncStream<Input>) async {
    var window = SendWindow(
      limit: options.window, timeout_s: options.timeout_s, longestTimeout_s: options.longestTimeout_s)
    for await input in inputs {
      switch input {
      case .connection(let isConnected):
        counts.withLock { $0.isConnected = isConnected }
        if isConnected { window.reconnected() }
      case .message(let message): await take(message, &window)
      case .tick:
        if window.timedOut(at: clock.monotonic()) { counts.withLock { $0.timeouts += 1 } }
      }
      if statistics().isConnected { await send(&window) }
    }
  }

  /// Sends batches while the window has room and the outbox has rows.
  private func send(_ window: inout SendWindow) async {
    while window.hasRoom, !Task.isCancelled {
      var sent = false
      await attempt {
        let position = window.position
        let rows = try await store.outbox(
          after: position, rows: options.rowsPerBatch, bytes: options.bytesPerBatch)
        guard let first = rows.first, let last = rows.last else { return }
        let sound = rows.filter { Checksum.crc32($0.body.utf8) == $0.crc }
        let floor = try await store.outboxFloor(boot: first.boot)
        let head = BatchHead(
          schema: BatchHead.schema, node: node, boot: first.boot, floor: floor,
          after: position.boot == first.boot ? position.sequence : floor, first: first.sequence,
          last: last.sequence)
        try await transport.send(head.message(sound), to: topics.up(node))
        window.sent(boot: last.boot, last: last.sequence, at: clock.monotonic())
        sent = true
        counts.withLock {
          $0.sentBatches += 1
          $0.sentRows += sound.count
          $0.damagedRows += rows.count - sound.count
        }
      }
      if !sent { return }
    }
  }

  private func take(_ message: SyncMessage, _ window: inout SendWindow) async {
    guard message.topic == topics.committed(node), let word = Committed.read(message.payload),
      word.node == node
    else { return }
    await attempt {
      guard let deleted = try await store.outboxCommitted(boot: word.boot, through: word.through) else {
        counts.withLock {
          $0.lastError = "the receiver claims row \(word.through) of boot \(word.boot), which was never sent"
        }
        return
      }
      counts.withLock { $0.committedRows += deleted }
      window.committed(boot: word.boot, through: word.through, at: clock.monotonic())
    }
  }

  private func attempt(_ work: () async throws -> Void) async {
    do { try await work() } catch {
      let text = String(describing: error)
      counts.withLock { $0.lastError = text }
    }
  }
}
