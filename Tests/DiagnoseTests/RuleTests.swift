// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Glibc
import Machine
import Testing

let namedFaults = [
  "unbalance", "parallel-misalignment", "rotating-looseness", "bearing-outer-race", "bearing-inner-race",
  "bearing-rolling-element", "bearing-cage", "cavitation", "blocked-strainer", "cooling-loss",
]

/// Findings after `count` windows, a minute apart.
func diagnose(_ specimen: Specimen, windows count: Int = 6) -> [Finding] {
  var diagnostician = Diagnostician(machine: specimen.machine, models: Classics.all)
  var findings: [Finding] = []
  for i in 0..<count { findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i + 1))) }
  return findings
}

func named(_ findings: [Finding]) -> [String] { findings.filter(\.isAssessable).map(\.fault) }

@Suite("Rules")
struct RuleTests {
  @Test("A healthy machine has no finding", arguments: MachineKind.allCases, [true, false])
  func healthy(kind: MachineKind, hasBaseline: Bool) {
    var specimen = Specimen(specimen(kind))
    specimen.hasBaseline = hasBaseline
    #expect(named(diagnose(specimen)).isEmpty)
  }

  @Test("Each signature names its fault and no other", arguments: namedFaults)
  func confusionTable(fault: String) throws {
    var specimen = Specimen(specimen(.pump))
    specimen.show(fault)
    let findings = diagnose(specimen)
    #expect(named(findings) == [fault])
    let finding = try #require(findings.first)
    #expect(finding.confidence >= 0.7 && finding.confidence <= 1)
    #expect(finding.severity >= .warning && finding.subject == .machine)
    #expect(!finding.supporting.isEmpty && !finding.confirm.isEmpty && !finding.action.isEmpty)
    for evidence in finding.supporting + finding.contradicting {
      #expect(!evidence.source.isEmpty && evidence.weight > 0 && evidence.value != nil)
    }
  }

  @Test(
    "Without a baseline the signatures that need none are named once limits are exceeded",
    arguments: namedFaults.prefix(7))
  func withoutBaseline(fault: String) {
    var specimen = Specimen(specimen(.fan))
    specimen.hasBaseline = false
    specimen.show(fault)
    #expect(named(diagnose(specimen)) == [fault])
  }

  @Test("Without a baseline process faults are not assessable, and the finding says what is missing")
  func processNeedsBaseline() throws {
    var specimen = Specimen(specimen(.pump))
    specimen.hasBaseline = false
    specimen.show("blocked-strainer")
    let findings = diagnose(specimen)
    let strainer = try #require(findings.first { $0.fault == "blocked-strainer" })
    #expect(!strainer.isAssessable && strainer.missing == ["baseline of suction pressure"])
  }

  @Test("Only pumps cavitate", arguments: [MachineKind.fan, .motor, .gearbox, .compressor])
  func physicalGating(kind: MachineKind) {
    var specimen = Specimen(specimen(kind))
    specimen.show("cavitation")
    let faults = diagnose(specimen).map(\.fault)
    #expect(!faults.contains("cavitation") && !faults.contains("blocked-strainer"))
  }

  @Test("When two races match equally, neither is named; a clearly stronger one wins")
  func ambiguousRaces() {
    var specimen = Specimen(specimen(.fan))
    specimen.show("bearing-outer-race")
    specimen.set(loudLine(.innerRace, prominence: 50))
    #expect(!named(diagnose(specimen)).contains { $0.hasPrefix("bearing") })
    specimen.set(loudLine(.innerRace, prominence: 20, harmonics: 2))
    #expect(named(diagnose(specimen)) == ["bearing-outer-race"])
  }

  @Test("An inner race line without its sidebands is said with less confidence")
  func sidebands() throws {
    var specimen = Specimen(specimen(.fan))
    specimen.show("bearing-inner-race")
    let sure = try #require(diagnose(specimen).first)
    var line = loudLine(.innerRace)
    line.sidebands = false
    specimen.set(line)
    let doubtful = try #require(diagnose(specimen).first)
    #expect(doubtful.fault == "bearing-inner-race" && doubtful.confidence < sure.confidence - 0.1)
    #expect(doubtful.contradicting.contains { $0.quantity == "BPFI/sidebands" })
  }

  @Test("A cage that rings along with a race is not accused; a race is not hidden by it")
  func cageRings() {
    var specimen = Specimen(specimen(.fan))
    specimen.show("bearing-outer-race")
    specimen.set(loudLine(.cage, prominence: 40))
    #expect(named(diagnose(specimen)) == ["bearing-outer-race"])
    var weak = Specimen(specimen.machine)
    weak.show("bearing-cage")
    weak.set(loudLine(.rollingElement, prominence: 6, harmonics: 1))
    #expect(named(diagnose(weak)).isEmpty)
  }

