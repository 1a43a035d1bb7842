// SPDX-License-Identifier: Apache-2.0

public import Machine

// A restart is no news about the machine: what was seen of faults in the last looks outlives it, so that a standing
// finding neither goes nor has to be seen anew. Trends, models' opinions and sensors, which minutes bring back, do not.

extension Diagnostician {
  /// What was seen of the faults of one machine, to be kept over a restart.
  public struct Snapshot: Sendable, Codable, Equatable {
    let rows: [Row]

    struct Row: Sendable, Codable, Equatable {
      var fault: String
      /// Nil for what has no places: limits.
      var place: String?
      var looks: Looks.Kept
      var score = 0.0
      var partial = 0.0
      var isBest = false
      var isByRules = true
    }
  }

  /// What the store keeps, in the order of the faults.
  public func snapshot(at now: MonotonicTime) -> Snapshot {
    var rows: [Snapshot.Row] = []
    for (signature, cells) in zip(signatures, cells) {
      for (place, cell) in zip(signature.places, cells) {
        guard let looks = cell.looks.kept(at: now) else { continue }
        rows.append(
          Snapshot.Row(
            fault: signature.model.id, place: place.name(in: layout), looks: looks, score: cell.score,
            partial: cell.partial, isBest: cell.isBest, isByRules: cell.isByRules))
      }
    }
    for own in OwnFault.allCases {
      guard let looks = unnamed[own]?.kept(at: now) else { continue }
      rows.append(Snapshot.Row(fault: own.rawValue, looks: looks))
    }
    return Snapshot(rows: rows)
  }

  /// Takes up an earlier snapshot as if no time had passed; what is no longer a fault of this machine is dropped.
  public mutating func restore(_ snapshot: Snapshot, at now: MonotonicTime) {
    for row in snapshot.rows {
      guard let place = row.place else {
        if let own = OwnFault(rawValue: row.fault) { unnamed[own] = Looks(row.looks, at: now) }
        continue
      }
      guard let s = signatures.firstIndex(where: { $0.model.id == row.fault }),
        let p = signatures[s].places.firstIndex(where: { $0.name(in: layout) == place })
      else { continue }
      let looks = Looks(row.looks, at: now)
      cells[s][p] = Cell(
        looks: looks, score: row.score, partial: row.partial,
        isStanding: looks.isStanding(signatures[s].quota), isBest: row.isBest, isByRules: row.isByRules)
    }
  }
}
