// SPDX-License-Identifier: Apache-2.0

import Machine

/// A fault model made ready for one machine: symptoms by number, the places where it is looked for, and what the site
/// file does not say.
struct Signature: Sendable {
  let model: FaultModel
  var symptoms: [Symptom]
  let places: [Place]
  /// What the machine's data lack before any symptom can be looked for, in words.
  let unsaid: [String]
  let quota: Quota
  let weight: Double
  /// The bearing line that the fault is read from, where it is one: its rivals are told apart by policy.
  let bearingLine: BearingLine?
  /// What its necessary symptoms look at.
  let necessities: Set<Observable.Quantity.Identity>
  /// What all that speaks for it looks at.
  let signs: Set<Observable.Quantity.Identity>
  /// Judged only after a recorded lubrication.
  let needsLubrication: Bool
  /// Whether heat of the machine is among what shows it.
  let isThermal: Bool

  /// Nil when the fault cannot occur on this machine, or when it has no symptoms.
  init?(_ model: FaultModel, _ layout: Layout) {
    let machine = layout.machine
    guard !model.symptoms.isEmpty, model.symptoms.count <= 64,
      model.machines.isEmpty || model.machines.contains(machine.kind),
      model.needs.allSatisfy({ machine.answer(to: $0) != .otherwise }), model.place.isPossible(on: machine)
    else { return nil }
    let possible = model.symptoms.filter { $0.see.quantity.isPossible(on: machine) }
    guard possible.filter(\.isNecessary).count == model.symptoms.filter(\.isNecessary).count else {
      return nil
    }
    self.model = model
    symptoms = possible.map { Symptom($0, of: model, layout) }
    (places, unsaid) = Signature.places(model, layout)
    quota =
      switch model.watch {
      case .waveforms: .waveforms
      case .readings: .readings
      case .slow: .slow
      }
    weight = max(possible.reduce(0) { $0 + $1.weight }, 1e-9)
    let necessary = model.symptoms.filter(\.isNecessary)
    necessities = Set(necessary.map { Observable.Quantity.Identity($0.see.quantity) })
    signs = Set(possible.filter { $0.weight > 0 }.map { Observable.Quantity.Identity($0.see.quantity) })
    bearingLine =
      model.place == .bearing
      ? necessary.lazy.compactMap { symptom -> BearingLine? in
        guard case .line(let name, .prominence) = symptom.see.quantity else { return nil }
        return BearingLine(rawValue: name)
      }.first : nil
    needsLubrication = model.needs.contains(.recentLubrication)
    isThermal = symptoms.contains { $0.probe.isTemperature && $0.model.isNecessary }
  }

  private static func places(_ model: FaultModel, _ layout: Layout) -> ([Place], [String]) {
    let machine = layout.machine
    var unsaid = model.needs.filter { machine.answer(to: $0) == .unsaid }.map(\.request)
    func named(_ names: [String], _ datum: FaultModel.MachineDatum) -> [Place] {
      if names.isEmpty { unsaid.append(datum.request) }
      return names.compactMap { layout.parts.firstIndex(of: $0) }.map { Place(part: $0) }
    }
    var places: [Place]
    switch model.place {
    case .machine: places = [.machine]
    case .bearing: places = named(machine.bearings.map(\.name), .bearings)
    case .gear: places = named(machine.gears.map(\.name), .gears)
    case .belt: places = named(machine.belts.map(\.name), .belts)
    case .point: places = layout.vibration.map { Place(point: $0) }
    }
    if places.isEmpty { places = [.machine] }
    return (places, unique(unsaid))
  }

  /// Whether two faults explain the same: they share a necessary symptom, or one needs nothing that does not also speak
  /// for the other (a low suction pressure is all that a blocked strainer needs, and cavitation shows it too).
  func isAlike(_ other: Signature) -> Bool {
    !necessities.isDisjoint(with: other.necessities)
      || (!necessities.isEmpty && necessities.isSubset(of: other.signs))
      || (!other.necessities.isEmpty && other.necessities.isSubset(of: signs))
  }

  /// What one window says of the fault at one place.
  struct Judgement: Sendable {
    enum Verdict: Sendable { case absent, present, notAssessable }
    var verdict: Verdict
    /// Share of the weight of all symptoms that speaks for the fault, 0 to 1.
    var score: Double
    /// The part that departs from what is usual of the weight of what could be observed.
    var departure = 0.0
    /// Bits of the symptoms that are missing and decide.
    var deciding: UInt64 = 0
    /// Bits of all that are missing.
    var missing: UInt64 = 0
  }

