// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Foundation
import Knowledge
import Machine
import Testing

/// The fault files that come with the program, as diagnosis uses them.
private let shipped: KnowledgeBase? = {
  let root = URL(filePath: #filePath).appending(path: "../../..").standardized
  return try? KnowledgeBase(base: root.appending(path: "models/faults").path)
}()

private func diagnosed(_ specimen: Specimen, windows: Int = 8) -> [Finding] {
  var diagnostician = Diagnostician(
    machine: specimen.machine, models: shipped?.models(for: specimen.machine) ?? [])
  var findings: [Finding] = []
  for i in 1...windows { findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
  return findings
}

@Suite("The fault files that come with the program")
struct ShippedFaultTests {
  @Test("There are as many as modes in the reference")
  func count() { #expect(shipped?.all.count ?? 0 >= 58) }

  @Test("A healthy machine has no finding", arguments: MachineKind.allCases)
  func healthy(kind: MachineKind) {
    #expect(named(diagnosed(Specimen(specimen(kind)))).isEmpty)
  }

  @Test("The constructed signatures are explained best by their own fault", arguments: namedFaults)
  func signatures(fault: String) {
    var specimen = Specimen(specimen(.pump))
    specimen.show(fault)
    let findings = diagnosed(specimen)
    let asking = findings.filter { $0.isAssessable && $0.severity > .notice }
    // This misalignment is parallel and angular at once.
    let alike = fault == "parallel-misalignment" ? [fault, "angular-misalignment"] : [fault]
    #expect(
      asking.first.map { alike.contains($0.fault) } == true,
      "\(findings.filter(\.isAssessable).map { "\($0.fault) \($0.confidence)" }), \(findings.first { $0.fault == fault }?.missing ?? [])"
    )
  }

  @Test("One window of six points is judged by all of them in less than a millisecond")
  func isFast() {
    var specimen = sixPoints(["DE-H": 4, "DE-V": 1.6, "DE-A": 1, "NDE-H": 2.5, "NDE-V": 2, "NDE-A": 0.5])
    specimen.show("bearing-outer-race")
    var diagnostician = Diagnostician(
      machine: specimen.machine, models: shipped?.models(for: specimen.machine) ?? [])
    let windows = (1...200).map { specimen.window(at: 60 * Double($0)) }
    let start = threadCPU_ns()
    for window in windows { _ = diagnostician.diagnose(window) }
    let each_s = Double(threadCPU_ns() - start) / 1e9 / 200
    print("diagnose by shipped faults: \(each_s * 1e6) us a window")
    #expect(each_s < 1e-3)
  }
}
