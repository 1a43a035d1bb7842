// SPDX-License-Identifier: Apache-2.0

/// A place in a configuration file; lines and columns count from 1.
public struct Place: Hashable, Sendable, CustomStringConvertible {
  public let file: String
  public let line: Int
  public let column: Int
  public var description: String { "\(file):\(line):\(column)" }
}

/// Why a configuration file was refused. Its description reads `file:line:column: key: what was expected`.
public enum SettingsError: Error, Equatable, CustomStringConvertible {
  /// The file could not be read; the text says why.
  case unreadable(file: String, reason: String)
  /// The text is not YAML.
  case syntax(Place, String)
  /// A key that nothing asks for; the nearest known one, if any is near.
  case unknownKey(Place, key: String, nearest: String?, known: [String])
  /// A key that must be there is not.
  case missingKey(Place, key: String)
  /// A value of the wrong kind or outside its limits.
  case invalid(Place, key: String, expected: String)

  public var description: String {
    switch self {
    case .unreadable(let file, let reason): "\(file): \(reason)"
    case .syntax(let place, let problem): "\(place): not YAML: \(problem)"
    case .unknownKey(let place, let key, let nearest, let known):
      if let nearest {
        "\(place): \(key): unknown key, did you mean '\(nearest)'?"
      } else {
        "\(place): \(key): unknown key; known here: \(known.joined(separator: ", "))"
      }
    case .missingKey(let place, let key): "\(place): \(key): missing, and nothing can stand in for it"
    case .invalid(let place, let key, let expected): "\(place): \(key): expected \(expected)"
    }
  }
}
