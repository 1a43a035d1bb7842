// SPDX-License-Identifier: Apache-2.0

internal import Ledger
public import Machine

extension Store {
  /// Rows deleted in one transaction, so that commits never wait long.
  private static let chunk = 2000

  /// Deletes what is too old or too much, at most `chunks` short transactions of it, and puts the ballast
  /// back in place. Call it once a minute.
  @discardableResult
  public func maintain(now: WallTime, chunks: Int = 50) async throws(StoreError) -> RetentionReport {
    var report = RetentionReport()
    var left = chunks
    do {
      for kind in RecordClass.allCases {
        guard let rule = retention.rules[kind] else { continue }
        let cutoff = now.nanoseconds - Int64(rule.age_s * 1e9)
        while left > 0 {
          let count = try await delete(kind, before: cutoff, dropped: false)
          if count > 0 { report.aged[kind, default: 0] += count }
          left -= 1
          if count < Store.chunk { break }
        }
        while left > 0, try await bytes(kind.usage) > rule.bytes {
          let count = try await delete(kind, before: .max, dropped: true)
          if count == 0 { break }
          report.dropped[kind, default: 0] += count
          left -= 1
        }
      }
      while left > 0, try await bytes(.outbox) > retention.outboxBytes {
        let count = try await dropUnsent()
        if count == 0 { break }
        report.droppedUnsent += count
        left -= 1
      }
      while left > 0, try await ledger.usage().usedBytes > retention.highWater {
        guard let (kind, count) = try await giveUpOldest() else { break }
        report.dropped[kind, default: 0] += count
        left -= 1
      }
    } catch { throw StoreError(error) }
    report.isUnfinished = left <= 0
    _ = ledger.placeBallast()
    return report
  }

  /// Gives up old records until free pages could hold `bytes`, and begins the journal anew.
  func makeRoom(for bytes: Int) async throws(StoreError) {
    do {
      try await giveUp(untilFree: max(bytes * 2, 256 << 10))
      try await ledger.checkpoint()
    } catch { throw StoreError(error) }
  }

  private func giveUp(untilFree wanted: Int) async throws(LedgerError) {
    while true {
      let usage = try await ledger.usage()
      if usage.fileBytes - usage.usedBytes >= wanted { return }
      guard try await giveUpOldest() != nil else { return }
    }
  }

  /// Deletes the oldest chunk of the least valuable class that has any.
  private func giveUpOldest() async throws(LedgerError) -> (RecordClass, Int)? {
    for kind in RecordClass.allCases {
      let count = try await delete(kind, before: .max, dropped: true)
      if count > 0 { return (kind, count) }
    }
    return nil
  }

  private func bytes(_ usage: UsageClass) async throws(LedgerError) -> Int {
    try await ledger.read { (tx) throws(LedgerError) in
      Int(try tx.value("SELECT bytes FROM usage WHERE class = ?", .text(usage.rawValue))?.integer ?? 0)
    }
  }

  /// Deletes up to a chunk of the oldest records of one class received before `cutoff`.
  private func delete(_ kind: RecordClass, before cutoff: Int64, dropped: Bool) async throws(LedgerError)
    -> Int
  {
    let chunk = Int64(kind == .evidence ? 8 : Store.chunk)
    return try await ledger.write { (tx) throws(LedgerError) in
      let count = try tx.run(kind.deletion, .integer(cutoff), .integer(chunk))
      try kind.usage.subtract(rows: count, dropped: dropped, tx)
      return count
    }
  }

  /// Drops the oldest unsent rows of the least valuable kind that has any.
  private func dropUnsent() async throws(LedgerError) -> Int {
    try await ledger.write { (tx) throws(LedgerError) in
      for kind in OutboxKind.allCases {
        let count = try tx.run(
          """
          DELETE FROM outbox WHERE (boot, sequence) IN
            (SELECT boot, sequence FROM outbox WHERE kind = ? ORDER BY boot, sequence LIMIT ?)
          """, .text(kind.rawValue), .integer(Int64(Store.chunk)))
        if count > 0 {
          try UsageClass.outbox.subtract(rows: count, dropped: true, tx)
          return count
        }
      }
      return 0
    }
  }
}

extension RecordClass {
  var usage: UsageClass {
    switch self {
    case .readings: .readings
    case .windows: .windows
    case .scores: .scores
    case .findings: .findings
    case .evidence: .evidence
    case .transitions: .transitions
    }
  }

  /// Deletes the oldest rows received before ?1, at most ?2 of them (and those of the same nanosecond).
  fileprivate var deletion: String {
    switch self {
    case .readings, .windows, .scores:
      """
      DELETE FROM \(rawValue) WHERE received <= (SELECT max(received) FROM
        (SELECT received FROM \(rawValue) WHERE received < ?1 ORDER BY received LIMIT ?2))
      """
    case .findings, .evidence, .transitions:
      """
      DELETE FROM \(rawValue) WHERE id IN (SELECT id FROM
        (SELECT id, received FROM \(rawValue) ORDER BY id LIMIT ?2) WHERE received < ?1)
      """
    }
  }
}
