// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A database that was not sound and was moved out of the way, for a person to look at.
public struct SetAside: Sendable, Equatable {
  /// Where the unsound file lies now.
  public var path: String
  /// What was found wrong with it.
  public var reason: String
}

extension Ledger {
  /// Opens the file; one that is corrupt is renamed to `<path>.corrupt-<unix time>` with its journal, a
  /// fresh one is begun, and what happened is returned to be reported.
  ///
  /// Only damage is dealt with so. A directory, missing rights, a full disk or a file of a newer version
  /// are errors, because beginning anew would not be what the operator wants.
  public static func openOrSetAside(
    _ path: String, migrations: [Migration], limits: Limits = Limits()
  ) throws(LedgerError) -> (ledger: Ledger, setAside: SetAside?) {
    let lock = try lock(path)
    let reason: String
    do {
      return (try open(path, migrations: migrations, limits: limits, lock: lock), nil)
    } catch {
      guard case .corrupt(_, let detail) = error else { throw error }
      reason = detail
    }
    let aside = SetAside(path: freeName(path), reason: reason)
    do {
      try FileManager.default.moveItem(atPath: path, toPath: aside.path)
      for suffix in ["-wal", "-shm"] where FileManager.default.fileExists(atPath: path + suffix) {
        try FileManager.default.moveItem(atPath: path + suffix, toPath: aside.path + suffix)
      }
    } catch { throw .cannotOpen(path: path, reason: "cannot set the corrupt file aside: \(error)") }
    return (try open(path, migrations: migrations, limits: limits, lock: lock), aside)
  }

  private static func freeName(_ path: String) -> String {
    let name = "\(path).corrupt-\(Int(Date().timeIntervalSince1970))"
    guard FileManager.default.fileExists(atPath: name) else { return name }
    return (2...).lazy.map { "\(name)-\($0)" }.first { !FileManager.default.fileExists(atPath: $0) } ?? name
  }
}
