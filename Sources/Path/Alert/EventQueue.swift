// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Events on their way to plant systems: in the order in which they came, at a rate that is held, and bounded.
///
/// At the bound the oldest of the least severe is given up and counted; the next event that is delivered says how many.
/// One event is on its way at a time; it is given out again until it is delivered.
/// ```swift
/// while let event = queue.next(at: clock.monotonic()) {
///   if await published(event) { queue.delivered(event) }
/// }
/// ```
public struct EventQueue: Sendable {
  /// Most events that wait.
  public let capacity: Int
  /// Events given up since the last one delivered, and in all.
  public private(set) var lost = 0
  public private(set) var lostInAll = 0
  /// Events that arrived.
  public private(set) var sent = 0
  /// Number of events that wait, the one on its way included.
  public private(set) var count = 0
  private let boot: Int64
  private var sequence: Int64 = 0
  /// Waiting events by severity, the least severe first.
  private var lines = Severity.allCases.map { _ in Line() }
  private var underway: AlarmEvent?
  private var rate: TokenBucket

  /// An empty queue of one run of the daemon.
  public init(boot: Int64, capacity: Int = 1000, perSecond: Double = 10) {
    self.boot = boot
    self.capacity = max(1, capacity)
    rate = TokenBucket(perSecond: perSecond)
  }

  /// From now on so many a second.
  public mutating func hold(perSecond: Double) { rate = TokenBucket(perSecond: perSecond) }

  /// Takes a step of an alarm.
  public mutating func add(_ transition: AlarmTransition) {
    sequence += 1
    let event = AlarmEvent(transition, boot: boot, sequence: sequence)
    lines[EventQueue.place(event.severity)].append(event)
    count += 1
    guard count > capacity, let least = lines.firstIndex(where: { !$0.isEmpty }) else { return }
    _ = lines[least].removeFirst()
    count -= 1
    lost += 1
    lostInAll += 1
  }

  /// The event to send now; nil when none waits or it is too early.
  public mutating func next(at now: MonotonicTime) -> AlarmEvent? {
    guard count > 0, rate.has(at: now) else { return nil }
    if underway == nil {
      let waiting = lines.indices.filter { !lines[$0].isEmpty }
      let oldest = waiting.min { (lines[$0].first?.sequence ?? 0) < (lines[$1].first?.sequence ?? 0) }
      underway = oldest.map { lines[$0].removeFirst() }
    }
    rate.take()
    underway?.lost = lost
    return underway
  }

  /// The event that `next` gave has arrived.
  public mutating func delivered(_ event: AlarmEvent) {
    guard underway?.sequence == event.sequence else { return }
    underway = nil
    count -= 1
    sent += 1
    lost -= event.lost
  }

  /// Seconds until `next` gives something; nil when nothing waits.
  public mutating func delay_s(at now: MonotonicTime) -> Double? {
    count == 0 ? nil : rate.delay_s(at: now)
  }

  private static func place(_ severity: Severity) -> Int { Severity.allCases.firstIndex(of: severity) ?? 0 }
}

/// First in, first out, at constant cost.
private struct Line: Sendable {
  private var items: [AlarmEvent] = []
  private var head = 0

  var isEmpty: Bool { head == items.count }
  var first: AlarmEvent? { isEmpty ? nil : items[head] }

  mutating func append(_ event: AlarmEvent) { items.append(event) }

  mutating func removeFirst() -> AlarmEvent {
    defer {
      head += 1
      if head > 64, head * 2 > items.count {
        items.removeFirst(head)
        head = 0
      }
    }
    return items[head]
  }
}
