// SPDX-License-Identifier: Apache-2.0

/// One value of a YAML file that remembers where it stood.
///
/// Decoding goes through tables that know which keys were asked for, so that a misspelt key is an error
/// and not a silent default:
/// ```swift
/// let table = try Setting.load(path: "site.yaml").table()
/// let site = try table.string("site")
/// for entry in try table.list("connections") { ... }
/// try table.finish()
/// ```
public struct Setting: Sendable {
  indirect enum Value: Sendable {
    case null
    case scalar(String, quoted: Bool)
    case list([Setting])
    case table([(key: Setting, value: Setting)])
  }

  /// Where the value stands.
  public let place: Place
  /// The key that it stands under, or the position in its list, for messages.
  public let key: String
  let value: Value

  /// Whether nothing, `~` or `null` is written here.
  public var isNull: Bool { if case .null = value { true } else { false } }

  /// The value as text; numbers and flags count as text too.
  public func string() throws(SettingsError) -> String {
    guard case .scalar(let text, _) = value else { throw expected("a text") }
    return text
  }

  /// An integer, decimal or hexadecimal with `0x`.
  public func integer(in range: ClosedRange<Int> = Int.min...Int.max) throws(SettingsError) -> Int {
    let limits =
      range == Int.min...Int.max ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    guard case .scalar(let text, _) = value else { throw expected(limits) }
    let digits = text.replacing("_", with: "")
    let number =
      digits.hasPrefix("0x") || digits.hasPrefix("0X") ? Int(digits.dropFirst(2), radix: 16) : Int(digits)
    guard let number, range.contains(number) else { throw expected("\(limits), found '\(text)'") }
    return number
  }

  /// A finite number.
  public func number() throws(SettingsError) -> Double {
    guard case .scalar(let text, _) = value, let number = Double(text), number.isFinite else {
      throw expected("a number\(found)")
    }
    return number
  }

  /// `true` or `false`, also written `yes`, `no`, `on`, `off`.
  public func flag() throws(SettingsError) -> Bool {
    guard case .scalar(let text, quoted: false) = value else { throw expected("true or false") }
    switch text.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw expected("true or false\(found)")
    }
  }

  /// One of the raw values of `type`.
  public func choice<T: RawRepresentable & CaseIterable>(of type: T.Type) throws(SettingsError) -> T
  where T.RawValue == String {
    let text = try string()
    if let value = T(rawValue: text) { return value }
    let known = T.allCases.map(\.rawValue)
    let hint = nearest(to: text, among: known).map { "; did you mean '\($0)'?" } ?? ""
    throw expected("one of \(known.joined(separator: ", ")), found '\(text)'\(hint)")
  }

  /// A length of time in seconds, written with its unit: `500ms`, `2s`, `5min`, `1h`, `7d`.
  public func duration() throws(SettingsError) -> Double {
    let wanted = "a duration like 500ms, 2s, 5min, 1h or 7d"
    let text = try string()
    let units: [(String, Double)] = [("ms", 1e-3), ("min", 60), ("s", 1), ("h", 3600), ("d", 86_400)]
    for (suffix, factor) in units where text.hasSuffix(suffix) {
      let digits = text.dropLast(suffix.count).trimmingSuffix(while: { $0 == " " })
      guard let number = Double(digits), number.isFinite, number >= 0 else { continue }
      return number * factor
    }
    throw expected("\(wanted), found '\(text)'")
  }

  /// The entries of a list.
  public func list() throws(SettingsError) -> [Setting] {
    guard case .list(let entries) = value else { throw expected("a list") }
    return entries
  }

  /// The keys and values of a table.
  public func table() throws(SettingsError) -> SettingTable {
    guard case .table(let entries) = value else { throw expected("a table of keys and values") }
    return SettingTable(place: place, key: key, entries: entries)
  }

  /// An error about this value: what was expected here.
  public func fail(_ expected: String) -> SettingsError { self.expected(expected) }

  private func expected(_ text: String) -> SettingsError { .invalid(place, key: key, expected: text) }

  private var found: String {
    if case .scalar(let text, _) = value { ", found '\(text)'" } else { "" }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while drop: (Character) -> Bool) -> Substring {
    var rest = self
    while let last = rest.last, drop(last) { rest.removeLast() }
    return rest
  }
}
