// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

/// What becomes of a proposed action.
public enum ActionState: String, CaseIterable, Sendable, Codable {
  /// Waits for a person.
  case proposed
  /// To be done: a person said so, or the site file does for all.
  case confirmed
  case done
  /// A person said no.
  case rejected
  /// Nobody said yes in time, or it could not be done in time.
  case expired
  /// The alarm returned before anybody said yes.
  case withdrawn
}

/// An action that an alarm asks for, as it is kept: one for each occurrence of the alarm and each rule of the site.
public struct StoredAction: Sendable, Equatable, Codable {
  public var id: Int64
  /// The same for the same occurrence and rule: a receiver takes a second copy by it for what it is.
  public var key: String
  public var proposed: WallTime
  /// Name of the rule in the site file.
  public var rule: String
  /// `Alarm.id`.
  public var alarm: String
  public var state: ActionState
  public var expires: WallTime
  /// The work order, JSON.
  public var body: String
  /// Who confirmed or rejected it, and why.
  public var by: String?
  public var why: String?

  /// An action that is not stored yet.
  public init(
    key: String, proposed: WallTime, rule: String, alarm: String, state: ActionState, expires: WallTime,
    body: String
  ) {
    id = 0
    self.key = key
    self.proposed = proposed
    self.rule = rule
    self.alarm = alarm
    self.state = state
    self.expires = expires
    self.body = body
  }
}

extension Store {
  /// Most actions that are kept; beyond, the oldest that are over go.
  public static let actionLimit: Int64 = 10_000

  /// Proposes an action, unless it is there already.
  /// - Returns: whether it is new.
  @discardableResult
  public func propose(_ action: StoredAction) async throws(StoreError) -> Bool {
    try await change { (tx) throws(LedgerError) in
      let count = try tx.run(
        """
        INSERT INTO actions (key, proposed, rule, alarm, state, expires, body) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (key) DO NOTHING
        """, .text(action.key), .integer(action.proposed.nanoseconds), .text(action.rule),
        .text(action.alarm), .text(action.state.rawValue), .integer(action.expires.nanoseconds),
        .text(action.body))
      guard count > 0 else { return false }
      try tx.run(
        """
        DELETE FROM actions WHERE state NOT IN ('proposed', 'confirmed')
          AND id <= (SELECT max(id) FROM actions) - ?
        """, .integer(Store.actionLimit))
      try Store.note("millwright", "action-\(action.state.rawValue)", action.key, action.proposed, tx)
      return true
    }
  }

  /// Brings an action from one state to another, if it is in that state, with a line in the audit log.
  /// - Returns: whether it was.
  public func move(
    action id: Int64, from: ActionState, to: ActionState, by: String?, why: String = "", at now: WallTime
  ) async throws(StoreError) -> Bool {
    try await change { (tx) throws(LedgerError) in
      let count = try tx.run(
        "UPDATE actions SET state = ?, person = coalesce(?, person), why = ? WHERE id = ? AND state = ?",
        .text(to.rawValue), SQLValue(by), .text(why), .integer(id), .text(from.rawValue))
      guard count > 0 else { return false }
      let key = try tx.value("SELECT key FROM actions WHERE id = ?", .integer(id))?.text ?? ""
      try Store.note(
        by ?? "millwright", "action-\(to.rawValue)", why.isEmpty ? key : "\(key): \(why)", now, tx)
      return true
    }
  }

  /// Actions in these states, the oldest first.
  public func actions(_ states: Set<ActionState>, limit: Int = 1000) async throws(StoreError)
    -> [StoredAction]
  {
    let list = states.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
    let rows = try await query(
      """
      SELECT id, key, proposed, rule, alarm, state, expires, body, person, why FROM actions
      WHERE state IN (\(list)) ORDER BY id LIMIT \(limit)
      """)
    return rows.compactMap(StoredAction.init)
  }

  private func change(
    _ body: @escaping @Sendable (Transaction) throws(LedgerError) -> Bool
  ) async throws(StoreError) -> Bool {
    do { return try await ledger.write(body) } catch { throw StoreError(error) }
  }

  private static func note(
    _ actor: String, _ action: String, _ detail: String, _ at: WallTime, _ tx: Transaction
  ) throws(LedgerError) {
    try tx.run(
      "INSERT INTO audit (received, actor, action, detail) VALUES (?, ?, ?, ?)", .integer(at.nanoseconds),
      .text(actor), .text(action), .text(detail))
    try UsageClass.audit.add(rows: 1, bytes: 100 + detail.utf8.count, tx)
  }
}

extension StoredAction {
  init?(_ row: SQLRow) {
    guard let id = row[0].integer, let state = row[5].text.flatMap(ActionState.init) else { return nil }
    self.init(
      key: row[1].text ?? "", proposed: WallTime(nanoseconds: row[2].integer ?? 0), rule: row[3].text ?? "",
      alarm: row[4].text ?? "", state: state, expires: WallTime(nanoseconds: row[6].integer ?? 0),
      body: row[7].text ?? "")
    self.id = id
    by = row[8].text
    why = row[9].text
  }
}
