// SPDX-License-Identifier: Apache-2.0

public import Ledger
public import Settings

/// Why knowledge could not be read or kept.
public enum KnowledgeError: Error, Equatable, Sendable {
  /// Everything that is wrong in the files, each with its place.
  case refused([SettingsError])
  /// The database failed.
  case database(LedgerError)
}

extension KnowledgeError: CustomStringConvertible {
  /// One line for each thing that is wrong: `file:line:column: key: what was expected`.
  public var description: String {
    switch self {
    case .refused(let problems): problems.map(\.description).joined(separator: "\n")
    case .database(let error): "\(error)"
    }
  }
}
