// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Which machine's retained alarm state goes out next: at most so many messages a second, the most severe change first.
///
/// A message tells a machine's whole state, so changes that wait are one message, and what waits is bounded by the plant;
/// nothing of it is ever dropped. A machine that has waited ten seconds goes before more severe ones.
public struct PublishQueue: Sendable {
  /// Seconds after which a machine goes first, whatever its severity.
  public static let patience_s = 10.0
  private var waiting: [MachineID: (severity: Severity?, since: MonotonicTime)] = [:]
  private var rate: TokenBucket

  /// An empty queue.
  /// - Parameter perSecond: messages a second, and how many may go at once after a quiet time.
  public init(perSecond: Double = 10) { rate = TokenBucket(perSecond: perSecond) }

  /// Number of machines that wait.
  public var count: Int { waiting.count }

  /// The state of this machine changed.
  /// - Parameter severity: of the alarm that changed; nil when it is told without a change.
  public mutating func add(_ machine: MachineID, severity: Severity?, at now: MonotonicTime) {
    let before = waiting[machine]
    let worst = [before?.severity, severity].compactMap { $0 }.max()
    waiting[machine] = (worst, before?.since ?? now)
  }

  /// The machine whose state is to go out now, taken out of the queue; nil when none waits or it is too early.
  public mutating func next(at now: MonotonicTime) -> MachineID? {
    guard rate.has(at: now) else { return nil }
    let first = waiting.max { a, b in
      let (late, later) = (isLate(a.value.since, now), isLate(b.value.since, now))
      if late != later { return later }
      let (x, y) = (a.value.severity, b.value.severity)
      if !late, x != y { return (x ?? .notice) < (y ?? .notice) }
      return (b.value.since, b.key) < (a.value.since, a.key)
    }
    guard let machine = first?.key else { return nil }
    waiting[machine] = nil
    rate.take()
    return machine
  }

  /// Seconds until `next` gives something; nil when nothing waits.
  public mutating func delay_s(at now: MonotonicTime) -> Double? {
    waiting.isEmpty ? nil : rate.delay_s(at: now)
  }

  private func isLate(_ since: MonotonicTime, _ now: MonotonicTime) -> Bool {
    now.seconds(since: since) >= PublishQueue.patience_s
  }
}
