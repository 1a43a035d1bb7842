// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Glibc
import Machine
import Testing

/// Two faults that one raised line explains; the second one asks for less.
private func lookAlikes(_ first: Double = 1, _ second: Double = 0.6) -> [FaultModel] {
  [("first", first), ("second", second)].map { id, weight in
    model(
      id, id.prefix(1).uppercased() + id.dropFirst(),
      symptoms: [
        symptom("1x", .feature(.order1), supports: .atLeast(2), weight: weight, necessary: true),
        symptom("never", .feature(.kurtosis), supports: .atLeast(1000), weight: 1 - weight),
      ])
  }
}

private func unbalanced() -> Specimen {
  var fan = Specimen(specimen(.fan))
  fan.radial[.order1] = 3
  return fan
}

private func findings(
  _ specimen: Specimen, _ models: [FaultModel], calibration: Calibration = .identity,
  record: TrackRecord = TrackRecord()
) -> [Finding] {
  var diagnostician = Diagnostician(
    machine: specimen.machine, models: models, calibration: calibration, trackRecord: record)
  var found: [Finding] = []
  for i in 1...4 { found = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
  return found.filter(\.isAssessable)
}

@Suite("Ranking")
struct RankingTests {
  @Test("Look-alikes share what they explain by a softmax of their scores; the better asks for work, alone")
  func softmax() throws {
    let found = findings(unbalanced(), lookAlikes(0.9, 0.8))
    #expect(found.map(\.fault) == ["first", "second"] && found.map(\.rank) == [1, 2])
    let share = 1 / (1 + exp((0.8 - 0.9) / 0.1))
    #expect(abs(found[0].confidence - 0.9 * share) < 1e-9)
    #expect(abs(found[1].confidence - 0.8 * (1 - share)) < 1e-9)
    #expect(found[0].severity == .warning && found[0].due == "4 weeks")
    #expect(found[1].severity == .notice)
    #expect(found[1].contradicting.contains { $0.statement.contains("First explains the same symptoms") })
  }

  @Test("Faults that explain different symptoms do not compete")
  func independent() {
    var fan = unbalanced()
    fan.set(loudLine(.outerRace))
    fan.radial[.envelopeRMS] = 1.2
    let found = findings(fan, [lookAlikes()[0]] + Classics.bearings)
    #expect(Set(found.map(\.fault)) == ["first", "bearing-outer-race"])
    #expect(found.allSatisfy { $0.severity >= .warning && $0.confidence >= 0.8 })
  }

  @Test("The one that was best stays best until it is clearly beaten")
  func incumbency() {
    let models = [("first", Feature.order1), ("second", .order1)].map { id, feature in
      model(
        id, id,
        symptoms: [
          symptom("1x", .feature(feature), supports: .atLeast(2), weight: 0.6, necessary: true),
          symptom(
            "2x", .featureRatio(.order2, .order1), supports: id == "first" ? .below(0.1) : .atLeast(1.1),
            opposes: id == "first" ? .atLeast(1.1) : .below(0.1), weight: 0.4),
        ])
    }
    var fan = unbalanced()
    var diagnostician = Diagnostician(machine: fan.machine, models: models)
    var best: [String] = []
    // Shares of the 2x symptom: first falls from 0.6 to 0.4; the scores cross in the middle.
    for (i, ratio) in [0.5, 0.5, 0.5, 0.58, 0.61, 0.64, 0.9].enumerated() {
      fan.radial[.order2] = ratio * 3
      let found = diagnostician.diagnose(fan.window(at: 60 * Double(i)))
      best += found.filter { $0.isAssessable && $0.severity == .warning && $0.rank != nil }.map(\.fault)
    }
    #expect(best == ["first", "first", "first", "first", "second"])
  }

  @Test(
    "A calibration is a monotone table, straight between its knots and flat beyond",
    arguments: [(0.1, 0.2), (0.4, 0.2), (0.5, 0.35), (0.6, 0.5), (0.8, 0.7), (1.0, 0.9)])
  func table(score: Double, probability: Double) throws {
    let calibration = try Calibration(curves: [
      .init(scores: [0.4, 0.6, 1], probabilities: [0.2, 0.5, 0.9])
    ])
    #expect(abs(calibration.probability(score, margin: score) - probability) < 1e-9)
    let found = findings(unbalanced(), [lookAlikes(score)[0]], calibration: calibration)
    #expect(found.first?.confidence == (score >= 0.5 ? calibration.probability(score, margin: score) : nil))
  }

  @Test("The lead over the runner-up chooses the curve")
  func margins() throws {
    let calibration = try Calibration(curves: [
      .init(margin: 0.2, scores: [0, 1], probabilities: [0.5, 1]),
      .init(margin: 0, scores: [0, 1], probabilities: [0, 0.5]),
    ])
    #expect(calibration.probability(0.8, margin: 0.3) == 0.9)
    #expect(calibration.probability(0.8, margin: 0.1) == 0.4)
    #expect(calibration.probability(0.8, margin: -0.1) == 0.4)
  }

  @Test(
    "Tables that are none are refused with the reason",
    arguments: [
      ([0.5], [0.5], "two at least"), ([0.5, 0.4], [0.1, 0.2], "scores must rise"),
      ([0.1, 0.4], [0.3, 0.2], "must not fall"), ([0.1, 0.4], [0.3, 1.2], "between 0 and 1"),
    ])
  func refused(scores: [Double], probabilities: [Double], reason: String) {
    let error = #expect(throws: Calibration.Fault.self) {
      try Calibration(curves: [.init(scores: scores, probabilities: probabilities)])
    }
    #expect(error?.description.contains(reason) == true)
  }

  @Test(
    "Confirmed and refuted diagnoses move the confidence as a Beta distribution does",
    arguments: [
      (0, 0, 8.0, 10.0), (5, 0, 13, 15), (0, 5, 8, 15), (3, 1, 11, 14), (0, 200, 8, 30),
    ] as [(Int, Int, Double, Double)])
  func outcomes(confirmed: Int, refuted: Int, right: Double, all: Double) throws {
    var record = TrackRecord()
    let fan = unbalanced()
    for i in 0..<(confirmed + refuted) {
      record.note(
        MaintenanceEvent(
          kind: .workOrder, machine: MachineID("F-9"), time: WallTime(seconds: 0), faults: ["first"],
          outcome: i < confirmed ? .confirmed : .refuted), on: .fan)
      record.note(
        MaintenanceEvent(
          kind: .workOrder, machine: MachineID("P-9"), time: WallTime(seconds: 0), faults: ["first"],
          outcome: .refuted), on: .pump)
    }
    let finding = try #require(findings(fan, [lookAlikes(0.8)[0]], record: record).first)
    #expect(abs(finding.confidence - right / all) < 1e-9)
    let said = (finding.supporting + finding.contradicting).first { $0.quantity == "confirmed_diagnoses" }
    #expect((said == nil) == (confirmed + refuted == 0))
    if let said { #expect(said.value == Double(confirmed) && said.reference == Double(confirmed + refuted)) }
  }

  @Test("An anomalous score speaks for a vibration fault, a normal one against it", arguments: [0.5, 2])
  func models(score: Double) throws {
    var fan = unbalanced()
    fan.scores = [
      ModelScore(
        model: "anomaly", modelHash: "0123456789ab", point: PointID("F-7", "DE-H"), stamp: stamp(0),
        score: score, threshold: 1, falseAlarmRate: 0.001, contributions: [])
    ]
    let finding = try #require(findings(fan, [lookAlikes(0.8)[0]]).first)
    #expect(abs(finding.confidence - (score > 1 ? 0.85 : 0.75)) < 1e-9)
    let list = score > 1 ? finding.supporting : finding.contradicting
    #expect(list.contains { $0.quantity == "model_score" && $0.value == score && $0.reference == 1 })
  }

  @Test(
    "Within what time to act follows the severity",
    arguments: [
      (Severity.notice, "4 weeks"), (.warning, "4 weeks"), (.alarm, "3 days"), (.danger, "3 days"),
    ])
  func due(severity: Severity, words: String) throws {
    var fault = lookAlikes()[0]
    fault.severity = severity
    #expect(findings(unbalanced(), [fault]).first?.due == words)
  }

  @Test("A finding that was stored before ranks existed is read")
  func stored() throws {
    let finding = try #require(findings(unbalanced(), [lookAlikes()[0]]).first)
    #expect(finding.rank == 1 && finding.role == .alone && finding.chain == nil)
  }
}
