// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine

/// The time of work as people and their programs write it: ISO 8601, or by a pattern of `strptime`'s letters.
///
/// A time without a zone means nothing on a gateway, so it is refused unless a zone is given for all of them.
struct RecordTime {
  let pattern: String?
  let zone: TimeZone?

  /// - Parameters:
  ///   - pattern: like `%d.%m.%Y %H:%M`; nil for ISO 8601.
  ///   - zone: an IANA name like `Europe/Berlin`, for times that do not say theirs.
  init(pattern: String? = nil, zone name: String? = nil) throws(AgentError) {
    if let pattern {
      let letters = pattern.indices.filter { pattern[$0] == "%" }.map {
        pattern[pattern.index(after: $0)...].first
      }
      if let wrong = letters.first(where: { !($0.map { "YymdHMSz%".contains($0) } ?? false) }) {
        throw .refused(
          "--time-format: '%\(wrong.map(String.init) ?? "")' is not one of %Y %y %m %d %H %M %S %z")
      }
      for needed in ["m", "d"] where !letters.contains(where: { $0.map(String.init) == needed }) {
        throw .refused("--time-format: '\(pattern)' has no %\(needed)")
      }
    }
    self.pattern = pattern
    guard let name else {
      zone = nil
      return
    }
    guard let known = TimeZone(identifier: name) else {
      throw .refused("--zone: '\(name)' is no zone; it is a name like Europe/Berlin or UTC")
    }
    zone = known
  }

  /// The moment, and the date where only that was said; `now` bounds it.
  func read(_ text: String, now: WallTime) throws(AgentError) -> (time: WallTime, day: String?) {
    var scan = Scan(text)
    let isRead = pattern.map { scan.read($0) } ?? scan.readISO()
    guard isRead, scan.isAtEnd, let days = scan.days else {
      throw .refused(
        "'\(text)' is no time; expected \(pattern.map { "the form '\($0)'" } ?? "one like 2026-01-31T18:00+01:00")"
      )
    }
    let local = Int64(days) * 86_400 + Int64(scan.hour ?? 0) * 3600 + Int64(scan.minute * 60 + scan.second)
    let offset = try offset_s(scan, local: local, text)
    let time = WallTime(nanoseconds: (local - offset) * 1_000_000_000)
    if time.seconds > now.seconds + 60 {
      throw .refused("'\(text)' is in the future; it is \(now.iso8601) now")
    }
    return (time, scan.hour == nil ? scan.date : nil)
  }

  private func offset_s(_ scan: Scan, local: Int64, _ text: String) throws(AgentError) -> Int64 {
    if let offset = scan.offset_s { return Int64(offset) }
    guard let zone else {
      throw .refused("'\(text)' has no zone; end it with Z or like +01:00, or give --zone")
    }
    // The offset at the moment that itself decides: of two guesses one holds, unless clocks were put forward then.
    for guess in [0, 86_400, -86_400] {
      let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(local + Int64(guess)))))
      let moment = Date(timeIntervalSince1970: Double(local - offset))
      if Int64(zone.secondsFromGMT(for: moment)) == offset { return offset }
    }
    throw .refused("'\(text)' is no time in \(zone.identifier): clocks were put forward over it")
  }
}

/// Reads the parts of a time off a text.
private struct Scan {
  private var rest: Substring
  private var year = 1970
  private var month = 1
  private var day = 1
  private(set) var hour: Int?
  private(set) var minute = 0
  private(set) var second = 0
  private(set) var offset_s: Int?

  init(_ text: String) { rest = Substring(text) }

  var isAtEnd: Bool { rest.isEmpty }
  var date: String { String(format: "%04d-%02d-%02d", year, month, day) }

  /// Days since 1970 (Hinnant's `days_from_civil`); nil for a date that is none.
  var days: Int? {
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard (1900...2200).contains(year), (1...12).contains(month), (1...lengths[month - 1]).contains(day),
      (0...23).contains(hour ?? 0), (0...59).contains(minute), (0...59).contains(second)
    else { return nil }
    let y = month <= 2 ? year - 1 : year
    let era = y / 400
    let ofEra = y - era * 400
    let ofYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }

  mutating func readISO() -> Bool {
    guard let y = number(4), take("-"), let m = number(2), take("-"), let d = number(2) else { return false }
    (year, month, day) = (y, m, d)
    if isAtEnd { return true }
    guard take("T") || take("t") || take(" "), let h = number(2), take(":"), let min = number(2) else {
      return false
    }
    (hour, minute) = (h, min)
    if take(":") {
      guard let s = number(2) else { return false }
      second = s
      if take(".") || take(",") { rest = rest.drop { $0.isASCII && $0.isNumber } }
    }
    return isAtEnd || readOffset()
  }

  mutating func read(_ pattern: String) -> Bool {
    var letters = pattern.makeIterator()
    while let letter = letters.next() {
      guard letter == "%", let what = letters.next() else {
        guard take(letter) else { return false }
        continue
      }
      if what == "%" || what == "z" {
        guard what == "z" ? readOffset() : take("%") else { return false }
        continue
      }
      guard let value = number(what == "Y" ? 4 : 2, orFewer: what != "Y") else { return false }
      switch what {
      case "Y": year = value
      case "y": year = value + (value < 69 ? 2000 : 1900)  // POSIX strptime
      case "m": month = value
      case "d": day = value
      case "H": hour = value
      case "M": minute = value
      default: second = value
      }
    }
    return true
  }

  private mutating func readOffset() -> Bool {
    if take("Z") || take("z") {
      offset_s = 0
      return true
    }
    let isWest = rest.first == "-"
    guard take("+") || take("-"), let hours = number(2), hours <= 15 else { return false }
    _ = take(":")
    let minutes = number(2) ?? 0
    guard minutes < 60 else { return false }
    offset_s = (hours * 3600 + minutes * 60) * (isWest ? -1 : 1)
    return true
  }

  private mutating func take(_ letter: Character) -> Bool {
    guard rest.first == letter else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func number(_ digits: Int, orFewer: Bool = false) -> Int? {
    let found = rest.prefix(digits).prefix { $0.isASCII && $0.isNumber }
    guard found.count == digits || orFewer && !found.isEmpty else { return nil }
    rest.removeFirst(found.count)
    return Int(found)
  }
}
