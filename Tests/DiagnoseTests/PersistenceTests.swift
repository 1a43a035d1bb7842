// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Foundation
import Machine
import Testing

@Suite("Persistence, severity, anomaly and sensors")
struct PersistenceTests {
  private func faulty(_ fault: String, _ kind: MachineKind = .fan) -> Specimen {
    var specimen = Specimen(specimen(kind))
    specimen.show(fault)
    return specimen
  }

  @Test("A fault is named at the third of five looks, and forgotten below that")
  func kOfN() {
    let machine = specimen(.fan)
    var diagnostician = Diagnostician(machine: machine, models: Classics.all)
    let (bad, good) = (faulty("unbalance"), Specimen(machine))
    let looks = [bad, good, bad, bad, good, good, good, bad, good]
    let heard = looks.enumerated().map { i, look in
      !named(diagnostician.diagnose(look.window(at: 60 * Double(i + 1)))).isEmpty
    }
    // bad looks in the last five: 1 1 2 3 3 2 2 2 1
    #expect(heard == [false, false, false, true, true, false, false, false, false])
  }

  @Test(
    "What was seen outlives a restart: a standing fault stands at the first look, one that was seen twice at the next"
  )
  func restart() throws {
    let machine = specimen(.fan)
    let (bad, good) = (faulty("unbalance"), Specimen(machine))
    var before = Diagnostician(machine: machine, models: Classics.all)
    for i in 1...3 { _ = before.diagnose(bad.window(at: 60 * Double(i))) }
    func after(_ snapshot: Diagnostician.Snapshot, _ look: Specimen) throws -> [String] {
      let kept = try JSONDecoder().decode(
        Diagnostician.Snapshot.self, from: try JSONEncoder().encode(snapshot))
      var diagnostician = Diagnostician(machine: machine, models: Classics.all)
      diagnostician.restore(kept, at: stamp(1).monotonic)
      return named(diagnostician.diagnose(look.window(at: 2)))
    }
    let standing = before.snapshot(at: stamp(200).monotonic)
    #expect(try after(standing, bad) == ["unbalance"])
    #expect(try after(standing, good) == ["unbalance"], "one good look in four takes nothing away")
    var twice = Diagnostician(machine: machine, models: Classics.all)
    for i in 1...2 { _ = twice.diagnose(bad.window(at: 60 * Double(i))) }
    let seen = twice.snapshot(at: stamp(200).monotonic)
    #expect(try after(seen, bad) == ["unbalance"])
    #expect(try after(seen, good).isEmpty)
    #expect(
      try after(Diagnostician(machine: machine, models: Classics.all).snapshot(at: stamp(1).monotonic), bad)
        .isEmpty)
  }

  @Test("One waveform looked at again and again counts once")
  func sameWaveform() {
    let bad = faulty("unbalance")
    var diagnostician = Diagnostician(machine: bad.machine, models: Classics.all)
    var window = bad.window(at: 1)
    for second in 2..<100 {
      window.stamp = stamp(Double(second))
      #expect(named(diagnostician.diagnose(window)).isEmpty)
    }
  }

  @Test("Readings every second count once a minute for a slow fault")
  func spacing() {
    let bad = faulty("blocked-strainer", .pump)
    var diagnostician = Diagnostician(machine: bad.machine, models: Classics.all)
    let heard = (0..<400).first { second in
      named(diagnostician.diagnose(bad.window(at: Double(second)))).contains("blocked-strainer")
    }
    #expect(heard == 240)
  }

  @Test(
    "The zone sets the severity where no fault is named",
    arguments: [(2.0, nil), (3.0, Severity.warning), (5.0, .alarm), (5.7, .danger)] as [(Double, Severity?)])
  func zones(velocity: Double, severity: Severity?) {
    var specimen = Specimen(specimen(.fan))
    specimen.hasBaseline = false
    specimen.radial[.velocityRMS] = velocity
    specimen.radial[.order1] = 0.5 * velocity
    let findings = diagnose(specimen).filter(\.isAssessable)
    #expect(findings.first?.severity == severity)
    #expect(findings.map(\.fault) == (severity == nil ? [] : ["vibration-severity"]))
  }

  @Test("A quarter of B/C above the own baseline is worth a warning inside zone B")
  func change() throws {
    var specimen = Specimen(specimen(.fan))
    specimen.radial[.velocityRMS] = 1.75
    #expect(named(diagnose(specimen)).isEmpty)
    specimen.radial[.velocityRMS] = 1.85  // 1.1 + 0.25 x 2.8 = 1.8
    let finding = try #require(diagnose(specimen).first)
    #expect(finding.fault == "vibration-severity" && finding.severity == .warning)
    #expect(abs((finding.supporting.first?.reference ?? 0) - 1.8) < 1e-9)
  }

  @Test("A named fault takes over the severity of the zone")
  func explained() {
    var bad = faulty("unbalance")
    bad.radial.merge([.order1: 4.9, .velocityRMS: 5.0]) { $1 }
    let findings = diagnose(bad).filter(\.isAssessable)
    #expect(findings.map(\.fault) == ["unbalance"])
    #expect(findings.first?.severity == .alarm)
  }

  @Test("Where the standard does not apply, severity is not assessable and says why")
  func refused() throws {
    var small = Specimen(specimen(.fan))
    small.machine.ratedPower_kW = 11
    let finding = try #require(diagnose(small).first { $0.fault == "vibration-severity" })
    #expect(!finding.isAssessable)
    #expect(finding.missing == ["ISO 10816-3 starts above 15 kW, the machine has 11 kW"])
    small.hasBaseline = false
    small.radial.merge([.velocityRMS: 9, .order1: 2]) { $1 }
    let loud = try #require(diagnose(small).first)
    #expect(loud.fault == "vibration-severity" && loud.severity == .warning)
    #expect(loud.supporting.first?.source.contains("CSI 9420") == true && !loud.missing.isEmpty)
  }

  private func score(_ value: Double, at second: Double = 0) -> ModelScore {
    ModelScore(
      model: "vibration-autoencoder", modelHash: "0123456789ab", point: PointID("F-7", "DE-H"),
      stamp: stamp(second), score: value, threshold: 1, falseAlarmRate: 0.001,
      contributions: [.init(input: "1250 Hz band", share: 0.6)])
  }

  private func scored(_ specimen: Specimen, _ value: Double) -> [Finding] {
    var (specimen, findings) = (specimen, [Finding]())
    var diagnostician = Diagnostician(machine: specimen.machine, models: Classics.all)
    for i in 1...6 {
      specimen.scores = [score(value, at: 60 * Double(i))]
      findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i)))
    }
    return findings.filter(\.isAssessable)
  }

  @Test("A model alone gives a notice or a warning, with what contributed; a named fault explains it")
  func anomaly() throws {
    let healthy = Specimen(specimen(.fan))
    #expect(scored(healthy, 0.9).isEmpty)
    let notice = try #require(scored(healthy, 1.4).first)
    #expect(notice.fault == "anomaly" && notice.severity == .notice)
    #expect(
      notice.supporting.contains { $0.statement == "60 % of the score comes from 1250 Hz band at DE-H" })
    #expect(scored(healthy, 50).first?.severity == .warning)
    #expect(scored(faulty("bearing-outer-race"), 50).map(\.fault) == ["bearing-outer-race"])
  }

  @Test("Between two waveforms the model's last opinion holds")
  func lastOpinion() {
    var specimen = Specimen(specimen(.fan))
    var diagnostician = Diagnostician(machine: specimen.machine, models: Classics.all)
    var heard: [[Bool]] = []
    for i in 1...8 {
      specimen.scores = i <= 4 ? [score(50, at: 60 * Double(i))] : []
      let findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i)))
      heard.append(findings.filter { $0.fault == "anomaly" }.map(\.isAssessable))
    }
    #expect(heard == [[], [], [], [true], [true], [true], [true], [true]])
  }

  @Test(
    "Every kind of defect is a finding about the sensor, at most a warning",
    arguments: SensorDefect.Kind.allCases)
  func sensors(kind: SensorDefect.Kind) throws {
    var specimen = Specimen(specimen(.fan))
    specimen.defects = [PointID("F-7", "ambient"): SensorDefect(kind, "seen")]
    let findings = diagnose(specimen).filter(\.isAssessable)
    let finding = try #require(findings.first)
    #expect(findings.count == 1 && finding.subject == .sensor && finding.severity == .warning)
    #expect(finding.point?.name == "ambient" && finding.fault.hasPrefix("sensor-"))
    #expect(finding.supporting.first?.statement == "seen")
  }

  @Test("One waveform of a bad shape is no loose sensor, however often it is looked at; three of five are")
  func waveformShapes() {
    func looks(_ bad: Set<Int>) -> Bool {
      var specimen = Specimen(specimen(.fan))
      var diagnostician = Diagnostician(machine: specimen.machine, models: Classics.all)
      var isNamed = false
      for waveform in 0..<8 {
        // Ten judgements of each waveform.
        for i in 0..<10 {
          let isBad = bad.contains(waveform)
          let defect = SensorDefect(.skiSlope, "60 % below 5 Hz")
          specimen.defects = isBad ? [PointID("F-7", "DE-H"): defect] : [:]
          var window = specimen.window(at: 600 * Double(waveform + 1))
          window.stamp = stamp(600 * Double(waveform + 1) + 60 * Double(i))
          isNamed = isNamed || named(diagnostician.diagnose(window)).contains("sensor-loose-mount")
        }
      }
      return isNamed
    }
    #expect(!looks([2]))
    #expect(!looks([2, 4]))
    #expect(looks([2, 4, 5]))
  }

  @Test("A defect that went away is forgotten")
  func sensorRecovers() {
    var specimen = Specimen(specimen(.fan))
    var diagnostician = Diagnostician(machine: specimen.machine, models: Classics.all)
    specimen.defects = [PointID("F-7", "ambient"): SensorDefect(.stuck, "seen")]
    for i in 1...5 { _ = diagnostician.diagnose(specimen.window(at: 10 * Double(i))) }
    specimen.defects = [:]
    let heard = (6...9).map { named(diagnostician.diagnose(specimen.window(at: 10 * Double($0)))).count }
    #expect(heard == [1, 0, 0, 0])
  }
}
