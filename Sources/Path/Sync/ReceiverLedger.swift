// SPDX-License-Identifier: Apache-2.0

internal import Foundation
public import Ledger
internal import Machine

/// The receiver's database: every row of every node once, by its identity.
public final class ReceiverLedger: Sendable {
  private let ledger: Ledger

  private static let migrations: [Migration] = [
    Migration(
      "1 receiver",
      [
        // `body` is the JSON text that the node committed; crc its CRC-32, made by the node.
        """
        CREATE TABLE rows (
          node TEXT NOT NULL, boot INTEGER NOT NULL, sequence INTEGER NOT NULL, kind TEXT NOT NULL,
          received INTEGER NOT NULL, body TEXT NOT NULL, crc INTEGER NOT NULL,
          PRIMARY KEY (node, boot, sequence)) STRICT
        """,
        // Every row up to `through` is here, or was given up by the node (`skipped` of them).
        """
        CREATE TABLE watermarks (
          node TEXT NOT NULL, boot INTEGER NOT NULL, through INTEGER NOT NULL, skipped INTEGER NOT NULL,
          PRIMARY KEY (node, boot)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE tallies (
          node TEXT PRIMARY KEY, batches INTEGER NOT NULL, rows INTEGER NOT NULL, duplicates INTEGER NOT NULL,
          conflicts INTEGER NOT NULL) STRICT
        """,
      ])
  ]

  /// Opens or makes the database. A corrupt file is an error here, never replaced: a receiver that began
  /// anew would forget what it has told the nodes to delete.
  public init(path: String, maximumBytes: Int = 64 << 30) throws(LedgerError) {
    ledger = try Ledger.open(
      path, migrations: ReceiverLedger.migrations, limits: Ledger.Limits(maximumBytes: maximumBytes))
  }

  /// Counts per node.
  public struct Tally: Sendable, Equatable, Codable {
    /// The gateway, by the name in its topic.
    public var node: String
    /// Batches committed.
    public var batches: Int
    /// Rows stored, each once.
    public var rows: Int
    /// Rows that came again and were recognised.
    public var duplicates: Int
    /// Rows that came again under the same identity with another body; the first is kept.
    public var conflicts: Int

    /// The counts of one node.
    public init(node: String, batches: Int, rows: Int, duplicates: Int, conflicts: Int) {
      self.node = node
      self.batches = batches
      self.rows = rows
      self.duplicates = duplicates
      self.conflicts = conflicts
    }
  }

  /// Stores a batch in one transaction and returns up to where the node's rows are now on disk.
  func commit(_ payload: [UInt8], from node: String, topic: String, at time: WallTime) async throws
    -> Committed
  {
    func refuse(_ reason: String) -> SyncError { .rejected(topic: topic, reason: reason) }
    let head: BatchHead
    do { head = try JSONDecoder().decode(BatchHead.self, from: Data(payload)) } catch {
      throw refuse("not a batch: \(error)")
    }
    guard head.schema == BatchHead.schema else {
      throw refuse("schema \(head.schema), known is \(BatchHead.schema)")
    }
    guard head.node == node else { throw refuse("says it is from \"\(head.node)\"") }
    guard 0 <= head.floor, head.after < head.first, head.first <= head.last else {
      throw refuse("its numbers contradict each other")
    }
    let message = SQLValue.text(String(decoding: payload, as: UTF8.self))
    let through = try await ledger.write { (tx) throws(LedgerError) in
      try ReceiverLedger.store(head, message, time, tx)
    }
    guard let through else { throw refuse("a row fails its checksum or lies outside of the batch") }
    return Committed(schema: BatchHead.schema, node: node, boot: head.boot, through: through)
  }

