// SPDX-License-Identifier: Apache-2.0

/// How long people have to act, as fault models say it: `now`, or a number of hours, days, weeks or months.
public struct TimeToAct: Sendable, Codable, Equatable {
  /// As it was written, like `4 weeks`.
  public let words: String
  /// 0 for `now`; a month counts as 730.
  public let hours: Double

  /// Nil for anything else than `now` and a count with its unit.
  public init?(_ words: String) {
    self.words = words
    if words == "now" {
      hours = 0
      return
    }
    let parts = words.split(separator: " ")
    let units = ["hour": 1.0, "day": 24, "week": 168, "month": 730]
    guard parts.count == 2, let count = Double(parts[0]), count > 0, count.isFinite,
      let unit = units[String(parts[1].hasSuffix("s") ? parts[1].dropLast() : parts[1])]
    else { return nil }
    hours = count * unit
  }
}
