// SPDX-License-Identifier: Apache-2.0

package import Machine

/// The requests of one serial unit whose replies may still come, in the order in which they were sent.
///
/// A serial reply does not say which request it answers. Two things are known: a unit answers in the order in
/// which it was asked, each request at most once; and a reply shows its shape (function and length). So when
/// a reply arrives, the first request here that could have brought it is settled, and everything before that
/// one: the list always holds every request that may still be answered.
///
/// A unit with an entry here is asked for no values. A *canary* goes first, a small read whose shape differs
/// from the wanted one and, if possible, from all in the list; its reply proves that everything older is
/// settled. A slave that sends a wrong length late can at worst pass for the canary, whose items nobody uses.
package struct Unanswered {
  private var entries: [ReplyShape] = []
  private var lastSent = MonotonicTime(nanoseconds: 0)
  /// A read that this unit has answered, the base for canaries.
  private var proven: Query?

  /// More than this many, and the unit is left alone until `patience_s` have passed.
  package static let most = 16
  /// A reply is not expected any more after this silence, in seconds.
  package static let patience_s = 30.0

  /// What a reply means for the request that waits.
  package enum Verdict: Equatable {
    /// It answers the newest request, and can answer no other.
    case answer
    /// It answers an older request, or may.
    case late
    /// No request here can have brought it.
    case stranger
  }

  package init() {}

  package var count: Int { entries.count }
  /// True when no reply can come any more.
  package var isSettled: Bool { entries.isEmpty }

  package mutating func sent(_ query: Query, at now: MonotonicTime) {
    entries.append(query.shape)
    lastSent = now
  }

  package mutating func judge(_ reply: Reply) -> Verdict {
    guard let first = entries.firstIndex(where: reply.mayAnswer) else { return .stranger }
    let isNewest = first == entries.count - 1
    entries.removeFirst(first + 1)
    return isNewest ? .answer : .late
  }

  /// Notes a reply that came when none was awaited: its sender repeats itself, and may do so again.
  package mutating func repeated(_ reply: Reply, at now: MonotonicTime) {
    guard case .answer(let shape) = reply, entries.isEmpty else { return }
    entries.append(shape)
    lastSent = now
  }

  /// Remembers that the unit answers this read.
  package mutating func proved(_ query: Query) {
    if !query.isWrite { proven = query }
  }

  /// Drops everything after a silence that no reply outlasts.
  package mutating func forget(at now: MonotonicTime) {
    if !entries.isEmpty, now.seconds(since: lastSent) > Unanswered.patience_s { entries.removeAll() }
  }

  /// A read whose reply cannot be taken for that of `wanted`, smaller than what the unit has answered before.
  /// Even counts come first: some devices refuse half of a 32-bit value.
  package func canary(before wanted: Query) -> Query {
    let base = proven ?? wanted
    let table = RegisterFunction(rawValue: base.function) ?? .holding
    let counts: [UInt16] = table.readsBits ? [1, 9, 17, 25] : [2, 4, 6, 1, 3, 5]
    let reads = counts.map { Query(unit: wanted.unit, read: table, address: base.address, count: $0) }
      .filter { $0.shape != wanted.shape && Int($0.address) + $0.count <= 0x1_0000 }
    let known = reads.filter { proven != nil && $0.operand <= base.operand }
    let candidates = known.isEmpty ? reads : known
    // None is left for one register at the last address.
    return candidates.first { !entries.contains($0.shape) } ?? candidates.first
      ?? Query(unit: wanted.unit, read: table, address: 0, count: 2)
  }
}
