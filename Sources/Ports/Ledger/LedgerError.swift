// SPDX-License-Identifier: Apache-2.0

internal import GRDB

/// Why a database could not be opened, read or written. Every case names the file.
public enum LedgerError: Error, Equatable, Sendable {
  /// A directory stands where the file should be.
  case isDirectory(path: String)
  /// The folder is missing, or rights are.
  case cannotOpen(path: String, reason: String)
  /// The file is not SQLite, or SQLite's own check found it damaged.
  case corrupt(path: String, detail: String)
  /// Written by a newer version: holds these migrations, which this one does not know.
  case newer(path: String, unknown: [String])
  /// Neither the file's own bound nor the disk has room for this.
  case full(path: String)
  /// The device refused a read or write (`SQLITE_IOERR`).
  case device(path: String, detail: String)
  /// Another program writes this file; its process id where it is known.
  case inUse(path: String, process: Int32?)
  /// Another process held the lock for longer than the busy timeout.
  case busy(path: String)
  /// The statement is wrong, or breaks a constraint: a fault of the program or of foreign input.
  case statement(path: String, code: Int32, detail: String)
}

extension LedgerError: CustomStringConvertible {
  /// What went wrong and with which file, for a log line.
  public var description: String {
    switch self {
    case .isDirectory(let path): "\(path): is a directory, expected a database file"
    case .cannotOpen(let path, let reason): "\(path): cannot open: \(reason)"
    case .corrupt(let path, let detail): "\(path): not a sound database: \(detail)"
    case .newer(let path, let unknown):
      "\(path): written by a newer version (unknown migrations: \(unknown.joined(separator: ", ")))"
    case .full(let path): "\(path): no room left (size bound or disk)"
    case .device(let path, let detail): "\(path): the device failed: \(detail)"
    case .inUse(let path, let process):
      "\(path): \(process.map { "process \($0)" } ?? "another process") writes it already; stop that one, or give this one a place of its own"
    case .busy(let path): "\(path): another process holds the lock"
    case .statement(let path, let code, let detail): "\(path): SQLite error \(code): \(detail)"
    }
  }
}

extension LedgerError {
  /// What an error out of GRDB says to an operator.
  init(_ error: any Error, path: String) {
    if let own = error as? LedgerError {
      self = own
      return
    }
    guard let error = error as? DatabaseError else {
      self = .statement(path: path, code: -1, detail: String(describing: error))
      return
    }
    // The journal's index, a file beside the database, could not be made: the disk is full.
    if error.extendedResultCode == .SQLITE_IOERR_SHMSIZE {
      self = .full(path: path)
      return
    }
    let detail = error.message ?? String(describing: error.extendedResultCode)
    self =
      switch error.resultCode {
      case .SQLITE_FULL: .full(path: path)
      case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt(path: path, detail: detail)
      case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
        .cannotOpen(path: path, reason: detail)
      case .SQLITE_IOERR: .device(path: path, detail: "\(error.extendedResultCode.rawValue): \(detail)")
      case .SQLITE_BUSY, .SQLITE_LOCKED: .busy(path: path)
      default: .statement(path: path, code: error.extendedResultCode.rawValue, detail: detail)
      }
  }
}
