// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Ledger
public import Machine
internal import Synchronization

/// The memory of the gateway: readings, feature windows, scores, findings, alarms with their evidence,
/// states of the stages, and the outbox.
///
/// One window of the path is one `StoreBatch`, and one batch is one transaction: what the receiver
/// upstream must learn (features, findings, alarms) enters the outbox in the transaction that stores it,
/// under an identity (boot, sequence) that is never given twice.
///
/// ```swift
/// let (store, setAside) = try await Store.open("/var/lib/millwright/store.db", now: clock.wall())
/// if let setAside { log("the database was damaged and lies at \(setAside.path): \(setAside.reason)") }
/// try await store.commit(StoreBatch(readings: readings, windows: windows))
/// try await store.maintain(now: clock.wall())      // once a minute
/// ```
public final class Store: Sendable {
  /// Identifies this run of the writer; larger than that of every earlier run on this file.
  public let boot: Int64
  /// What is kept, and for how long.
  public let retention: Retention
  let ledger: Ledger
  /// Identifiers of points that are known to be committed.
  let points = Mutex<[PointKey: Int64]>([:])

  private init(ledger: Ledger, boot: Int64, retention: Retention) {
    self.ledger = ledger
    self.boot = boot
    self.retention = retention
  }

  /// Opens or makes the database and begins a new boot. A corrupt file is set aside and a fresh one begun;
  /// the second result says so and is to be reported.
  ///
  /// - Parameters:
  ///   - maximumBytes: bound of the database file; the journal (an eighth of it, at most 4 MiB) and the
  ///     ballast come on top.
  ///   - ballastBytes: room kept for deleting on a full disk.
  public static func open(
    _ path: String, now: WallTime, maximumBytes: Int = 1 << 30, ballastBytes: Int = 8 << 20,
    retention: Retention? = nil
  ) async throws(StoreError) -> (store: Store, setAside: DamagedFile?) {
    let limits = Ledger.Limits(
      maximumBytes: maximumBytes, journalBytes: min(4 << 20, maximumBytes / 8), ballastBytes: ballastBytes)
    let retention = retention ?? Retention(maximumBytes: maximumBytes)
    do {
      return try await begin(path, now, limits, retention)
    } catch {
      // Even opening writes a little; on a full disk the ballast makes room for that too.
      guard case .full = error, Ledger.releaseBallast(of: path) else { throw StoreError(error) }
    }
    do { return try await begin(path, now, limits, retention) } catch { throw StoreError(error) }
  }

  private static func begin(
    _ path: String, _ now: WallTime, _ limits: Ledger.Limits, _ retention: Retention
  ) async throws(LedgerError) -> (store: Store, setAside: DamagedFile?) {
    let (ledger, setAside) = try Ledger.openOrSetAside(path, migrations: Schema.migrations, limits: limits)
    let boot = try await ledger.write { (tx) throws(LedgerError) in
      try Schema.addFeatureColumns(tx)
      for kind in UsageClass.allCases {
        try tx.run("INSERT OR IGNORE INTO usage (class) VALUES (?)", .text(kind.rawValue))
      }
      return try beginBoot(tx, now: now)
    }
    try await ledger.placeBallast()
    let store = Store(ledger: ledger, boot: boot, retention: retention)
    return (store, setAside.map { DamagedFile(path: $0.path, reason: $0.reason) })
  }

  /// Opens the database of a running agent to look at it: nothing can be written, no boot begins.
  public static func openForReading(_ path: String) throws(StoreError) -> Store {
    do {
      return Store(
        ledger: try Ledger.openForReading(path), boot: 0, retention: Retention(maximumBytes: 0))
    } catch { throw StoreError(error) }
  }

  /// Opens the database of a running agent to ask it for something (`submit`): no boot begins.
  public static func openBeside(_ path: String, maximumBytes: Int) throws(StoreError) -> Store {
    let limits = Ledger.Limits(
      maximumBytes: maximumBytes, journalBytes: min(4 << 20, maximumBytes / 8), ballastBytes: 0)
    do {
      return Store(
        ledger: try Ledger.openBeside(path, limits: limits), boot: 0, retention: Retention(maximumBytes: 0))
    } catch { throw StoreError(error) }
  }

  /// The first boot of a file is drawn from the clock and from chance (51 bits, exact in JSON), so that a
  /// file begun anew, even under a wrong clock, does not repeat an identity; each later one is larger.
  private static func beginBoot(_ tx: Transaction, now: WallTime) throws(LedgerError) -> Int64 {
    let last = try tx.value("SELECT max(boot) FROM boots")?.integer
    let seconds = max(0, now.nanoseconds / 1_000_000_000) & 0x7FFF_FFFF
    let boot = last.map { $0 + 1 } ?? (seconds << 20 | Int64.random(in: 0..<(1 << 20)))
    try tx.run("INSERT INTO boots VALUES (?, ?, 0)", .integer(boot), .integer(now.nanoseconds))
    // Boots with nothing left to send are history.
    try tx.run(
      """
      DELETE FROM boots WHERE boot < ? AND boot NOT IN (SELECT DISTINCT boot FROM outbox)
      """, .integer(boot))
    return boot
  }

  /// Folds the journal into the file and ends.
  public func close() throws(StoreError) {
    do { try ledger.close() } catch { throw StoreError(error) }
  }

  /// Adds a line to the audit log: who did what.
  public func audit(actor: String, action: String, detail: String, at time: WallTime) async throws(StoreError)
  {
    do {
      try await ledger.write { (tx) throws(LedgerError) in
        try tx.run(
          "INSERT INTO audit (received, actor, action, detail) VALUES (?, ?, ?, ?)",
          .integer(time.nanoseconds), .text(actor), .text(action), .text(detail))
        try UsageClass.audit.add(
          rows: 1, bytes: 64 + actor.utf8.count + action.utf8.count + detail.utf8.count, tx)
      }
    } catch { throw StoreError(error) }
  }
}

/// A database that was not sound and was moved out of the way, for a person to look at.
public struct DamagedFile: Sendable, Equatable {
  /// Where it lies now.
  public var path: String
  /// What was found wrong with it.
  public var reason: String
}

/// A point as one quantity; `quantity` is `waveform` for what is derived from waveforms.
struct PointKey: Hashable {
  let point: PointID
  let quantity: String
}

/// Everything that the table `usage` keeps count of.
enum UsageClass: String, CaseIterable {
  case readings, windows, scores, findings, evidence, transitions, outbox, audit

  func add(rows: Int, bytes: Int, _ tx: Transaction) throws(LedgerError) {
    if rows == 0 { return }
    try tx.run(
      "UPDATE usage SET rows = rows + ?, bytes = bytes + ? WHERE class = ?",
      .integer(Int64(rows)), .integer(Int64(bytes)), .text(rawValue))
  }

  /// Takes off deleted rows at the mean size of a row; `dropped` when a bound, not age, gave them up.
  func subtract(rows: Int, dropped: Bool, _ tx: Transaction) throws(LedgerError) {
    if rows == 0 { return }
    try tx.run(
      """
      UPDATE usage SET bytes = CASE WHEN rows <= ?1 THEN 0 ELSE bytes - bytes * ?1 / rows END,
        rows = max(0, rows - ?1), dropped = dropped + ?2 WHERE class = ?3
      """, .integer(Int64(rows)), .integer(dropped ? Int64(rows) : 0), .text(rawValue))
  }
}
