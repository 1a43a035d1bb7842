// SPDX-License-Identifier: Apache-2.0

package import Machine

/// What is on its way and not yet known to be committed: go-back-N over batches, as a value.
///
/// ```
///            sent                 committed(through ≥ last of the oldest)
///   idle ──────────▶ in flight ──────────────────────────────▶ fewer in flight, window opens
///                        │ timed out, or connection lost
///                        ▼
///              start again at the oldest row held; window 1, timeout doubled
/// ```
/// So a broker without a receiver behind it costs one batch per `longestTimeout_s`.
package struct SendWindow {
  private struct InFlight {
    let boot: Int64
    let last: Int64
  }

  private let limit: Int
  private let timeout_s: Double
  private let longestTimeout_s: Double
  /// The next batch starts after this row.
  package private(set) var position: (boot: Int64, sequence: Int64) = (0, 0)
  private var inFlight: [InFlight] = []
  private var open: Int
  private var patience_s: Double
  private var lastProgress = MonotonicTime(nanoseconds: 0)

  package init(limit: Int, timeout_s: Double, longestTimeout_s: Double) {
    self.limit = limit
    self.timeout_s = timeout_s
    self.longestTimeout_s = longestTimeout_s
    open = limit
    patience_s = timeout_s
  }

  package var hasRoom: Bool { inFlight.count < open }
  package var count: Int { inFlight.count }

  package mutating func sent(boot: Int64, last: Int64, at now: MonotonicTime) {
    if inFlight.isEmpty { lastProgress = now }
    inFlight.append(InFlight(boot: boot, last: last))
    position = (boot, last)
  }

  /// Takes the receiver's word; what it covers is no longer in flight.
  package mutating func committed(boot: Int64, through: Int64, at now: MonotonicTime) {
    let before = inFlight.count
    inFlight.removeAll { $0.boot == boot && $0.last <= through }
    guard inFlight.count < before else { return }
    lastProgress = now
    patience_s = timeout_s
    open = min(limit, open * 2)
  }

  /// Whether nothing has come back for too long; then all in flight is to be sent again.
  package mutating func timedOut(at now: MonotonicTime) -> Bool {
    guard !inFlight.isEmpty, now.seconds(since: lastProgress) >= patience_s else { return false }
    patience_s = min(longestTimeout_s, patience_s * 2)
    open = 1
    startAgain()
    return true
  }

  /// A new connection: nothing that was in flight can be counted on, and the path deserves a fresh try.
  package mutating func reconnected() {
    patience_s = timeout_s
    open = limit
    startAgain()
  }

  /// Committed rows are deleted, so the oldest row held is the first not known to be committed.
  private mutating func startAgain() {
    inFlight.removeAll()
    position = (0, 0)
  }
}
