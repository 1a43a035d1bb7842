// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

/// What part of the alarms' trail is asked for; nil and the whole of time ask for everything.
public struct TrailQuery: Sendable, Equatable {
  /// `Alarm.id`.
  public var alarm: String?
  public var machine: MachineID?
  /// Who did something.
  public var person: String?
  /// Time of receipt.
  public var from = WallTime(nanoseconds: .min)
  public var to = WallTime(nanoseconds: .max)

  /// Everything, unless narrowed.
  public init(alarm: String? = nil, machine: MachineID? = nil, person: String? = nil) {
    self.alarm = alarm
    self.machine = machine
    self.person = person
  }
}

extension Store {
  /// The trail of alarms, newest first, at most `limit` steps.
  public func transitions(_ asked: TrailQuery = TrailQuery(), limit: Int = 100) async throws(StoreError)
    -> [AlarmTransition]
  {
    try await trail(asked, newestFirst: true, limit: limit).map(\.transition)
  }

  /// The trail of alarms from the oldest step to the newest; memory holds a page at a time.
  public func eachTransition(_ asked: TrailQuery, _ body: (AlarmTransition) -> Void) async throws(StoreError)
  {
    var last = Int64.min
    while true {
      let page = try await trail(asked, after: last, limit: 500)
      for (id, transition) in page {
        body(transition)
        last = id
      }
      if page.isEmpty { return }
    }
  }

  private func trail(
    _ asked: TrailQuery, after: Int64 = .min, newestFirst: Bool = false, limit: Int
  ) async throws(StoreError) -> [(id: Int64, transition: AlarmTransition)] {
    // Only what is asked for stands in the statement, so that its index is used.
    var (conditions, values): ([String], [SQLValue]) = (["id > ?"], [.integer(after)])
    for (column, value) in [
      ("alarm", asked.alarm), ("machine", asked.machine?.rawValue), ("person", asked.person),
    ] {
      guard let value else { continue }
      conditions.append("\(column) = ?")
      values.append(.text(value))
    }
    if asked.from.nanoseconds > .min || asked.to.nanoseconds < .max {
      conditions.append("received BETWEEN ? AND ?")
      values += [.integer(asked.from.nanoseconds), .integer(asked.to.nanoseconds)]
    }
    let rows = try await query(
      """
      SELECT alarm, body, id FROM transitions WHERE \(conditions.joined(separator: " AND "))
      ORDER BY id \(newestFirst ? "DESC" : "ASC") LIMIT \(limit)
      """, values)
    var found: [(id: Int64, transition: AlarmTransition)] = []
    for row in rows {
      found.append((row[2].integer ?? 0, try row.json(AlarmTransition.self, of: "alarm transition")))
    }
    return found
  }
}