  /// Nil when the batch is not sound; then nothing is stored.
  private static func store(_ head: BatchHead, _ message: SQLValue, _ time: WallTime, _ tx: Transaction)
    throws(LedgerError) -> Int64?
  {
    let identity: [SQLValue] = [.text(head.node), .integer(head.boot)]
    let check = try tx.rows(
      """
      SELECT count(*), sum(NOT coalesce(crc32(value->'$.body') = value->>'$.crc'
          AND value->>'$.sequence' BETWEEN ?2 AND ?3, 0)),
        (SELECT count(*) FROM json_each(?1, '$.rows') AS again JOIN rows ON node = ?4 AND boot = ?5
          AND sequence = again.value->>'$.sequence' AND crc <> again.value->>'$.crc')
      FROM json_each(?1, '$.rows')
      """, [message, .integer(head.first), .integer(head.last)] + identity)
    let count = check.first?[0].integer ?? 0
    guard check.first?[1].integer ?? 0 == 0 else { return nil }
    let stored = try tx.run(
      """
      INSERT INTO rows SELECT ?2, ?3, value->>'$.sequence', value->>'$.kind', ?4, value->'$.body',
        value->>'$.crc' FROM json_each(?1, '$.rows') WHERE true ON CONFLICT (node, boot, sequence) DO NOTHING
      """, [message] + identity + [.integer(time.nanoseconds)])
    let conflicts = check.first?[2].integer ?? 0
    try tx.run(
      """
      INSERT INTO tallies VALUES (?1, 1, ?2, ?3, ?4) ON CONFLICT (node) DO UPDATE SET batches = batches + 1,
        rows = rows + ?2, duplicates = duplicates + ?3, conflicts = conflicts + ?4
      """, .text(head.node), .integer(Int64(stored)), .integer(count - Int64(stored) - conflicts),
      .integer(conflicts))
    return try advance(head, identity, tx)
  }

  /// Moves the watermark over the batch, unless rows that the node still holds are missing before it.
  private static func advance(_ head: BatchHead, _ identity: [SQLValue], _ tx: Transaction)
    throws(LedgerError) -> Int64
  {
    let known = try tx.rows("SELECT through, skipped FROM watermarks WHERE node = ? AND boot = ?", identity)
      .first
    let old = known?[0].integer ?? 0
    let covered = max(old, head.floor)
    let through = head.after <= covered ? max(covered, head.last) : covered
    guard through > old || known == nil else { return old }
    let present =
      try tx.rows(
        "SELECT count(*) FROM rows WHERE node = ? AND boot = ? AND sequence > ? AND sequence <= ?",
        identity + [.integer(old), .integer(through)]
      ).first?[0].integer ?? 0
    let skipped = (known?[1].integer ?? 0) + through - old - present
    try tx.run(
      "INSERT OR REPLACE INTO watermarks VALUES (?, ?, ?, ?)",
      identity + [.integer(through), .integer(skipped)])
    return through
  }

  /// Where each node stands under its newest four boots: what to tell it at every connection.
  func watermarks() async throws(LedgerError) -> [Committed] {
    try await ledger.read { (tx) throws(LedgerError) in
      try tx.rows(
        """
        SELECT node, boot, through FROM
          (SELECT *, row_number() OVER (PARTITION BY node ORDER BY boot DESC) AS age FROM watermarks)
        WHERE age <= 4 ORDER BY node, boot
        """
      ).compactMap { row in
        guard let node = row[0].text, let boot = row[1].integer, let through = row[2].integer else {
          return nil
        }
        return Committed(schema: BatchHead.schema, node: node, boot: boot, through: through)
      }
    }
  }

  /// Counts per node since the database was made.
  public func tallies() async throws(LedgerError) -> [Tally] {
    try await ledger.read { (tx) throws(LedgerError) in
      try tx.rows("SELECT node, batches, rows, duplicates, conflicts FROM tallies ORDER BY node").map { row in
        func count(_ column: Int) -> Int { Int(row[column].integer ?? 0) }
        return Tally(
          node: row[0].text ?? "", batches: count(1), rows: count(2), duplicates: count(3),
          conflicts: count(4))
      }
    }
  }

  /// Rows that nodes gave up before they could be sent (their outbox was full), over all boots.
  public func skipped() async throws(LedgerError) -> Int {
    try await ledger.read { (tx) throws(LedgerError) in
      Int(try tx.value("SELECT coalesce(sum(skipped), 0) FROM watermarks")?.integer ?? 0)
    }
  }

  /// The stored JSON bodies of one node in order of (boot, sequence), at most `limit`.
  public func bodies(of node: String, limit: Int = 1000) async throws(LedgerError) -> [String] {
    try await ledger.read { (tx) throws(LedgerError) in
      try tx.rows(
        "SELECT body FROM rows WHERE node = ? ORDER BY boot, sequence LIMIT ?", .text(node),
        .integer(Int64(limit))
      ).compactMap(\.[0].text)
    }
  }

  /// Ends the use of the file.
  public func close() throws(LedgerError) { try ledger.close() }
}
