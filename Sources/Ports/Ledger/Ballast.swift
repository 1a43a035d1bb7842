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
  /// Puts the ballast (back) in place; false when the disk has no room for it.
  public func placeBallast() -> Bool { ballast.place() }
  /// Gives the ballast's room to the disk, so that deleting works again; false when there is no ballast.
  public func releaseBallast() -> Bool { ballast.release() }
  /// Whether the ballast stands ready.
  public var hasBallast: Bool { ballast.bytes == 0 || ballast.isInPlace }
}
