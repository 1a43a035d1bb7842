// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import Testing

/// Says the same of every window.
private struct Oracle: FaultClassifier {
  var said: [(fault: String, odds: Float)]
  var name: String { "oracle" }
  var faults: [String] { said.map(\.fault) }
  func logOdds(_ input: [Float]) -> [Float] { said.map(\.odds) }
}

/// `first` needs 1x above 2, `second` above `limit` and a kurtosis that nothing reaches; most of each is 1x.
private func models(second limit: Double = 2) -> [FaultModel] {
  [("first", 2), ("second", limit)].map { id, limit in
    model(
      id, id,
      symptoms: [
        symptom("1x", .feature(.order1), supports: .atLeast(limit), weight: 0.6, necessary: true),
        symptom(
          "blows", .feature(.kurtosis), supports: id == "first" ? .below(1000) : .atLeast(1000), weight: 0.4,
          necessary: id == "second"),
      ])
  }
}

private func findings(_ said: [(fault: String, odds: Float)], _ models: [FaultModel], order1: Double = 3)
  -> [Finding]
{
  var fan = Specimen(specimen(.fan))
  fan.radial[.order1] = order1
  var diagnostician = Diagnostician(
    machine: fan.machine, models: models, classifier: said.isEmpty ? nil : Oracle(said: said))
  var found: [Finding] = []
  for i in 1...6 { found = diagnostician.diagnose(fan.window(at: 60 * Double(i))) }
  return found.filter { $0.isAssessable && ["first", "second"].contains($0.fault) }
}

@Suite("A classifier beside the rules")
struct ClassifierTests {
  @Test("What it recognises is named without a necessary symptom, where the machine departs from usual")
  func recognised() throws {
    #expect(findings([], models()).map(\.fault) == ["first"])
    let found = findings([("first", -5), ("second", 5)], models())
    #expect(found.map(\.fault) == ["second", "first"])
    let evidence = try #require(found[0].supporting.first { $0.quantity == "fault_probability" })
    #expect(evidence.source == "model oracle" && (evidence.value ?? 0) > 0.99)
    // The other stays on the list, as what else it could be.
    #expect(found[1].severity == .notice)
  }

  @Test("Where nothing departs from usual it names nothing, however sure it is")
  func noDeparture() {
    #expect(findings([("first", 9), ("second", 9)], models(), order1: 0.5).isEmpty)
  }

  @Test("What it does not recognise it does not silence: then the rules decide alone")
  func noVeto() {
    let alone = findings([], models())
    let beside = findings([("first", -9), ("second", -9)], models())
    #expect(beside.map(\.fault) == alone.map(\.fault) && beside.map(\.severity) == alone.map(\.severity))
    #expect(beside.map(\.confidence) == alone.map(\.confidence))
  }

  @Test("A fault that it does not know keeps the rule's word")
  func unknown() {
    let found = findings([("second", 5)], models())
    #expect(Set(found.map(\.fault)) == ["first", "second"])
    #expect(found.first { $0.fault == "first" }?.severity == .warning)
  }
}