  /// A fault is named when what was seen suffices and what was not seen could not take it away: each missing symptom
  /// counts as if it spoke against the fault (`Calibration.doubt`). So no input that goes missing ever names a fault.
  /// - Parameters:
  ///   - isStanding: the fault is named already; what its consequences show does not speak against it.
  ///   - isSuspected: a model finds it likely: what speaks for it is counted even where a necessary symptom is absent.
  func judge(
    _ scene: Scene, at place: Place, _ rings: [Ring], anomalous: Int?, isStanding: Bool, isSuspected: Bool,
    _ calibration: Calibration
  ) -> Judgement {
    var balance = 0.0
    var (departure, observed) = (0.0, 0.0)
    var doubt = 0.0
    var isRuledOut = false
    var (missing, deciding): (UInt64, UInt64) = (0, 0)
    for i in symptoms.indices {
      guard let look = scene.look(symptoms[i].probe, at: place, rings, anomalous: anomalous),
        let worth = symptoms[i].worth(look, in: scene)
      else {
        missing |= 1 << UInt64(i)
        if symptoms[i].model.isNecessary { deciding |= 1 << UInt64(i) }
        doubt += symptoms[i].model.against
        continue
      }
      observed += symptoms[i].model.weight
      let isEcho = isStanding && symptoms[i].isEchoed && worth.gain < 0
      if !isEcho { balance += worth.gain }
      if worth.gain > 0, symptoms[i].model.supports?.isDeparture == true { departure += worth.gain }
      if symptoms[i].model.isNecessary, !worth.holds {
        isRuledOut = true
        if !isSuspected { break }
      }
    }
    let score = min(1, max(0, balance / weight))
    func judgement(_ verdict: Judgement.Verdict) -> Judgement {
      Judgement(
        verdict: verdict, score: isRuledOut && !isSuspected ? 0 : score,
        departure: observed > 0 ? departure / observed : 0,
        deciding: deciding, missing: missing)
    }
    // A necessary symptom that is absent decides, whatever else is missing.
    if isRuledOut { return judgement(.absent) }
    if deciding != 0 { return judgement(.notAssessable) }
    if score < calibration.least { return judgement(.absent) }
    if (balance - calibration.doubt * doubt) / weight < calibration.least - 1e-12 {
      for (i, symptom) in symptoms.enumerated()
      where missing & (1 << UInt64(i)) != 0 && symptom.model.against > 0 { deciding |= 1 << UInt64(i) }
      return judgement(.notAssessable)
    }
    return judgement(.present)
  }

  /// What was seen for and against the fault, in words; and the point that shows it best.
  func evidence(
    _ scene: Scene, at place: Place, _ rings: [Ring], anomalous: Int?, isStanding: Bool
  ) -> (supporting: [Evidence], contradicting: [Evidence], point: PointID?) {
    var (supporting, contradicting) = ([Evidence](), [Evidence]())
    var best: (weight: Double, point: PointID)?
    for symptom in symptoms {
      guard let look = scene.look(symptom.probe, at: place, rings, anomalous: anomalous),
        let worth = symptom.worth(look, in: scene), worth.gain != 0,
        !(isStanding && symptom.isEchoed && worth.gain < 0)
      else { continue }
      if worth.stance == .speaksFor {
        supporting.append(symptom.evidence(worth, in: scene))
      } else {
        contradicting.append(symptom.evidence(worth, in: scene))
      }
      if look.point >= 0, model.place != .machine, worth.gain > best?.weight ?? 0 {
        best = (worth.gain, scene.layout.points[look.point].id)
      }
    }
    if model.watch == .waveforms, let speed = scene.estimatedSpeed { supporting.append(speed) }
    return (supporting, contradicting, best?.point)
  }
}

extension FaultModel.Place {
  /// Whether the machine has, or must have, such parts.
  fileprivate func isPossible(on machine: Machine) -> Bool {
    switch self {
    case .bearing: LineFamily.bearing.isPossible(on: machine)
    case .gear: LineFamily.gear.isPossible(on: machine)
    case .belt: LineFamily.belt.isPossible(on: machine)
    case .machine, .point: true
    }
  }
}

extension Observable.Quantity {
  /// What two quantities must have in common for two faults to be look-alikes.
  struct Identity: Hashable, Sendable {
    private var words: String
    init(_ quantity: Observable.Quantity) {
      switch quantity {
      case .line(let name, _): words = name
      default: words = quantity.identifier
      }
    }
  }
}
