// SPDX-License-Identifier: Apache-2.0

internal import Settings

/// One fault as its files wrote it: every value by the path of its keys, with the place and the layer it came from. Layers
/// are laid over each other here, before anything is understood, so that an override is held to the same rules as the base.
struct FaultDraft {
  struct Value {
    var setting: Setting
    var layer: KnowledgeBase.Layer
  }

  let id: String
  let family: String
  /// Where it is first written.
  let place: Place
  /// By path: `title`, `due.warning`, `symptoms.share.supports`, `leads-to.cavitation`.
  private(set) var values: [String: Value] = [:]
  /// Names of the symptoms and consequences in the order of the files.
  private(set) var symptoms: [String] = []
  private(set) var consequences: [String] = []

  /// Keys whose value is one text, number or list.
  static let plainKeys = [
    "title", "component", "subject", "machines", "needs", "place", "watch", "severity", "judge", "causes",
    "parts",
    "confirm", "actions", "source", "enabled", "reason",
  ]
  static let symptomKeys = [
    "text", "see", "at", "as", "supports", "opposes", "weight", "against", "necessary", "if-measured",
    "source", "enabled",
    "reason",
  ]
  static let severities = ["notice", "warning", "alarm", "danger"]

  /// Reads one entry of `faults:`.
  init(_ entry: Setting, id: String, family: String, layer: KnowledgeBase.Layer) throws(SettingsError) {
    self.id = id
    self.family = family
    place = entry.place
    guard FaultDraft.isName(id) else {
      throw entry.fail("an id of small letters, digits and single hyphens, found '\(id)'")
    }
    let table = try entry.table()
    for key in FaultDraft.plainKeys {
      if let setting = table.optional(key) { values[key] = Value(setting: setting, layer: layer) }
    }
    if let due = try table.optionalTable("due") {
      for severity in FaultDraft.severities {
        if let setting = due.optional(severity) {
          values["due.\(severity)"] = Value(setting: setting, layer: layer)
        }
      }
      try due.finish()
    }
    if let entries = try table.optionalTable("leads-to") {
      for fault in entries.keys {
        values["leads-to.\(fault)"] = Value(setting: try entries.required(fault), layer: layer)
        consequences.append(fault)
      }
    }
    if let entries = try table.optionalTable("symptoms") {
      for name in entries.keys { try readSymptom(try entries.required(name), name, layer) }
    }
    try table.finish()
  }

  private mutating func readSymptom(
    _ entry: Setting, _ name: String, _ layer: KnowledgeBase.Layer
  ) throws(SettingsError) {
    guard FaultDraft.isName(name) else {
      throw entry.fail("a symptom's name of small letters, digits and single hyphens, found '\(name)'")
    }
    let table = try entry.table()
    for key in FaultDraft.symptomKeys {
      if let setting = table.optional(key) {
        values["symptoms.\(name).\(key)"] = Value(setting: setting, layer: layer)
      }
    }
    try table.finish()
    symptoms.append(name)
  }

  /// Lays a site's entry over this one, key by key. Two files of the site that set one key differently contradict each
  /// other, and which of them counts is not for the order of their names to decide.
  mutating func lay(_ other: FaultDraft) -> [SettingsError] {
    var problems: [SettingsError] = []
    for (path, value) in other.values.sorted(by: { $0.key < $1.key }) {
      if let mine = values[path], mine.layer == .site, mine.setting.text != value.setting.text {
        problems.append(
          .invalid(
            value.setting.place, key: "\(id).\(path)",
            expected:
              "one value over all of the site's files, found '\(value.setting.text)' here and '\(mine.setting.text)' at \(mine.setting.place)"
          ))
      } else {
        values[path] = value
      }
    }
    symptoms += other.symptoms.filter { !symptoms.contains($0) }
    consequences += other.consequences.filter { !consequences.contains($0) }
    return problems
  }

  /// Small letters, digits and single hyphens, a letter first.
  static func isName(_ text: String) -> Bool {
    guard let first = text.first, ("a"..."z").contains(first), !text.hasSuffix("-"), !text.contains("--")
    else {
      return false
    }
    return text.count <= 64
      && text.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-" }
  }
}

extension Setting {
  /// Its value on one line.
  var text: String {
    if let text = try? string() { return text }
    if let entries = try? list() { return entries.map(\.text).joined(separator: "; ") }
    return isNull ? "nothing" : "a table"
  }
}
