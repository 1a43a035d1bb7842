// SPDX-License-Identifier: Apache-2.0

public import Ledger

/// Why something could not be stored or read back.
public enum StoreError: Error, Equatable, Sendable {
  /// No room, also after old records were given up: keep the batch (`BoundedBacklog`) and try again.
  case full(path: String)
  /// A stored record fails its checksum or cannot be decoded.
  case damaged(record: String, detail: String)
  /// The database refused; the reason names the file.
  case ledger(LedgerError)

  init(_ error: LedgerError) {
    if case .full(let path) = error { self = .full(path: path) } else { self = .ledger(error) }
  }
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .full(let path): "\(path): no room left, also after giving up old records"
    case .damaged(let record, let detail): "stored \(record) is damaged: \(detail)"
    case .ledger(let error): error.description
    }
  }
}
