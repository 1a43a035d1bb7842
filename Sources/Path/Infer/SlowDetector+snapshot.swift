// SPDX-License-Identifier: Apache-2.0

import Machine

extension SlowDetector {
  /// What was learned of a machine's slow signals, to be kept over a restart. Means are not in it, because the time of
  /// the outage is not known, but for those that an exceeding channel is held against.
  public struct Snapshot: Sendable, Codable, Equatable {
    let rows: [Row]

    struct Row: Sendable, Codable, Equatable {
      var point: PointID
      var state: OperatingState
      var limits: SlowChannel.Limits?
      var learning: SlowChannel.Learning.Sums?
      var frozen: Double?
      var since: WallTime?
    }
  }

  /// What the store keeps, in a fixed order.
  public var snapshot: Snapshot {
    let rows = zip(points, slots).flatMap { point, states in
      states.map {
        Snapshot.Row(
          point: point, state: $0.state, limits: $0.channel.limits, learning: $0.channel.learning?.sums,
          frozen: $0.channel.frozen, since: $0.since)
      }
    }
    return Snapshot(
      rows: rows.sorted { ($0.point, $0.state.description) < ($1.point, $1.state.description) })
  }

  /// Takes up an earlier snapshot; rows of channels that are no longer there are dropped. False, and nothing changes,
  /// when it cannot be sound: then the channels learn anew.
  public mutating func restore(_ snapshot: Snapshot) -> Bool {
    let isSound = snapshot.rows.allSatisfy { row in
      (row.limits == nil) != (row.learning == nil) && row.limits?.isSound ?? true
        && row.learning?.isSound ?? true && row.frozen?.isFinite ?? true
    }
    guard isSound else { return false }
    var restored: [[Slot]] = points.map { _ in [] }
    for row in snapshot.rows {
      guard let place = points.firstIndex(of: row.point) else { continue }
      guard restored[place].count < SlowDetector.stateLimit,
        !restored[place].contains(where: { $0.state == row.state })
      else { return false }
      let channel =
        row.limits.map { SlowChannel(limits: $0, frozen: row.frozen) }
        ?? SlowChannel(learning: row.learning ?? SlowChannel.Learning.Sums())
      restored[place].append(Slot(state: row.state, since: row.since, channel: channel))
    }
    slots = restored
    return true
  }
}
