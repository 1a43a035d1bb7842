// SPDX-License-Identifier: Apache-2.0

import Machine

// What fault models need to be told about a machine.

extension Machine {
  enum Answer { case said, unsaid, otherwise }

  /// Whether the site says that the machine has this.
  func answer(to datum: FaultModel.MachineDatum) -> Answer {
    func given(_ isGiven: Bool) -> Answer { isGiven ? .said : .unsaid }
    func choice<T: Equatable>(_ value: T?, _ wanted: T) -> Answer {
      value.map { $0 == wanted ? .said : .otherwise } ?? .unsaid
    }
    switch datum {
    case .bearings:
      // A machine on sleeve bearings has no rolling ones to damage.
      return bearings.isEmpty && bearingType == .sleeve ? .otherwise : given(!bearings.isEmpty)
    case .gears: return given(!gears.isEmpty)
    case .belts: return given(!belts.isEmpty)
    case .vanes: return given(vaneCount != nil)
    case .lineFrequency, .poles, .rotorBars:
      // A machine of which nothing electrical is said has its motor somewhere else.
      guard LineFamily.motor.isPossible(on: self) else { return .otherwise }
      return given(
        datum == .poles
          ? poleCount != nil : datum == .rotorBars ? rotorBarCount != nil : lineFrequency_Hz != nil)
    case .ratedSpeed: return given(ratedSpeed_rpm != nil)
    case .sleeveBearings:
      // The geometry of rolling bearings says what they are.
      return bearingType == nil && !bearings.isEmpty ? .otherwise : choice(bearingType, .sleeve)
    case .inverter: return choice(drive, .inverter)
    case .overhung: return choice(rotor, .overhung)
    case .recentLubrication: return .said
    }
  }
}

extension Observable.Quantity {
  /// Whether a machine of this kind can show it at all. What it cannot show is not missing: a pump without gears lacks no
  /// line of theirs.
  func isPossible(on machine: Machine) -> Bool {
    switch self {
    case .line(let name, _):
      PartLine(rawValue: name).map { $0.family.isPossible(on: machine) }
        ?? (machine.answer(to: .bearings) != .otherwise)
    case .feature(let feature): feature.isPossible(on: machine)
    case .featureRatio(let a, let b): a.isPossible(on: machine) && b.isPossible(on: machine)
    case .reading, .readingDifference, .readingRatio, .anomalousPoints: true
    }
  }
}

extension Feature {
  fileprivate func isPossible(on machine: Machine) -> Bool {
    switch self {
    case .vanePass: LineFamily.vane.isPossible(on: machine)
    case .gearMesh, .gearSidebands, .gearFM0, .gearFM4, .gearNA4, .gearER:
      LineFamily.gear.isPossible(on: machine)
    case .twiceLine, .polePassSidebands, .barPass: LineFamily.motor.isPossible(on: machine)
    case .beltRate: LineFamily.belt.isPossible(on: machine)
    default: true
    }
  }

  /// What it needs beside the shaft speed and is not said; nil where nothing is.
  fileprivate func unsaid(of machine: Machine) -> FaultModel.MachineDatum? {
    let needed: [FaultModel.MachineDatum] =
      switch self {
      case .vanePass: [.vanes]
      case .gearMesh, .gearSidebands, .gearFM0, .gearFM4, .gearNA4, .gearER: [.gears]
      case .twiceLine: [.lineFrequency]
      case .polePassSidebands: [.lineFrequency, .poles]
      case .barPass: [.lineFrequency, .rotorBars]
      case .beltRate: [.belts]
      case .defectBandCentre, .defectBandEnvelopeRMS: [.bearings]
      default: []
      }
    return needed.first { machine.answer(to: $0) == .unsaid }
  }
}

extension LineFamily {
  /// Whether the machine has, or must have, such parts.
  func isPossible(on machine: Machine) -> Bool {
    switch self {
    case .bearing: machine.answer(to: .bearings) != .otherwise
    case .gear: !machine.gears.isEmpty || machine.kind == .gearbox
    case .belt: !machine.belts.isEmpty
    case .vane: [.pump, .fan, .compressor].contains(machine.kind) || machine.vaneCount != nil
    case .motor:
      machine.kind == .motor || machine.lineFrequency_Hz != nil || machine.poleCount != nil
        || machine.rotorBarCount != nil || machine.drive != nil
    }
  }

  /// What its lines need to be placed.
  fileprivate var datum: FaultModel.MachineDatum {
    switch self {
    case .bearing: .bearings
    case .gear: .gears
    case .belt: .belts
    case .vane: .vanes
    case .motor: .lineFrequency
    }
  }
}

extension FaultModel.MachineDatum {
  /// What to tell, and under which key of the machine in the site file.
  var request: String {
    switch self {
    case .bearings: "bearing geometry (`bearings` in the site file)"
    case .gears: "teeth of the gears (`gears` in the site file)"
    case .belts: "length and pulley of the belt (`belts` in the site file)"
    case .vanes: "vane count (`vanes` in the site file)"
    case .lineFrequency: "line frequency (`line-frequency-hz` in the site file)"
    case .poles: "pole count (`poles` in the site file)"
    case .rotorBars: "rotor bar count (`rotor-bars` in the site file)"
    case .ratedSpeed: "rated speed (`rated-speed-rpm` in the site file)"
    case .sleeveBearings: "type of the bearings (`bearing-type` in the site file)"
    case .inverter: "what feeds the motor (`drive` in the site file)"
    case .overhung: "where the rotor sits (`rotor` in the site file)"
    case .recentLubrication: "records of lubrication"
    }
  }
}

