// SPDX-License-Identifier: Apache-2.0

public import Ledger

/// Why something could not be stored or read back.
public enum StoreError: Error, Equatable, Sendable {
  /// No room, also after old records were given up: keep the batch (`BoundedBacklog`) and try again.
  case full(path: String)
  /// A stored record fails its checksum or cannot be decoded.
  case damaged(record: String, detail: String)
  /// So many commands wait for the daemon that no more are taken.
  case tooManyCommands(limit: Int)
  /// No more maintenance records are kept.
  case tooManyRecords(limit: Int, bytes: Int)
  /// The database refused; the reason names the file.
  case ledger(LedgerError)

  init(_ error: LedgerError) {
    if case .full(let path) = error { self = .full(path: path) } else { self = .ledger(error) }
  }
}

extension StoreError: CustomStringConvertible {
  /// What went wrong and with which file, for a log line.
  public var description: String {
    switch self {
    case .full(let path): "\(path): no room left, also after giving up old records"
    case .damaged(let record, let detail): "stored \(record) is damaged: \(detail)"
    case .tooManyCommands(let limit): "\(limit) commands wait already; is the daemon busy?"
    case .tooManyRecords(let limit, let bytes):
      "the store keeps \(limit) maintenance records in \(bytes / 1000) kB, and no more; storage.maximum-megabytes gives room"
    case .ledger(let error): error.description
    }
  }
}
