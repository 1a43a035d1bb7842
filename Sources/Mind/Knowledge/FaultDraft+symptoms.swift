// SPDX-License-Identifier: Apache-2.0

internal import Machine
internal import Settings

// One symptom, and what all symptoms of a fault must be together.

extension FaultDraft {
  func symptom(_ name: String, of model: FaultModel) throws(SettingsError) -> SymptomModel {
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
    if let setting = self[prefix + "if-measured"], try setting.flag() {
      guard quantity.isReading, !symptom.isNecessary else {
        throw setting.fail(
          "this only beside a reading that is not necessary: a machine without its sensor does without it")
      }
    }
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
  func checkSymptoms(of model: FaultModel) throws(SettingsError) {
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
