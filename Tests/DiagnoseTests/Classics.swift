// SPDX-License-Identifier: Apache-2.0

import Machine

// Ten faults as models, for tests: the interpreter must protect what the classic rules protected, with data like these.

private let tables = "ISO 13373-3 symptom tables, figures of general practice"
private let records = "calibration on the CWRU bearing records"

func symptom(
  _ text: String, _ quantity: Observable.Quantity, at point: Observable.Point = .radial,
  as form: Observable.Form = .value, supports: SymptomModel.Test? = nil, opposes: SymptomModel.Test? = nil,
  weight: Double = 0, against: Double = 0, necessary: Bool = false, source: String = tables
) -> SymptomModel {
  SymptomModel(
    text: text, see: Observable(quantity, at: point, as: form), supports: supports, opposes: opposes,
    weight: weight, against: against, isNecessary: necessary, source: source)
}

func model(
  _ id: String, _ title: String, machines: [MachineKind] = [], needs: [FaultModel.MachineDatum] = [],
  place: FaultModel.Place = .machine, watch: FaultModel.Watch = .waveforms, leadsTo: [String] = [],
  symptoms: [SymptomModel]
) -> FaultModel {
  FaultModel(
    id: id, title: title, component: "rotor", machines: machines, needs: needs, place: place, watch: watch,
    due: [.warning: "4 weeks", .alarm: "3 days"], symptoms: symptoms,
    leadsTo: leadsTo.map { .init(fault: $0, because: "\(id) loads it") },
    confirm: ["Look at it.", "Measure it."],
    actions: ["Repair it."], source: tables)
}

enum Classics {
  static let rotor: [FaultModel] = [
    model(
      "unbalance", "Rotor unbalance", leadsTo: ["rotating-looseness"],
      symptoms: [
        symptom(
          "1x is raised", .feature(.order1), supports: .raised, weight: 0.3, necessary: true, source: ""),
        symptom(
          "1x is most of it", .featureRatio(.order1, .velocityRMS), supports: .atLeast(0.8),
          opposes: .below(0.6), weight: 0.35, necessary: true),
        symptom(
          "little 2x", .featureRatio(.order2, .order1), supports: .below(0.3), opposes: .atLeast(0.5),
          weight: 0.2, against: 0.4),
        symptom(
          "little axial", .feature(.order1), as: .axialShare, supports: .below(0.5), opposes: .atLeast(1),
          weight: 0.15, against: 0.3),
      ]),
    model(
      "parallel-misalignment", "Parallel misalignment", leadsTo: ["bearing-outer-race"],
      symptoms: [
        symptom(
          "2x is raised", .feature(.order2), supports: .raised, weight: 0.3, necessary: true, source: ""),
        symptom(
          "2x is half of 1x", .featureRatio(.order2, .order1), supports: .atLeast(0.5), opposes: .below(0.35),
          weight: 0.35, necessary: true),
        symptom(
          "axial", .feature(.velocityRMS), as: .axialShare, supports: .atLeast(0.5), opposes: .below(0.25),
          weight: 0.2, against: 0.1),
        symptom(
          "few harmonics", .featureRatio(.orders4to10, .order2), supports: .below(0.5),
          opposes: .atLeast(0.8),
          weight: 0.15, against: 0.5),
      ]),
    model(
      "rotating-looseness", "Rotating looseness",
      symptoms: [
        symptom(
          "harmonics are raised", .feature(.orders4to10), supports: .raised, weight: 0.3, necessary: true,
          source: ""),
        symptom(
          "many harmonics", .featureRatio(.orders4to10, .order1), supports: .atLeast(0.4),
          opposes: .below(0.25),
          weight: 0.35, necessary: true),
        symptom("half orders", .featureRatio(.orderHalf, .order1), supports: .atLeast(0.1), weight: 0.25),
        symptom(
          "3x", .featureRatio(.order3, .order1), supports: .atLeast(0.2), opposes: .below(0.05), weight: 0.1,
          against: 0.2),
      ]),
  ]

