// SPDX-License-Identifier: Apache-2.0

import Machine

/// Tells messages that came before, or too late, from new ones.
///
/// A source counts its messages, or stamps them, or both. What is not newer than the newest is a second copy
/// when it was seen, and late when it was not; neither is used, because the newest value stands already. A
/// source that restarts counts from the beginning: its clock goes on, or several messages in a row are in
/// order among themselves, and then it is believed.
struct ArrivalOrder {
  enum Verdict: Equatable { case new, duplicate, late }

  private struct Key: Equatable, Comparable {
    var sequence: Int?
    var time: WallTime?
    static func < (a: Key, b: Key) -> Bool {
      if let x = a.sequence, let y = b.sequence, x != y { return x < y }
      if let x = a.time, let y = b.time { return x < y }
      return false
    }
  }
  /// Messages in a row, in order among themselves, that make a restart believable.
  static let restart = 3
  static let memory = 64

  private var newest: Key?
  private var recent: [Key] = []
  /// The run of late messages that may turn out to be a restart.
  private var run: [Key] = []

  mutating func judge(sequence: Int?, time: WallTime?) -> Verdict {
    guard sequence != nil || time != nil else { return .new }  // nothing to tell copies by
    let key = Key(sequence: sequence, time: time)
    guard let newest else { return accept(key) }
    if recent.contains(key) {
      return .duplicate
    }
    let clockWentOn = sequence != nil && key.time.flatMap { now in newest.time.map { now > $0 } } ?? false
    if newest < key || clockWentOn { return accept(key) }
    run = run.last.map { $0 < key } ?? true ? run + [key] : [key]
    if run.count >= ArrivalOrder.restart {
      recent = []
      return accept(key)
    }
    return .late
  }

  private mutating func accept(_ key: Key) -> Verdict {
    newest = key
    run = []
    recent.append(key)
    if recent.count > ArrivalOrder.memory { recent.removeFirst() }
    return .new
  }
}
