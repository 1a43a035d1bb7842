// SPDX-License-Identifier: Apache-2.0

internal import Machine
internal import Settings

// From what the files wrote to a fault that diagnosis can judge.

extension FaultDraft {
  /// Whether the site, or the base, switched it off.
  func isEnabled() throws(SettingsError) -> Bool { try isEnabled("") }

  fileprivate func isEnabled(_ prefix: String) throws(SettingsError) -> Bool {
    guard let flag = self[prefix + "enabled"] else { return true }
    if try flag.flag() { return true }
    guard let reason = self[prefix + "reason"], try !reason.string().isEmpty else {
      throw flag.fail("a reason: beside 'enabled: false', so that the next person knows why")
    }
    return false
  }

  func model() throws(SettingsError) -> FaultModel {
    var model = FaultModel(
      id: id, title: try required("title").string(), component: try component(), symptoms: [],
      confirm: try texts("confirm", least: 1), actions: try texts("actions", least: 1),
      source: try required("source").string())
    model.subject = try choice("subject") ?? .machine
    model.machines = try choices("machines")
    model.needs = try choices("needs")
    model.place = try choice("place") ?? .machine
    model.watch = try choice("watch") ?? .waveforms
    model.severity = try required("severity").choice(of: Severity.self)
    model.due = try dues(from: model.severity)
    model.causes = try texts("causes")
    model.parts = try texts("parts")
    for fault in consequences {
      guard let because = self["leads-to.\(fault)"] else { continue }
      model.leadsTo.append(.init(fault: fault, because: try because.string()))
    }
    for name in symptoms where try isEnabled("symptoms.\(name).") {
      model.symptoms.append(try symptom(name, of: model))
    }
    try checkSymptoms(of: model)
    return model
  }

  /// Who judges the fault.
  func judge() throws(SettingsError) -> KnowledgeBase.Judge { try choice("judge") ?? .symptoms }

  // MARK: keys

  subscript(_ path: String) -> Setting? { values[path]?.setting }

  func required(_ path: String) throws(SettingsError) -> Setting {
    guard let setting = self[path] else { throw .missingKey(place, key: "\(id).\(path)") }
    return setting
  }

  func choice<T: RawRepresentable & CaseIterable>(_ path: String) throws(SettingsError) -> T?
  where T.RawValue == String {
    guard let setting = self[path] else { return nil }
    return try setting.choice(of: T.self)
  }

  private func choices<T: RawRepresentable & CaseIterable>(_ path: String) throws(SettingsError) -> [T]
  where T.RawValue == String {
    var result: [T] = []
    for entry in try self[path]?.list() ?? [] { result.append(try entry.choice(of: T.self)) }
    return result
  }

  private func texts(_ path: String, least: Int = 0) throws(SettingsError) -> [String] {
    let setting = least > 0 ? try required(path) : self[path]
    guard let setting else { return [] }
    var result: [String] = []
    for entry in try setting.list() { result.append(try entry.string()) }
    guard result.count >= least else {
      throw setting.fail("at least one step: an alarm that asks for nothing is none")
    }
    return result
  }

  private func component() throws(SettingsError) -> String {
    let setting = try required("component")
    let text = try setting.string()
    guard FaultDraft.isName(text) else {
      throw setting.fail("one word like 'rotor' or 'fan-belt', found '\(text)'")
    }
    return text
  }

  /// Times to act: from the fault's own severity on, never longer for a worse one.
  private func dues(from least: Severity) throws(SettingsError) -> [Severity: String] {
    var result: [Severity: String] = [:]
    var longest = Double.infinity
    for severity in Severity.allCases {
      guard let setting = self["due.\(severity.rawValue)"] else { continue }
      let text = try setting.string()
      guard let hours = TimeToAct(text)?.hours else {
        throw setting.fail(
          "'now', or a number of hours, days, weeks or months like '4 weeks', found '\(text)'")
      }
      guard hours <= longest else {
        throw setting.fail("a time no longer than that of a lesser severity, found '\(text)'")
      }
      longest = hours
      result[severity] = text
    }
    guard result[least] != nil else { throw .missingKey(place, key: "\(id).due.\(least.rawValue)") }
    return result
  }
}

extension FaultDraft {
  /// Names of the symptoms that are switched on.
  func enabledSymptoms() throws(SettingsError) -> [String] {
    var names: [String] = []
    for name in symptoms where try isEnabled("symptoms.\(name).") { names.append(name) }
    return names
  }

  /// Names of the symptoms that only machines with the sensor are asked for.
  func symptomsIfMeasured() throws(SettingsError) -> Set<String> {
    var names: Set<String> = []
    for name in symptoms {
      if let flag = values["symptoms.\(name).if-measured"]?.setting, try flag.flag() { names.insert(name) }
    }
    return names
  }

  /// Every value with its place, in the order of the paths.
  var origins: [KnowledgeBase.Origin] {
    values.map {
      .init(key: $0.key, value: $0.value.setting.text, layer: $0.value.layer, place: $0.value.setting.place)
    }
    .sorted { $0.key < $1.key }
  }
}
