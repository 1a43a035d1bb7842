// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A file of real blocks beside the database, given up when the disk is full.
///
/// On a full disk SQLite cannot even delete, because the journal of the deletion needs room. Removing the
/// ballast gives it that room.
struct Ballast: Sendable {
  let path: String
  let bytes: Int

  /// Whether the ballast lies on disk in full.
  var isInPlace: Bool {
    var status = stat()
    // SAFETY, here and below: Swift passes a NUL-terminated copy of the path that outlives the call; stat
    // writes one structure on this frame.
    return unsafe stat(path, &status) == 0 && Int(status.st_size) >= bytes
  }

  /// Takes the room; false when the disk has not twice as much, since the last of it is for commits.
  func place() -> Bool {
    if bytes == 0 || isInPlace { return true }
    var disk = statvfs()
    let folder = String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
    guard unsafe statvfs(folder.isEmpty ? "." : folder, &disk) == 0,
      Int(disk.f_bavail) * Int(disk.f_frsize) >= 2 * bytes
    else { return false }
    let file = unsafe open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0o600)
    guard file >= 0 else { return false }
    defer { close(file) }
    // posix_fallocate takes blocks; a mere truncate would make a hole that holds no room.
    if posix_fallocate(file, 0, off_t(bytes)) == 0 { return true }
    _ = unsafe unlink(path)
    return false
  }

  /// Gives the room back to the disk; false when there was none.
  func release() -> Bool { unsafe unlink(path) == 0 }
}

extension Ledger {
  /// Puts the ballast in place where it is not. Without it (false) the file may not grow: growth would take
  /// the last blocks of the disk, and then neither the journal nor a deletion could be written.
  @discardableResult
  public func placeBallast() async throws(LedgerError) -> Bool {
    let isInPlace = ballast.place()
    try await setGrowth(isInPlace)
    return isInPlace
  }

  /// Gives the ballast's room to the disk, so that deleting works again; false when there is no ballast.
  public func releaseBallast() -> Bool { ballast.release() }

  /// The same for a file that could not be opened because the disk is full.
  public static func releaseBallast(of path: String) -> Bool {
    Ballast(path: ballastPath(path), bytes: 0).release()
  }

  static func ballastPath(_ path: String) -> String { path + ".ballast" }

  /// Whether the ballast stands ready, or none was asked for.
  public var hasBallast: Bool { ballast.bytes == 0 || ballast.isInPlace }

  /// Lets the file grow up to its bound, or holds it at the size that it has (at least 1 MiB).
  public func setGrowth(_ mayGrow: Bool) async throws(LedgerError) {
    let maximum = limits.maximumBytes
    try await write { (tx) throws(LedgerError) in
      let page = try tx.value("PRAGMA page_size")?.integer ?? 4096
      let pages = try tx.value("PRAGMA page_count")?.integer ?? 0
      let bound = max(16, Int64(maximum) / page)
      _ = try tx.value(
        "PRAGMA max_page_count = \(mayGrow ? bound : min(bound, max(pages, (1 << 20) / page)))")
    }
  }
}
