// SPDX-License-Identifier: Apache-2.0

import Machine

/// How a source writes the time.
public enum TimeFormat: String, CaseIterable, Sendable {
  /// Since 1970-01-01T00:00:00Z.
  case seconds = "s"
  case milliseconds = "ms"
  case microseconds = "us"
  case nanoseconds = "ns"
  /// Like `2026-03-01T12:00:00.250+01:00`.
  case rfc3339

  private var perSecond: Double {
    switch self {
    case .seconds, .rfc3339: 1
    case .milliseconds: 1e3
    case .microseconds: 1e6
    case .nanoseconds: 1e9
    }
  }

  /// The time that a number stands for; nil outside 2000 to 2199, where no sensor's clock is right.
  func time(_ number: Double) -> WallTime? {
    let seconds = number / perSecond
    return (946_684_800..<7_258_118_400).contains(seconds) ? WallTime(seconds: seconds) : nil
  }

  /// The time that a text stands for.
  func time(_ text: String) -> WallTime? {
    if self != .rfc3339 { return Double(text).flatMap(time) }
    return TimeFormat.parse(Array(text.utf8))
  }

  /// RFC 3339 section 5.6.
  private static func parse(_ text: [UInt8]) -> WallTime? {
    func digits(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= text.count else { return nil }
      var value = 0
      for byte in text[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte) - 48
      }
      return value
    }
    func at(_ index: Int, _ allowed: String) -> Bool {
      index < text.count && allowed.utf8.contains(text[index])
    }
    guard let year = digits(0..<4), at(4, "-"), let month = digits(5..<7), at(7, "-"),
      let day = digits(8..<10), at(10, "Tt "), let hour = digits(11..<13), at(13, ":"),
      let minute = digits(14..<16), at(16, ":"), let second = digits(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60
    else { return nil }
    var end = 19
    var fraction = 0.0
    if at(end, ".") {
      let start = end + 1
      end = start
      while end < text.count, (48...57).contains(text[end]) { end += 1 }
      guard end > start, let number = Double("0." + String(decoding: text[start..<end], as: UTF8.self)) else {
        return nil
      }
      fraction = number
    }
    var offset_s = 0
    if at(end, "+-") {
      guard let hours = digits(end + 1..<end + 3), at(end + 3, ":"), let minutes = digits(end + 4..<end + 6),
        hours < 24, minutes < 60, text.count == end + 6
      else { return nil }
      offset_s = (hours * 3600 + minutes * 60) * (text[end] == 45 ? -1 : 1)
    } else if !at(end, "Zz") || text.count != end + 1 {
      return nil
    }
    let seconds = daysSince1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset_s
    return TimeFormat.seconds.time(Double(seconds) + fraction)
  }

  /// Days of the Gregorian calendar, counted with years that begin in March so that the leap day comes last.
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let yearDay = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    return year * 365 + year / 4 - year / 100 + year / 400 + yearDay - 719_468
  }
}
