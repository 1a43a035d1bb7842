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
/// from all in the list; its reply proves that everything older is settled. A slave that sends a wrong length
/// late can at worst pass for the canary, whose items nobody uses.
package struct Unanswered {
  /// Requests of one shape, sent one after the other.
  private struct Run {
    let shape: ReplyShape
    /// The request to send again; a write never is.
    let read: Query?
    var times: Int
  }

  private var runs: [Run] = []
  private var lastSent = MonotonicTime(nanoseconds: 0)
  /// A read that this unit has answered, the base for canaries.
  private var proven: Query?

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

  /// True when no reply can come any more.
  package var isSettled: Bool { runs.isEmpty }
  /// True when one reply may come, that to the newest request.
  package var isAlone: Bool { runs.count == 1 && runs[0].times == 1 }

  package mutating func sent(_ query: Query, at now: MonotonicTime) {
    lastSent = now
    note(query.shape, query.isWrite ? nil : query)
  }

  private mutating func note(_ shape: ReplyShape, _ read: Query?) {
    if runs.last?.shape == shape {
      runs[runs.count - 1].times += 1
    } else {
      runs.append(Run(shape: shape, read: read, times: 1))
    }
  }

  package mutating func judge(_ reply: Reply) -> Verdict {
    guard let first = runs.firstIndex(where: { reply.mayAnswer($0.shape) }) else { return .stranger }
    runs.removeFirst(first)
    runs[0].times -= 1
    if runs[0].times == 0 { runs.removeFirst() }
    return runs.isEmpty ? .answer : .late
  }

  /// Notes a reply that came when none was awaited: its sender repeats itself, and may do so again.
  package mutating func repeated(_ reply: Reply, at now: MonotonicTime) {
    guard case .answer(let shape) = reply, runs.isEmpty else { return }
    lastSent = now
    note(shape, nil)
  }

  /// Remembers that the unit answers this read.
  package mutating func proved(_ query: Query) {
    if !query.isWrite { proven = query }
  }

  /// Drops everything after a silence that no reply outlasts.
  package mutating func forget(at now: MonotonicTime) {
    if !runs.isEmpty, now.seconds(since: lastSent) > Unanswered.patience_s { runs.removeAll() }
  }

  /// The read to send before `wanted`. First choice is a part of what the unit has answered before, with an
  /// even count, because some devices refuse half of a 32-bit value. Where the reply to a canary is an
  /// exception it may be that of an older request of the same function; so the other table is tried before
  /// lengths that may not exist. When every choice is under way already, the last one is repeated.
  package func canary(before wanted: Query) -> Query {
    let base = proven ?? wanted
    let table = RegisterFunction(rawValue: base.function) ?? .holding
    let counts: [UInt16] = table.readsBits ? [1, 9, 17, 25] : [2, 4, 6, 1, 3, 5]
    let parts = counts.map { Query(unit: wanted.unit, read: table, address: base.address, count: $0) }
      .filter { Int($0.address) + $0.count <= 0x1_0000 && $0.shape != wanted.shape }
    let twin = Query(
      unit: wanted.unit, read: table == .holding ? .input : .holding, address: base.address, count: 1)
    let known = parts.filter { proven != nil && $0.count <= base.count }
    let choices = known + (wanted.isWrite ? [twin] : [wanted, twin]) + parts
    return choices.first { choice in !runs.contains { $0.shape == choice.shape } }
      ?? runs.last?.read ?? twin
  }
}