  @Test("A strainer named before the pump cavitates stays named as the cause")
  func strainerBeforeCavitation() {
    var specimen = Specimen(specimen(.pump))
    specimen.show("blocked-strainer")
    var diagnostician = Diagnostician(machine: specimen.machine, models: Classics.all)
    for i in 1...6 { _ = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
    specimen.show("cavitation")
    specimen.scalars.merge(["suction": 0.2, "flow": 50]) { $1 }
    var findings: [Finding] = []
    for i in 7...14 { findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
    #expect(Set(named(findings)) == ["blocked-strainer", "cavitation"])
  }

  @Test("The same line heard at two bearings is named at the one where it is stronger")
  func casingTransmits() throws {
    var other = bearing6205
    other.name = "NDE"
    var specimen = Specimen(specimen(.fan, bearings: [bearing6205, other]))
    specimen.show("bearing-outer-race")
    specimen.set(loudLine(.outerRace, prominence: 25, bearing: "NDE"))
    let findings = diagnose(specimen).filter(\.isAssessable)
    #expect(findings.map(\.title) == ["Bearing: outer race damage (DE)"])
    #expect(findings.first?.point?.name == "DE-H")
  }

  @Test("Missing inputs are named: no speed, no geometry, no waveform")
  func missingInputs() {
    var specimen = Specimen(specimen(.fan))
    for feature in [Feature.order1, .order2, .order3, .orders4to10, .orderHalf, .shaftSpeed] {
      specimen.radial[feature] = nil
      specimen.axial[feature] = nil
    }
    specimen.lines = []
    #expect(missing("unbalance", specimen) == ["shaft speed"])
    #expect(missing("bearing-inner-race", specimen) == ["shaft speed"])
    let bare = Specimen(Diagnoses.bareFan)
    #expect(missing("bearing-cage", bare) == ["bearing geometry (`bearings` in the site file)"])
    var deaf = Specimen(Diagnoses.deaf)
    deaf.defects = [
      PointID("F-7", "DE-H"): SensorDefect(.clipped, "12 samples at the rail"),
      PointID("F-7", "DE-A"): SensorDefect(.noData, "no answer for 30 s"),
    ]
    #expect(
      missing("unbalance", deaf) == [
        "a valid vibration waveform (DE-A: no-data)", "a valid vibration waveform (DE-H: clipped)",
      ])
  }

  private func missing(_ fault: String, _ specimen: Specimen) -> [String]? {
    diagnose(specimen).first { $0.fault == fault && !$0.isAssessable }?.missing
  }

  private enum Diagnoses {
    static let bareFan = specimen(.fan, bearings: [])
    static let deaf = specimen(.fan)
  }

  @Test("A hot winding under more load, or on a hot day, is not a loss of cooling")
  func heatExplained() {
    var loaded = Specimen(specimen(.motor))
    loaded.show("cooling-loss")
    loaded.scalars["power"] = 30
    #expect(named(diagnose(loaded)).isEmpty)
    var summer = Specimen(specimen(.motor))
    summer.scalars.merge(["winding": 84, "ambient": 36]) { $1 }
    #expect(named(diagnose(summer)).isEmpty)
  }

  @Test("A temperature that still falls belongs to the load before")
  func coolingDown() {
    var diagnostician = Diagnostician(machine: specimen(.motor), models: Classics.all)
    var specimen = Specimen(specimen(.motor))
    var heard: [String] = []
    for minute in 0..<40 {
      specimen.scalars["winding"] = 70 + 40 * 0.95.power(minute)
      heard += named(diagnostician.diagnose(specimen.window(at: 60 * Double(minute + 1))))
    }
    #expect(heard.isEmpty)
  }

  @Test(
    "Nothing but sensors is judged while the machine is off or between states",
    arguments: [OperatingState.Motion.off, .transient])
  func notRunning(motion: OperatingState.Motion) {
    var specimen = Specimen(specimen(.pump))
    specimen.show("unbalance")
    specimen.state.motion = motion
    specimen.defects = [PointID("P-101", "suction"): SensorDefect(.stuck, "same word for 300 polls")]
    let findings = diagnose(specimen)
    #expect(named(findings) == ["sensor-stuck"])
    #expect(
      findings.contains { $0.fault == "unbalance" && $0.missing.first?.contains(motion.rawValue) == true })
  }

  /// Sixty faults of six symptoms each, every form among them, on six points; each window holds new waveforms.
  @Test("One machine-window of six points is judged by sixty models in less than a millisecond")
  func isFast() {
    var specimen = sixPoints(["DE-H": 4, "DE-V": 1.6, "DE-A": 1, "NDE-H": 2.5, "NDE-V": 2, "NDE-A": 0.5])
    specimen.show("bearing-outer-race")
    specimen.radial[.velocityRMS] = 4.2
    let forms: [Observable.Form] = [.value, .slope, .unrest, .directionRatio, .speedExponent, .endRatio]
    var models = Classics.all
    let features: [Feature] = [.order1, .order2, .velocityRMS, .broadbandRMS, .envelopeRMS]
    for i in 0..<50 {
      var copy = Classics.all[i % 10]
      copy.id += "-\(i)"
      copy.symptoms += [
        symptom(
          "more", .feature(features[i % 5]), at: .anywhere, as: forms[i % 6], supports: .atLeast(1e6),
          weight: 0.1)
      ]
      models.append(copy)
    }
    var diagnostician = Diagnostician(machine: specimen.machine, models: models)
    let windows = (1...200).map { specimen.window(at: 60 * Double($0)) }
    // CPU time of this thread: the machine that runs the tests may be busy.
    let start = threadCPU_ns()
    for window in windows { _ = diagnostician.diagnose(window) }
    let each_s = Double(threadCPU_ns() - start) / 1e9 / 200
    print("diagnose: \(each_s * 1e6) us a window")
    #expect(each_s < 1e-3)
  }
}

func threadCPU_ns() -> Int {
  var t = timespec()
  // SAFETY: writes one timespec on this stack frame; the clock always exists.
  _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t)
  return t.tv_sec * 1_000_000_000 + t.tv_nsec
}

extension Double {
  func power(_ n: Int) -> Double { (0..<n).reduce(1) { product, _ in product * self } }
}
