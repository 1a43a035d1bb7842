// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import Testing

@Suite("Records of maintenance, and what the site file does not say")
struct MaintenanceTests {
  private func event(
    _ kind: MaintenanceEvent.Kind, at second: Double, faults: [String] = [], part: String? = nil,
    outcome: MaintenanceEvent.Outcome? = nil
  ) -> MaintenanceEvent {
    MaintenanceEvent(
      kind: kind, machine: MachineID("F-7"), part: part, time: stamp(second).wall, faults: faults,
      outcome: outcome)
  }

  @Test("After a repair a fault must be seen anew before it is named again; others stay named")
  func repair() {
    var fan = Specimen(specimen(.fan))
    fan.show("unbalance")
    fan.set(loudLine(.outerRace))
    fan.radial[.envelopeRMS] = 1.2
    var diagnostician = Diagnostician(machine: fan.machine, models: Classics.all)
    var heard: [Set<String>] = []
    for i in 1...7 {
      if i == 5 { diagnostician.note(event(.workOrder, at: 290, faults: ["unbalance"], outcome: .confirmed)) }
      heard.append(Set(named(diagnostician.diagnose(fan.window(at: 60 * Double(i))))))
    }
    let both: Set = ["unbalance", "bearing-outer-race"]
    let one: Set = ["bearing-outer-race"]
    #expect(heard == [[], [], both, both, one, one, both])
    #expect(diagnostician.trackRecord.count(of: "unbalance", on: .fan) == OutcomeCount(confirmed: 1))
  }

  @Test("An event at another machine counts its outcome and changes nothing else")
  func elsewhere() {
    var fan = Specimen(specimen(.fan))
    fan.show("unbalance")
    var diagnostician = Diagnostician(machine: fan.machine, models: Classics.all)
    for i in 1...4 { _ = diagnostician.diagnose(fan.window(at: 60 * Double(i))) }
    var other = event(.workOrder, at: 290, faults: ["unbalance"], outcome: .refuted)
    other.machine = MachineID("F-8")
    diagnostician.note(other)
    #expect(named(diagnostician.diagnose(fan.window(at: 300))) == ["unbalance"])
    #expect(diagnostician.trackRecord.count(of: "unbalance", on: .fan) == OutcomeCount(refuted: 1))
  }

  @Test("Too much grease is judged for three days after a recorded lubrication")
  func lubrication() {
    var fan = Specimen(specimen(.fan))
    let greased = model(
      "over-greasing", "Too much grease", needs: [.recentLubrication], watch: .readings,
      symptoms: [
        symptom(
          "warm", .reading(.bearingTemperature), supports: .risen, weight: 1, necessary: true, source: "")
      ])
    fan.scalars["bearing"] = 65
    var diagnostician = Diagnostician(machine: fan.machine, models: [greased])
    func hear(_ second: Double) -> Finding? {
      var found: Finding?
      for i in 0..<5 {
        found = diagnostician.diagnose(fan.window(at: second + 10 * Double(i))).first {
          $0.fault == "over-greasing"
        }
      }
      return found
    }
    #expect(hear(0)?.missing == ["records of lubrication"])
    diagnostician.note(event(.lubrication, at: 100))
    #expect(hear(200)?.isAssessable == true)
    #expect(hear(100 + 72 * 3600 + 60) == nil)
  }

  @Test(
    "What is not said cannot be judged and names its key; what is said otherwise is not looked for",
    arguments: [
      (.sleeveBearings, "bearing-type"), (.inverter, "drive"), (.overhung, "rotor"), (.poles, "poles"),
      (.rotorBars, "rotor-bars"), (.gears, "gears"), (.belts, "belts"),
    ] as [(FaultModel.MachineDatum, String)])
  func needs(datum: FaultModel.MachineDatum, key: String) throws {
    var fan = Specimen(specimen(.fan, bearings: []))
    let fault = model(
      "probe", "Probe", needs: [datum],
      symptoms: [
        symptom("any", .feature(.accelerationRMS), supports: .atLeast(0), weight: 1, necessary: true)
      ])
    let unsaid = try #require(Diagnostician.first(fan, fault))
    #expect(!unsaid.isAssessable && unsaid.missing.count == 1)
    #expect(unsaid.missing.first?.contains("`\(key)` in the site file") == true)
    fan.machine.bearingType = .rolling
    fan.machine.drive = .line
    fan.machine.rotor = .betweenBearings
    if [.sleeveBearings, .inverter, .overhung].contains(datum) {
      #expect(Diagnostician.first(fan, fault) == nil)
    }
    fan.machine.bearingType = .sleeve
    fan.machine.drive = .inverter
    fan.machine.rotor = .overhung
    fan.machine.poleCount = 4
    fan.machine.rotorBarCount = 28
    fan.machine.gears = [GearPair(name: "stage 1", driverTeeth: 20, drivenTeeth: 30)]
    fan.machine.belts = [BeltDrive(name: "belt", length_mm: 2000, pulleyDiameter_mm: 200)]
    #expect(Diagnostician.first(fan, fault)?.isAssessable == true)
  }

  @Test(
    "A machine on sleeve bearings has no rolling bearing to judge; one without gears lacks no line of theirs")
  func impossible() {
    var fan = Specimen(specimen(.fan, bearings: []))
    fan.machine.bearingType = .sleeve
    let faults = diagnose(fan).map(\.fault)
    #expect(!faults.contains { $0.hasPrefix("bearing-") })
    let geared = model(
      "probe", "Probe",
      symptoms: [
        symptom("any", .feature(.accelerationRMS), supports: .atLeast(0), weight: 1, necessary: true),
        symptom("mesh", .line("GMF", .prominence), opposes: .atLeast(10), against: 1),
      ])
    #expect(Diagnostician.first(fan, geared)?.confidence == 1)
    var gearbox = Specimen(specimen(.gearbox))
    #expect(
      Diagnostician.first(gearbox, geared)?.missing == ["teeth of the gears (`gears` in the site file)"])
    gearbox.machine.gears = [GearPair(name: "stage 1", driverTeeth: 20, drivenTeeth: 30)]
    #expect(Diagnostician.first(gearbox, geared)?.isAssessable == false)
  }
}

extension Diagnostician {
  /// What is said of one fault after five windows.
  static func first(_ specimen: Specimen, _ fault: FaultModel) -> Finding? {
    var diagnostician = Diagnostician(machine: specimen.machine, models: [fault])
    var found: [Finding] = []
    for i in 1...5 { found = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
    return found.first { $0.fault == fault.id }
  }
}
