// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRDB

/// One step of a schema: statements that run once, in one transaction, in the order of the list.
public struct Migration: Sendable {
  /// Its name in the file's own record; never changed once released.
  public let name: String
  let statements: [String]

  /// A step with this name and these statements.
  public init(_ name: String, _ statements: [String]) {
    self.name = name
    self.statements = statements
  }
}

extension Ledger {
  /// Opens or makes the file, checks that it is sound, and brings it to the newest schema. A file that another
  /// program writes is refused (`.inUse`).
  ///
  /// Takes as long as reading the file once (`quick_check`: 11 ms at 3 MB, 79 ms at 21 MB).
  public static func open(
    _ path: String, migrations: [Migration], limits: Limits = Limits()
  ) throws(LedgerError) -> Ledger {
    try open(path, migrations: migrations, limits: limits, lock: try lock(path))
  }

  /// Takes the lock that a writer of the file holds.
  static func lock(_ path: String) throws(LedgerError) -> FileLock {
    var isDirectory: ObjCBool = false
    // SAFETY: the flag lives on this frame for the length of the call.
    if unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw .isDirectory(path: path)
    }
    return try FileLock.take(for: path)
  }

  static func open(
    _ path: String, migrations: [Migration], limits: Limits, lock: FileLock
  ) throws(LedgerError) -> Ledger {
    let ledger: Ledger
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration(limits))
      ledger = Ledger(path: path, limits: limits, queue: queue, lock: lock)
      try queue.inDatabase { database in
        let verdict = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
        if verdict != "ok" { throw LedgerError.corrupt(path: path, detail: verdict) }
      }
      try ledger.migrate(migrations)
    } catch { throw LedgerError(error, path: path) }
    return ledger
  }

  /// Opens a file that another process may be writing, for reading only: no check, no migration.
  public static func openForReading(_ path: String) throws(LedgerError) -> Ledger {
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let limits = Limits(maximumBytes: 0, journalBytes: 0, ballastBytes: 0)
      return Ledger(path: path, limits: limits, queue: queue, lock: nil)
    } catch { throw LedgerError(error, path: path) }
  }

  /// Opens a file that another process owns, for a few small writes beside it: no lock, no check, no migration; the
  /// file must be there. SQLite lets one of them write at a time.
  public static func openBeside(_ path: String, limits: Limits) throws(LedgerError) -> Ledger {
    guard FileManager.default.fileExists(atPath: path) else {
      throw .cannotOpen(path: path, reason: "no such file")
    }
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration(limits))
      return Ledger(path: path, limits: limits, queue: queue, lock: nil)
    } catch { throw LedgerError(error, path: path) }
  }

  /// GRDB's own WAL mode would set `synchronous=NORMAL` after these lines, so WAL is asked for here.
  private static func configuration(_ limits: Limits) -> Configuration {
    var configuration = Configuration()
    configuration.label = "ledger"
    configuration.busyMode = .timeout(limits.busyTimeout_s)
    configuration.prepareDatabase { database in
      try database.execute(sql: "PRAGMA journal_mode = WAL")
      try database.execute(sql: "PRAGMA synchronous = FULL")
      // Debian builds SQLite to overwrite what is deleted; that would write each old page once more.
      try database.execute(sql: "PRAGMA secure_delete = OFF")
      try database.execute(sql: "PRAGMA journal_size_limit = \(limits.journalBytes)")
      try database.execute(sql: "PRAGMA cache_size = -\(max(64, limits.cacheBytes / 1024))")
      let page = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4096
      try database.execute(sql: "PRAGMA wal_autocheckpoint = \(max(16, limits.journalBytes / page))")
      try database.execute(sql: "PRAGMA max_page_count = \(max(16, limits.maximumBytes / page))")
      database.add(function: checksumFunction)
    }
    return configuration
  }

  private func migrate(_ migrations: [Migration]) throws {
    var migrator = DatabaseMigrator()
    for migration in migrations {
      migrator.registerMigration(migration.name) { database in
        for statement in migration.statements { try database.execute(sql: statement) }
      }
    }
    let known = Set(migrations.map(\.name))
    let unknown = try queue.read { database in
      try migrator.appliedIdentifiers(database).subtracting(known)
    }
    guard unknown.isEmpty else { throw LedgerError.newer(path: path, unknown: unknown.sorted()) }
    try migrator.migrate(queue)
  }
}
