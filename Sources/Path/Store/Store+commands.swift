// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

/// A command that waits for the daemon.
public struct WaitingCommand: Sendable, Equatable {
  public var id: Int64
  public var received: WallTime
  /// By which way it came: `command-line`, `mqtt`, `record`, `api`.
  public var source: String
  /// Nil when what was written is no command.
  public var command: AlarmCommand?
}

/// What became of a command.
public struct CommandAnswer: Sendable, Equatable {
  public var id: Int64
  public var isDone: Bool
  /// What was done, or why it was refused, in words.
  public var text: String
  public var at: WallTime

  /// The answer to the command with this identifier.
  public init(id: Int64, isDone: Bool, text: String, at: WallTime) {
    self.id = id
    self.isDone = isDone
    self.text = text
    self.at = at
  }

  /// Writes the answer, and a refusal into the audit log: what was done is in the alarms' trail.
  func write(_ tx: Transaction) throws(LedgerError) {
    try tx.run(
      "UPDATE commands SET answered = ?, is_done = ?, answer = ? WHERE id = ? AND answered IS NULL",
      .integer(at.nanoseconds), .integer(isDone ? 1 : 0), .text(text), .integer(id))
    try tx.run(
      "DELETE FROM commands WHERE id <= ? AND answered IS NOT NULL", .integer(id - Store.commandsKept))
    if isDone { return }
    let rows = try tx.run(
      """
      INSERT INTO audit (received, actor, action, detail)
      SELECT ?, source, 'alarm-command-refused', body || ': ' || ? FROM commands WHERE id = ?
      """, .integer(at.nanoseconds), .text(text), .integer(id))
    try UsageClass.audit.add(rows: rows, bytes: 200 + text.utf8.count, tx)
  }
}

/// How people and other systems reach the daemon: a table that it reads at every tick. The command line writes into it
/// from outside (`openBeside`), everything inside the daemon through the same `submit`, so that one path obeys them all.
extension Store {
  /// Most commands that may wait.
  public static let commandLimit = 256
  /// Answered commands that are kept, for those who ask late; what was done is in the trail.
  static let commandsKept: Int64 = 1000

  /// Asks the daemon for something; the answer is found under the identifier.
  public func submit(_ command: AlarmCommand, source: String, at now: WallTime) async throws(StoreError)
    -> Int64
  {
    let body = try JSONText.encode(command)
    let id: Int64?
    do {
      id = try await ledger.write { (tx) throws(LedgerError) in
        let waiting = try tx.value("SELECT count(*) FROM commands WHERE answered IS NULL")?.integer ?? 0
        guard waiting < Store.commandLimit else { return nil }
        try tx.run(
          "INSERT INTO commands (received, source, body) VALUES (?, ?, ?)", .integer(now.nanoseconds),
          .text(source), .text(body))
        return try tx.value("SELECT last_insert_rowid()")?.integer
      }
    } catch { throw StoreError(error) }
    guard let id else { throw .tooManyCommands(limit: Store.commandLimit) }
    return id
  }

  /// Commands after this one that nobody has answered, oldest first.
  public func waitingCommands(after id: Int64, limit: Int = 32) async throws(StoreError) -> [WaitingCommand] {
    try await query(
      """
      SELECT source, body, id, received FROM commands WHERE answered IS NULL AND id > ? ORDER BY id LIMIT ?
      """, .integer(id), .integer(Int64(limit))
    ).map { row in
      WaitingCommand(
        id: row[2].integer ?? 0, received: WallTime(nanoseconds: row[3].integer ?? 0),
        source: row[0].text ?? "", command: try? row.json(AlarmCommand.self, of: "command"))
    }
  }

  /// The answer to a command, or nil while it waits.
  public func answer(to id: Int64) async throws(StoreError) -> CommandAnswer? {
    let rows = try await query(
      "SELECT answered, is_done, answer FROM commands WHERE id = ? AND answered IS NOT NULL", .integer(id))
    guard let row = rows.first, let at = row[0].integer else { return nil }
    return CommandAnswer(
      id: id, isDone: row[1].integer == 1, text: row[2].text ?? "", at: WallTime(nanoseconds: at))
  }
}
