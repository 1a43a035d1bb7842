// SPDX-License-Identifier: Apache-2.0

/// Why a message could not be read. It is counted and shown, and nothing of the message is used.
public enum PayloadError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The payload ends before what it must hold.
  case tooShort(needed: Int, got: Int)
  /// Not JSON; the position counts bytes from 0.
  case notJSON(position: Int)
  /// A part of the payload that contradicts the profile or the format.
  case invalid(String)

  public var description: String {
    switch self {
    case .tooShort(let needed, let got): "\(needed) bytes expected, \(got) came"
    case .notJSON(let position): "not JSON at byte \(position)"
    case .invalid(let reason): reason
    }
  }
}
