// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Keeps a second writer away from a database: `flock` on a file beside it.
///
/// SQLite would let two daemons write in turns. Each would send and delete the other's outbox, and the start of the
/// second would tidy away the boot of the first, which would then give numbers a second time. The kernel
/// releases the lock when its holder dies, however it dies; the file stays and means nothing by itself. (A lock
/// on the database file would not do: SQLite's own locks on it fall when any descriptor of it is closed.)
final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock of the database at `path`, or throws `.inUse` at once when another holds it.
  static func take(for path: String) throws(LedgerError) -> FileLock {
    let file = path + ".lock"
    // SAFETY: Swift passes a NUL-terminated copy of the name that outlives the call.
    let descriptor = unsafe open(file, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw error(errno, path: path, file: file) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      defer { close(descriptor) }
      guard code == EWOULDBLOCK else { throw error(code, path: path, file: file) }
      throw .inUse(path: path, process: holder(in: descriptor))
    }
    writeHolder(to: descriptor)
    return FileLock(descriptor: descriptor)
  }

  /// Who holds it, for the message to the next one; a full disk may leave no room for that.
  private static func writeHolder(to descriptor: Int32) {
    let text = Array("\(getpid())\n".utf8)
    // SAFETY: writes from an array that outlives the call.
    _ = ftruncate(descriptor, 0) == 0 ? unsafe pwrite(descriptor, text, text.count, 0) : 0
  }

  private static func holder(in descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    // SAFETY: reads at most the given count into an array of that length.
    let count = unsafe pread(descriptor, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self))
  }

  private static func error(_ code: Int32, path: String, file: String) -> LedgerError {
    if code == ENOSPC || code == EDQUOT { return .full(path: path) }
    var text = [CChar](repeating: 0, count: 128)
    // SAFETY: writes at most the given count; unlike `strerror` it shares nothing with other threads.
    _ = unsafe strerror_r(code, &text, text.count)
    let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return .cannotOpen(path: path, reason: "\(file): \(reason)")
  }
}
