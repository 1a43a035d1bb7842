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

  private subscript(_ path: String) -> Setting? { values[path]?.setting }

  private func required(_ path: String) throws(SettingsError) -> Setting {
    guard let setting = self[path] else { throw .missingKey(place, key: "\(id).\(path)") }
    return setting
  }

  private func choice<T: RawRepresentable & CaseIterable>(_ path: String) throws(SettingsError) -> T?
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
      guard let hours = FaultDraft.hours(text) else {
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

  private static func hours(_ text: String) -> Double? {
    if text == "now" { return 0 }
    let words = text.split(separator: " ")
    let units = ["hour": 1.0, "day": 24, "week": 168, "month": 730]
    guard words.count == 2, let count = Double(words[0]), count > 0,
      let unit = units[String(words[1].hasSuffix("s") ? words[1].dropLast() : words[1])]
    else { return nil }
    return count * unit
  }

  // MARK: symptoms

  private func symptom(_ name: String, of model: FaultModel) throws(SettingsError) -> SymptomModel {
    let prefix = "symptoms.\(name)."
    let see = try required(prefix + "see")
    let quantity = try Observable.Quantity(see)
    let observable = Observable(
      quantity, at: try choice(prefix + "at") ?? .radial, as: try choice(prefix + "as") ?? .value)
    var symptom = SymptomModel(
      text: try required(prefix + "text").string(), see: observable, supports: nil, weight: 0,
      source: try self[prefix + "source"]?.string() ?? "")
    if let setting = self[prefix + "supports"] { symptom.supports = try SymptomModel.Test(setting) }
    if let setting = self[prefix + "opposes"] { symptom.opposes = try SymptomModel.Test(setting) }
    symptom.weight = try share(prefix + "weight")
    symptom.against = try share(prefix + "against")
    symptom.isNecessary = try self[prefix + "necessary"]?.flag() ?? false
    try checkPlace(of: observable, prefix, model)
    try checkTests(symptom, prefix, see)
    if symptom.isNecessary, let line = quantity.line,
      let datum = line.needs.first(where: { !model.needs.contains($0) })
    {
      throw see.fail("'\(datum.rawValue)' under needs: without it the line '\(line.name)' cannot be placed")
    }
    return symptom
  }

  private func share(_ path: String) throws(SettingsError) -> Double {
    guard let setting = self[path] else { return 0 }
    let value = try setting.number()
    guard (0...1).contains(value) else { throw setting.fail("a share from 0 to 1, found '\(setting.text)'") }
    return value
  }

  /// `at` and `as` must make sense for what is seen.
  private func checkPlace(of observable: Observable, _ prefix: String, _ model: FaultModel)
    throws(SettingsError)
  {
    let quantity = observable.quantity
    if let at = self[prefix + "at"] {
      guard quantity.isFeature || quantity.line != nil else {
        throw at.fail("no 'at': only waveforms of vibration have a place")
      }
      if observable.point == .here, model.place == .machine {
        throw at.fail("'place: bearing', gear, belt or point in the fault: 'here' is near that part")
      }
    }
    guard let form = self[prefix + "as"] else { return }
    switch observable.form {
    case .axialShare, .directionRatio, .endRatio, .speedExponent:
      guard quantity.isFeature else {
        throw form.fail("a feature of waveforms for '\(observable.form.rawValue)'")
      }
    case .timesBaseline, .sigmas, .change, .unrest:
      guard quantity.isFeature || quantity.isReading else {
        throw form.fail(
          "a feature or a reading for '\(observable.form.rawValue)': nothing else has a baseline")
      }
    case .value, .slope: break
    }
  }

  /// The tests must be able to pass, must not pass together, and must count for something.
  private func checkTests(_ symptom: SymptomModel, _ prefix: String, _ see: Setting) throws(SettingsError) {
    for (key, test) in [("supports", symptom.supports), ("opposes", symptom.opposes)] {
      guard let test, test.needsBaseline, let setting = self[prefix + key] else { continue }
      guard symptom.see.form == .value else {
        throw setting.fail(
          "a number: '\(symptom.see.form.rawValue)' is held against the healthy state already")
      }
      guard symptom.see.quantity.isFeature || symptom.see.quantity.isReading else {
        throw setting.fail("a number: '\(symptom.see.quantity.expression)' has no baseline")
      }
    }
    if let supports = symptom.supports, let opposes = symptom.opposes, supports.overlaps(opposes) {
      throw try required(prefix + "opposes").fail(
        "values that do not support the fault too: '\(supports.expression)' and '\(opposes.expression)' overlap"
      )
    }
    guard symptom.supports != nil || symptom.opposes != nil else {
      throw see.fail("'supports' or 'opposes' beside it: a symptom without a test says nothing")
    }
    if symptom.supports == nil, symptom.weight > 0 || symptom.isNecessary {
      throw see.fail("'supports' beside it: nothing could earn its weight or meet its necessity")
    }
    if symptom.supports != nil, symptom.weight == 0, !symptom.isNecessary {
      throw see.fail("'weight' beside it: a symptom that supports has to be worth something")
    }
    if symptom.source.isEmpty,
      [symptom.supports, symptom.opposes].contains(where: { $0?.needsBaseline == false })
    {
      throw .missingKey(see.place, key: "\(id).\(prefix)source")
    }
    guard (symptom.opposes != nil) == (symptom.against > 0) else {
      throw see.fail("'opposes' and 'against' together: one without the other counts for nothing")
    }
  }

  /// The symptoms together: somebody must be able to name the fault, and its evidence must add up to all of it.
  private func checkSymptoms(of model: FaultModel) throws(SettingsError) {
    guard try judge() == .symptoms else {
      guard model.symptoms.isEmpty else {
        throw try required("judge").fail("no symptoms: this fault is judged by other means")
      }
      return
    }
    guard model.symptoms.contains(where: \.isNecessary) else {
      throw .invalid(
        place, key: "\(id).symptoms",
        expected: "at least one necessary symptom: without one it can never be named")
    }
    let sum = model.symptoms.reduce(0) { $0 + $1.weight }
    guard abs(sum - 1) < 1e-6 else {
      let rounded = (sum * 1e6).rounded() / 1e6
      throw .invalid(place, key: "\(id).symptoms", expected: "weights that add up to 1, found \(rounded)")
    }
  }
}

extension FaultDraft {
  /// Names of the symptoms that are switched on.
  func enabledSymptoms() throws(SettingsError) -> [String] {
    var names: [String] = []
    for name in symptoms where try isEnabled("symptoms.\(name).") { names.append(name) }
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
