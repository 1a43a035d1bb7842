// SPDX-License-Identifier: Apache-2.0

import Machine

/// The order in which alarms leave a full book: those that are over, then those that have returned, then the least
/// severe; within a severity what is suppressed, set aside, acknowledged, in this order; the longest in its state first.
struct DropRanks {
  /// By rank, the alarms and since when they are in their state.
  private var ranks: [[String: WallTime]] = Array(repeating: [:], count: 2 + 4 * Severity.allCases.count)

  static func rank(_ alarm: Alarm) -> Int {
    let severity = Severity.allCases.firstIndex(of: alarm.severity) ?? 0
    return switch alarm.state {
    case .normal: 0
    case .returnedUnacknowledged: 1
    case .suppressed: 2 + 4 * severity
    case .shelved, .outOfService: 3 + 4 * severity
    case .acknowledged: 4 + 4 * severity
    case .unacknowledged: 5 + 4 * severity
    }
  }

  static func isBefore(_ a: AlarmEntry, _ b: AlarmEntry) -> Bool {
    (rank(a.alarm), a.placed.received, a.alarm.id) < (rank(b.alarm), b.placed.received, b.alarm.id)
  }

  mutating func place(_ entry: AlarmEntry, before: AlarmEntry?) {
    if let before { remove(before) }
    // The alarm about the flood is not one of those that it counts.
    if entry.alarm.finding.machine == AlarmBook.site { return }
    ranks[DropRanks.rank(entry.alarm)][entry.alarm.id] = entry.placed.received
  }

  mutating func remove(_ entry: AlarmEntry) {
    ranks[DropRanks.rank(entry.alarm)].removeValue(forKey: entry.alarm.id)
  }

  /// The identifier of the first to leave.
  func first() -> String? {
    ranks.first { !$0.isEmpty }?.min { ($0.value, $0.key) < ($1.value, $1.key) }?.key
  }

  /// The lowest rank that any alarm has.
  var lowest: Int? { ranks.firstIndex { !$0.isEmpty } }
}

/// The bound of the book and what gives way when it is reached.
extension AlarmBook {
  /// Makes a place for a new alarm, if need be by dropping one that is over or less severe. Dangers alone may fill as
  /// much again.
  mutating func makeRoom(
    for id: String, _ finding: Finding, _ now: Stamp, _ out: inout [AlarmTransition]
  ) -> Bool {
    if entries[id] != nil || entries.count < policy.capacity { return true }
    let limit = 2 + 4 * (Severity.allCases.firstIndex(of: finding.severity) ?? 0)
    guard let lowest = ranks.lowest, lowest < limit, let victim = ranks.first(), let entry = entries[victim]
    else { return finding.severity == .danger && entries.count < 2 * policy.capacity }
    if entry.alarm.state != .normal { move(entry, to: .normal, .dropped, at: now, into: &out) }
    guard let left = entries.removeValue(forKey: victim) else { return true }
    ranks.remove(left)
    let machine = left.alarm.finding.machine
    identifiers[machine]?.remove(victim)
    if identifiers[machine]?.isEmpty == true { identifiers[machine] = nil }
    return true
  }
}