extension Signature {
  /// Why symptoms cannot be observed in this window, in words, each once.
  func reasons(for symptomBits: UInt64, _ scene: Scene, at place: Place) -> [String] {
    unique(
      symptoms.indices.filter { symptomBits & (1 << UInt64($0)) != 0 }.flatMap {
        symptoms[$0].reasons(scene, at: place)
      })
  }
}

extension Symptom {
  fileprivate func reasons(_ scene: Scene, at place: Place) -> [String] {
    let see = model.see
    if let purpose = probe.purpose, let reason = memoryReason(purpose, scene, place) { return [reason] }
    switch see.quantity {
    case .feature(let feature): return featureReasons([feature], scene, place)
    case .featureRatio(let a, let b): return featureReasons([a, b], scene, place)
    case .reading(let role): return readingReasons([role], scene)
    case .readingDifference(let a, let b), .readingRatio(let a, let b):
      return readingReasons([a, b], scene)
    case .line(let name, let fact): return lineReasons(name, fact, scene, place)
    case .anomalousPoints: return ["a model score with its learned threshold"]
    }
  }

  /// Values are there and only their course is not known yet.
  private func memoryReason(_ purpose: Ring.Purpose, _ scene: Scene, _ place: Place) -> String? {
    let now = Probe(of: self)
    guard scene.look(now, at: place, [], anomalous: nil) != nil else { return nil }
    let words = model.see.quantity.words
    switch purpose {
    case .slope: return "the course of \(words) over some minutes"
    case .unrest: return "ten minutes of \(words) with its baseline"
    case .speedExponent: return "\(words) at different shaft speeds"
    }
  }

  private func featureReasons(_ features: [Feature], _ scene: Scene, _ place: Place) -> [String] {
    if scene.heard.isEmpty { return scene.missingWaveform }
    let needed: (String, (Point) -> Bool)? =
      switch (model.see.form, model.see.point) {
      case (.axialShare, _): ("an axial and a radial vibration point", { $0.direction == .axial })
      case (.directionRatio, _):
        ("two radial directions at one end (`direction` and `bearing` of the points)", { _ in true })
      case (.endRatio, _): ("vibration points at two ends (`bearing` of the points)", { _ in true })
      case (_, .axial): ("an axial vibration point", { $0.direction == .axial })
      case (_, .vertical): ("a vertical vibration point", { $0.direction == .vertical })
      case (_, .horizontal): ("a horizontal vibration point", { $0.direction == .horizontal })
      case (_, .radial): ("a radial vibration point", { $0.direction != .axial })
      case (_, .here), (_, .anywhere): nil
      }
    let points = scene.heard.map { scene.layout.points[$0.point] }
    if let needed, !points.contains(where: needed.1) { return [needed.0] }
    let absent = features.filter { feature in
      scene.heard.indices.allSatisfy { scene.feature(feature.index, $0).value.isNaN }
    }
    if absent.contains(where: \.needsSpeed), scene.isSpeedMissing { return ["shaft speed"] }
    if let feature = absent.first {
      return [feature.unsaid(of: scene.layout.machine)?.request ?? feature.words]
    }
    if let needed, [.directionRatio, .endRatio].contains(model.see.form) { return [needed.0] }
    return ["baseline of \(model.see.quantity.words)"]
  }

  private func readingReasons(_ roles: [PointRole], _ scene: Scene) -> [String] {
    let absent = roles.filter { role in
      scene.layout.points(role).allSatisfy { scene.scalar($0).value.isNaN }
    }
    if !absent.isEmpty { return absent.map(\.words) }
    return ["baseline of \(roles.map(\.words).joined(separator: " and "))"]
  }

  private func lineReasons(
    _ name: String, _ fact: Observable.LineFact, _ scene: Scene, _ place: Place
  ) -> [String] {
    if scene.heard.isEmpty { return scene.missingWaveform }
    let family = PartLine(rawValue: name)?.family ?? .bearing
    if scene.layout.machine.answer(to: family.datum) == .unsaid { return [family.datum.request] }
    if scene.isSpeedMissing { return ["shaft speed"] }
    let isFound = LineNames.index(name).flatMap { scene.strongestLine($0, place, model.see.point) } != nil
    if isFound { return ["\(fact.rawValue) of \(name)"] }
    let part = place.part >= 0 ? " of \(model.linePart) \(scene.layout.parts[place.part])" : ""
    return ["a vibration waveform that covers \(name)\(part)"]
  }
}

extension SymptomModel {
  fileprivate var linePart: String {
    guard case .line(let name, _) = see.quantity else { return "part" }
    return BearingLine(rawValue: name) == nil ? "part" : "bearing"
  }
}

extension Probe {
  /// The same reading without its memory.
  fileprivate init(of symptom: Symptom) {
    let see = symptom.model.see
    self.init(
      observable: Observable(see.quantity, at: see.point), source: symptom.probe.source,
      isTemperature: symptom.probe.isTemperature)
  }
}

extension Scene {
  var isSpeedMissing: Bool {
    heard.indices.allSatisfy { feature(Feature.shaftSpeed.index, $0).value.isNaN }
  }

  /// Names the defects that took the waveforms away, where that is the reason.
  var missingWaveform: [String] {
    let refused = layout.vibration.compactMap { point in
      let id = layout.points[point].id
      return window.defects[id].map { "a valid vibration waveform (\(id.name): \($0.kind.rawValue))" }
    }
    return refused.isEmpty ? ["a vibration waveform"] : refused
  }
}
