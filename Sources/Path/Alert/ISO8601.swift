// SPDX-License-Identifier: Apache-2.0

public import Machine

extension WallTime {
  /// UTC with milliseconds, `2026-01-31T09:30:00.250Z`.
  ///
  /// Days become year, month and day by Hinnant's `civil_from_days`, which is exact for the whole range.
  public var iso8601: String {
    let milliseconds = floorDivide(nanoseconds, 1_000_000)
    let days = floorDivide(milliseconds, 86_400_000)
    let ofDay = milliseconds - days * 86_400_000
    let (year, month, day) = WallTime.civil(days: days)
    let time = [(ofDay / 3_600_000, 2), (ofDay / 60_000 % 60, 2), (ofDay / 1000 % 60, 2)].map(padded)
    let date = [(year, 4), (month, 2), (day, 2)].map(padded).joined(separator: "-")
    return "\(date)T\(time.joined(separator: ":")).\(padded(ofDay % 1000, 3))Z"
  }

  private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468  // from 0000-03-01
    let era = floorDivide(shifted, 146_097)
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * march + 2) / 5 + 1)
  }
}

private func floorDivide(_ a: Int64, _ b: Int64) -> Int64 { a >= 0 ? a / b : -((b - 1 - a) / b) }

private func padded(_ value: Int64, _ width: Int) -> String {
  let digits = String(value)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
