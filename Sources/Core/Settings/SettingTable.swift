// SPDX-License-Identifier: Apache-2.0

/// A reader over the keys of one table. Each verb consumes its key; `finish()` refuses what is left.
public final class SettingTable {
  /// Where the table stands.
  public let place: Place
  /// The key that the table stands under.
  public let key: String
  private let entries: [String: Setting]
  private let order: [Setting]
  private var asked: [String] = []

  init(place: Place, key: String, entries: [(key: Setting, value: Setting)]) {
    self.place = place
    self.key = key
    self.order = entries.map(\.key)
    self.entries = Dictionary(entries.map { ($0.key.key, $0.value) }, uniquingKeysWith: { first, _ in first })
  }

  /// All keys in the order of the file.
  public var keys: [String] { order.map(\.key) }
  /// The same with their places.
  public var keySettings: [Setting] { order }

  /// The value under `key`, nil when it is absent or null.
  public func optional(_ key: String) -> Setting? {
    asked.append(key)
    guard let value = entries[key], !value.isNull else { return nil }
    return value
  }

  /// The value under `key`, which must be there.
  public func required(_ key: String) throws(SettingsError) -> Setting {
    guard let value = optional(key) else { throw .missingKey(place, key: path(key)) }
    return value
  }

  public func string(_ key: String) throws(SettingsError) -> String { try required(key).string() }
  public func string(_ key: String, default value: String) throws(SettingsError) -> String {
    try optionalString(key) ?? value
  }
  public func optionalString(_ key: String) throws(SettingsError) -> String? {
    guard let setting = optional(key) else { return nil }
    return try setting.string()
  }

  public func integer(_ key: String, in range: ClosedRange<Int>) throws(SettingsError) -> Int {
    try required(key).integer(in: range)
  }
  public func integer(_ key: String, in range: ClosedRange<Int>, default value: Int) throws(SettingsError)
    -> Int
  {
    try optionalInteger(key, in: range) ?? value
  }
  public func optionalInteger(_ key: String, in range: ClosedRange<Int>) throws(SettingsError) -> Int? {
    guard let setting = optional(key) else { return nil }
    return try setting.integer(in: range)
  }

  public func number(_ key: String) throws(SettingsError) -> Double { try required(key).number() }
  public func number(_ key: String, default value: Double) throws(SettingsError) -> Double {
    try optionalNumber(key) ?? value
  }
  public func optionalNumber(_ key: String) throws(SettingsError) -> Double? {
    guard let setting = optional(key) else { return nil }
    return try setting.number()
  }

  public func flag(_ key: String, default value: Bool) throws(SettingsError) -> Bool {
    guard let setting = optional(key) else { return value }
    return try setting.flag()
  }

  public func choice<T: RawRepresentable & CaseIterable>(_ key: String, of type: T.Type) throws(SettingsError)
    -> T
  where T.RawValue == String {
    try required(key).choice(of: type)
  }
  public func choice<T: RawRepresentable & CaseIterable>(_ key: String, default value: T)
    throws(SettingsError) -> T
  where T.RawValue == String {
    try optionalChoice(key, of: T.self) ?? value
  }
  public func optionalChoice<T: RawRepresentable & CaseIterable>(
    _ key: String, of type: T.Type
  ) throws(SettingsError) -> T? where T.RawValue == String {
    guard let setting = optional(key) else { return nil }
    return try setting.choice(of: type)
  }

  /// Seconds.
  public func duration(_ key: String) throws(SettingsError) -> Double { try required(key).duration() }
  /// Seconds.
  public func duration(_ key: String, default value: Double) throws(SettingsError) -> Double {
    try optionalDuration(key) ?? value
  }
  /// Seconds.
  public func optionalDuration(_ key: String) throws(SettingsError) -> Double? {
    guard let setting = optional(key) else { return nil }
    return try setting.duration()
  }

  public func list(_ key: String) throws(SettingsError) -> [Setting] { try required(key).list() }
  public func optionalList(_ key: String) throws(SettingsError) -> [Setting] {
    guard let setting = optional(key) else { return [] }
    return try setting.list()
  }

  public func table(_ key: String) throws(SettingsError) -> SettingTable { try required(key).table() }
  public func optionalTable(_ key: String) throws(SettingsError) -> SettingTable? {
    guard let setting = optional(key) else { return nil }
    return try setting.table()
  }

  /// Refuses the first key that no verb asked for, and names the nearest one that is known.
  public func finish() throws(SettingsError) {
    for key in order where !asked.contains(key.key) {
      throw .unknownKey(
        key.place, key: path(key.key), nearest: nearest(to: key.key, among: asked), known: asked.sorted())
    }
  }

  private func path(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }
}

/// The candidate within a third of the word's length in edits, the fewest first; nil when none is near.
public func nearest(to word: String, among candidates: [String]) -> String? {
  let limit = max(1, word.count / 3)
  let scored = candidates.map { ($0, editDistance(Array(word), Array($0))) }
  return scored.filter { $0.1 <= limit }.min { $0.1 < $1.1 }?.0
}

/// Edits between two words: insert, delete, replace, and swap of neighbours (optimal string alignment).
public func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var rows = [Array(0...b.count)]
  for i in 1...max(1, a.count) where i <= a.count {
    var row = [i] + Array(repeating: 0, count: b.count)
    for j in 1...max(1, b.count) where j <= b.count {
      let change = a[i - 1] == b[j - 1] ? 0 : 1
      row[j] = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + change)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        row[j] = min(row[j], rows[i - 2][j - 2] + 1)
      }
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
