// SPDX-License-Identifier: Apache-2.0

public import Machine

// After a repair the machine is another one: what was learned before it is no yardstick for what comes after.

extension Baseline {
  /// Forgets what was learned of these points from before `time`, in every operating state, and says of which points
  /// there was such. What was begun after `time` stays: an old record says nothing about it.
  ///
  /// Learning begins anew with the next window that may be learned from; the freeze while limits are exceeded is the
  /// caller's `learn: false`, as ever.
  public mutating func forget(_ points: Set<PointID>, learnedBefore time: WallTime) -> Set<PointID> {
    var forgotten: Set<PointID> = []
    func isOld(_ place: Place, _ entry: Entry) -> Bool {
      guard points.contains(place.point) else { return false }
      return entry.since.map { $0 < time } ?? true
    }
    for (place, entry) in windows where isOld(place, entry) {
      windows[place] = nil
      forgotten.insert(place.point)
    }
    for (place, entry) in readings where isOld(place, entry) {
      readings[place] = nil
      forgotten.insert(place.point)
    }
    return forgotten
  }
}

extension SlowDetector {
  /// Forgets what was learned of these points from before `time`, as a baseline does, and says of which there was such.
  public mutating func forget(_ points: Set<PointID>, learnedBefore time: WallTime) -> Set<PointID> {
    var forgotten: Set<PointID> = []
    for (place, point) in self.points.enumerated() where points.contains(point) {
      let count = slots[place].count
      slots[place].removeAll { $0.since.map { $0 < time } ?? true }
      if slots[place].count < count { forgotten.insert(point) }
    }
    return forgotten
  }
}
