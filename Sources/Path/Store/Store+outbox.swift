// SPDX-License-Identifier: Apache-2.0

internal import Ledger

/// What an outbox row carries, in the order in which it is given up when the outbox is full.
public enum OutboxKind: String, CaseIterable, Sendable, Codable {
  case features, finding, alarm
}

/// A row that waits until the receiver upstream has committed it.
public struct OutboxRow: Sendable, Equatable {
  /// The run of the writer that committed it.
  public var boot: Int64
  /// Unique under its boot, from 1, in the order of commits.
  public var sequence: Int64
  /// Raw value of `OutboxKind`.
  public var kind: String
  /// JSON.
  public var body: String
  /// `Checksum.crc32` of the body, made when the row was committed.
  public var crc: UInt32
}

extension Store {
  /// The oldest boot that has rows to send after the position given, with those rows in order: at most
  /// `rows` of them and about `bytes`, at least one if there is any.
  public func outbox(
    after position: (boot: Int64, sequence: Int64), rows: Int, bytes: Int
  ) async throws(StoreError) -> [OutboxRow] {
    do {
      return try await ledger.read { (tx) throws(LedgerError) in
        let found = try tx.rows(
          """
          SELECT boot, sequence, kind, body, crc FROM outbox WHERE (boot, sequence) > (?, ?)
          ORDER BY boot, sequence LIMIT ?
          """, .integer(position.boot), .integer(position.sequence), .integer(Int64(rows)))
        var (result, size): ([OutboxRow], Int) = ([], 0)
        for row in found {
          guard let next = OutboxRow(row), next.boot == result.first?.boot ?? next.boot else { break }
          size += next.body.utf8.count + 64
          if size > bytes, !result.isEmpty { break }
          result.append(next)
        }
        return result
      }
    } catch { throw StoreError(error) }
  }

  /// The last sequence of `boot` before the first row that is still held: nothing up to it will be sent again.
  public func outboxFloor(boot: Int64) async throws(StoreError) -> Int64 {
    do {
      return try await ledger.read { (tx) throws(LedgerError) in
        if let first = try tx.value("SELECT min(sequence) FROM outbox WHERE boot = ?", .integer(boot))?
          .integer
        {
          return first - 1
        }
        return try tx.value("SELECT sequence FROM boots WHERE boot = ?", .integer(boot))?.integer ?? 0
      }
    } catch { throw StoreError(error) }
  }

  /// Deletes the rows of `boot` up to `sequence`, because the receiver says that it has committed them.
  /// A claim beyond what was ever given out is not believed: it deletes nothing and returns nil.
  @discardableResult
  public func outboxCommitted(boot: Int64, through sequence: Int64) async throws(StoreError) -> Int? {
    do {
      return try await ledger.write { (tx) throws(LedgerError) in
        guard let last = try tx.value("SELECT sequence FROM boots WHERE boot = ?", .integer(boot))?.integer
        else { return 0 }  // an old boot with nothing left to send, or one of a file set aside
        guard sequence <= last else { return nil }
        let count = try tx.run(
          "DELETE FROM outbox WHERE boot = ? AND sequence <= ?", .integer(boot), .integer(sequence))
        try UsageClass.outbox.subtract(rows: count, dropped: false, tx)
        return count
      }
    } catch { throw StoreError(error) }
  }
}

extension OutboxRow {
  init?(_ row: SQLRow) {
    guard row.count == 5, let boot = row[0].integer, let sequence = row[1].integer, let kind = row[2].text,
      let body = row[3].text, let crc = row[4].integer
    else { return nil }
    self.init(boot: boot, sequence: sequence, kind: kind, body: body, crc: UInt32(truncatingIfNeeded: crc))
  }
}
