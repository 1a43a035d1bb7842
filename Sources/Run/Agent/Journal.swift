// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Lines for the person who runs the daemon, on standard error, with the priority marks that systemd's
/// journal reads (sd-daemon(3)).
public struct Journal: Sendable {
  /// How grave a line is.
  public enum Level: Int, Sendable, Comparable {
    case error = 3
    case warning = 4
    case notice = 5
    case info = 6
    public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }
  }

  private let marks: Bool
  private let most: Level

  /// - Parameters:
  ///   - marks: whether to write `<3>` in front, as the journal wants it.
  ///   - most: lines less grave than this are left out.
  public init(marks: Bool, most: Level = .info) {
    self.marks = marks
    self.most = most
  }

  public func write(_ level: Level, _ line: String) {
    guard level <= most else { return }
    let text = (marks ? "<\(level.rawValue)>" : "") + line.replacing("\n", with: " | ") + "\n"
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