  static func bearing(
    _ id: String, _ title: String, _ line: BearingLine, prominence: Double, harmonics: Double,
    sidebands: SymptomModel? = nil
  ) -> FaultModel {
    let name = line.rawValue
    return model(
      id, title, needs: [.bearings], place: .bearing,
      symptoms: [
        symptom(
          "line", .line(name, .prominence), at: .here, supports: .atLeast(prominence), weight: 0.6,
          necessary: true, source: records),
        symptom(
          "two lines", .line(name, .harmonics), at: .here, supports: .atLeast(harmonics), weight: 0.15,
          necessary: true, source: records),
        symptom(
          "harmonics", .line(name, .harmonics), at: .here, supports: .atLeast(harmonics + 1), weight: 0.15),
        symptom(
          "envelope", .feature(.envelopeRMS), at: .here, supports: .risen, opposes: .usual, weight: 0.1,
          against: 0.05, source: ""),
        symptom(
          "warm", .reading(.bearingTemperature), at: .here, supports: .risen, weight: 0.1, source: ""),
      ] + [sidebands].compactMap(\.self))
  }

  static let bearings: [FaultModel] = [
    bearing(
      "bearing-outer-race", "Bearing: outer race damage", .outerRace, prominence: 15, harmonics: 2),
    bearing(
      "bearing-inner-race", "Bearing: inner race damage", .innerRace, prominence: 15, harmonics: 2,
      sidebands: symptom(
        "sidebands", .line("BPFI", .sidebands), at: .here, supports: .atLeast(1), opposes: .below(1),
        weight: 0.1, against: 0.05)),
    bearing(
      "bearing-rolling-element", "Bearing: rolling element damage", .rollingElement, prominence: 8,
      harmonics: 2,
      sidebands: symptom(
        "sidebands", .line("2xBSF", .sidebands), at: .here, supports: .atLeast(1), weight: 0.1,
        necessary: true)),
    bearing("bearing-cage", "Bearing: cage damage", .cage, prominence: 20, harmonics: 3),
  ]

  private static func noLines(_ against: Double) -> [SymptomModel] {
    ["BPFO", "BPFI"].map {
      symptom(
        "no \($0)", .line($0, .prominence), at: .anywhere, opposes: .atLeast(15), against: against,
        source: records)
    }
  }

  static let process: [FaultModel] = [
    model(
      "cavitation", "Pump cavitation", machines: [.pump],
      symptoms: [
        symptom(
          "noise", .feature(.broadbandRMS), at: .anywhere, supports: .raised, weight: 0.4, necessary: true,
          source: ""),
        symptom(
          "low suction", .reading(.suctionPressure), supports: .fallen, opposes: .usual, weight: 0.3,
          against: 0.3, source: ""),
        symptom("low flow", .reading(.flow), supports: .fallen, weight: 0.15, source: ""),
        symptom(
          "no impacts", .feature(.kurtosis), at: .anywhere, supports: .below(4), opposes: .atLeast(6),
          weight: 0.15, against: 0.3),
      ] + noLines(0.25)),
    model(
      "blocked-strainer", "Blocked suction strainer", machines: [.pump], watch: .slow,
      leadsTo: ["cavitation"],
      symptoms: [
        symptom(
          "low suction", .reading(.suctionPressure), supports: .fallen, weight: 0.55, necessary: true,
          source: ""),
        symptom(
          "quiet", .feature(.broadbandRMS), at: .anywhere, opposes: .raised, against: 0.6, source: ""),
        symptom(
          "low flow", .reading(.flow), supports: .fallen, opposes: .risen, weight: 0.2, against: 0.4,
          source: ""),
        symptom(
          "head", .reading(.dischargePressure), as: .sigmas, supports: .below(2), opposes: .atLeast(4),
          weight: 0.15, against: 0.3),
        symptom(
          "speed", .reading(.shaftSpeed), supports: .usual, opposes: .risen, weight: 0.1, against: 0.3,
          source: ""),
      ]),
    model(
      "cooling-loss", "Loss of cooling", watch: .slow,
      symptoms: [
        symptom(
          "hot", .reading(.windingTemperature), as: .change, supports: .atLeast(10), weight: 0.5,
          necessary: true),
        symptom(
          "load", .reading(.power), supports: .usual, opposes: .risen, weight: 0.25, against: 0.5, source: ""),
        symptom("ambient", .reading(.ambientTemperature), as: .sigmas, supports: .below(2), weight: 0.15),
        symptom(
          "calm", .feature(.velocityRMS), at: .anywhere, supports: .usual, opposes: .raised, weight: 0.1,
          against: 0.2, source: ""),
      ] + noLines(0.2)),
  ]

  static let all = rotor + bearings + process
}
