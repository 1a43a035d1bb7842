// SPDX-License-Identifier: Apache-2.0

internal import Ledger

/// What the store holds and how near its bounds it is.
public struct StoreStatus: Sendable, Equatable, Codable {
  /// One class of record: what it takes, and how many of it a bound made the store give up.
  public struct Class: Sendable, Equatable, Codable {
    public var rows: Int
    public var bytes: Int
    public var dropped: Int
  }
  /// By name: the raw values of `RecordClass`, and `outbox` and `audit`.
  public var classes: [String: Class]
  /// Rows that wait to be sent, by `OutboxKind`.
  public var outbox: [String: Int]
  public var usedBytes: Int
  public var fileBytes: Int
  public var maximumBytes: Int
  /// Whether the room for deleting on a full disk is there.
  public var hasBallast: Bool
}

extension Store {
  /// Counts and sizes; reads one row per class and the outbox.
  public func status() async throws(StoreError) -> StoreStatus {
    do {
      let usage = try await ledger.usage()
      let (classes, outbox) = try await ledger.read { (tx) throws(LedgerError) in
        (
          try tx.rows("SELECT class, rows, bytes, dropped FROM usage"),
          try tx.rows("SELECT kind, count(*) FROM outbox GROUP BY kind")
        )
      }
      func integer(_ value: SQLValue) -> Int { Int(value.integer ?? 0) }
      return StoreStatus(
        classes: Dictionary(
          uniqueKeysWithValues: classes.map { row in
            let (rows, bytes, dropped) = (integer(row[1]), integer(row[2]), integer(row[3]))
            return (row[0].text ?? "", .init(rows: rows, bytes: bytes, dropped: dropped))
          }),
        outbox: Dictionary(uniqueKeysWithValues: outbox.map { ($0[0].text ?? "", integer($0[1])) }),
        usedBytes: usage.usedBytes, fileBytes: usage.fileBytes, maximumBytes: usage.maximumBytes,
        hasBallast: ledger.hasBallast)
    } catch { throw StoreError(error) }
  }
}
