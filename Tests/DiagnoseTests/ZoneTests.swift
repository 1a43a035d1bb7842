// SPDX-License-Identifier: Apache-2.0

import Alert
import Diagnose
import Machine
import Testing

@Suite("ISO 10816-3 zones")
struct ZoneTests {
  private func machine(
    kW: Double?, height: Double? = nil, support: Support? = .rigid, rpm: Double? = 1480,
    kind: MachineKind = .fan
  ) -> Machine {
    Machine(
      id: MachineID("F-1"), name: "", kind: kind, ratedPower_kW: kW, ratedSpeed_rpm: rpm,
      shaftHeight_mm: height,
      support: support)
  }

  struct Row: Sendable {
    var kW: Double
    var height: Double?
    var support: Support
    var velocity: [Double]
    var displacement: [Double]
    var table: String
  }

  /// Tables A.1 and A.2 of ISO 10816-3:2009, as independent sources print them, with what makes a group.
  static let rows = [
    Row(kW: 450, support: .rigid, velocity: [2.3, 4.5, 7.1], displacement: [29, 57, 90], table: "A.1"),
    Row(kW: 450, support: .flexible, velocity: [3.5, 7.1, 11.0], displacement: [45, 90, 140], table: "A.1"),
    Row(kW: 30, support: .rigid, velocity: [1.4, 2.8, 4.5], displacement: [22, 45, 71], table: "A.2"),
    Row(kW: 30, support: .flexible, velocity: [2.3, 4.5, 7.1], displacement: [37, 71, 113], table: "A.2"),
    Row(kW: 300.5, support: .rigid, velocity: [2.3, 4.5, 7.1], displacement: [29, 57, 90], table: "A.1"),
    Row(kW: 300, support: .rigid, velocity: [1.4, 2.8, 4.5], displacement: [22, 45, 71], table: "A.2"),
    Row(
      kW: 200, height: 315, support: .rigid, velocity: [2.3, 4.5, 7.1], displacement: [29, 57, 90],
      table: "A.1"),
    Row(
      kW: 200, height: 314, support: .flexible, velocity: [2.3, 4.5, 7.1], displacement: [37, 71, 113],
      table: "A.2"),
    Row(
      kW: 15.5, height: 160, support: .rigid, velocity: [1.4, 2.8, 4.5], displacement: [22, 45, 71],
      table: "A.2"),
  ]

  @Test("Each printed cell of the tables, velocity and displacement", arguments: rows.indices)
  func cells(_ index: Int) throws {
    let row = Self.rows[index]
    let limits = try ZoneLimits.of(machine(kW: row.kW, height: row.height, support: row.support))
    for (found, cells) in [(limits.velocity, row.velocity), (limits.displacement, row.displacement)] {
      #expect([found.ab, found.bc, found.cd] == cells)
      #expect(found.source.contains("ISO 10816-3:2009 Annex A, Table \(row.table), group"))
      #expect(found.source.hasSuffix(row.support.rawValue))
      #expect(found.zone(cells[0]) == .A && found.zone(cells[0].nextUp) == .B)
      #expect(found.zone(cells[1]) == .B && found.zone(cells[1].nextUp) == .C)
      #expect(found.zone(cells[2]) == .C && found.zone(cells[2].nextUp) == .D)
    }
  }

  /// Worked values of clauses 5.3 and 5.4 for B/C 4.5 and C/D 7.1 mm/s.
  @Test("Operational limits: significant change, ALARM and TRIP")
  func operationalLimits() throws {
    let limits = try ZoneLimits.of(machine(kW: 450)).velocity
    #expect(limits.isSignificant(change: 1.2) && limits.isSignificant(change: -1.2))
    #expect(!limits.isSignificant(change: 1.0) && !limits.isSignificant(change: -1.0))
    #expect(limits.alarm(baseline: 2.0) == 3.125)
    #expect(limits.alarm(baseline: 100) == 5.625)
    #expect(abs(limits.trip - 8.875) < 1e-12)
  }

  @Test(
    "The worse of velocity and displacement decides, and says that it did",
    arguments: [
      (1.0, 10.0, SeverityZone.A, Quantity.velocity), (1.0, 60, .C, .displacement),
      (5, 60, .D, .velocity), (3, 80, .D, .displacement), (2, 30, .B, .velocity),
      (nil, 30, .B, .displacement), (3, nil, .C, .velocity), (.nan, 30, .B, .displacement),
      (-3, 80, .D, .displacement),
    ] as [(Double?, Double?, SeverityZone, Quantity)])
  func worse(velocity: Double?, displacement: Double?, zone: SeverityZone, quantity: Quantity) throws {
    let limits = try ZoneLimits.of(machine(kW: 30))
    let verdict = limits.judge(velocity_mm_s: velocity, displacement_um: displacement)
    #expect(verdict?.zone == zone && verdict?.decidedBy == quantity)
  }

  @Test(
    "What is not known, or is no magnitude, has no zone", arguments: [nil, .nan, .infinity, -1] as [Double?])
  func noZone(value: Double?) throws {
    let limits = try ZoneLimits.of(machine(kW: 30))
    #expect(limits.judge(velocity_mm_s: value, displacement_um: value) == nil)
  }

  @Test("Outside its scope, or with inputs unknown, the standard is refused with the reason")
  func refusals() {
    func refusal(_ machine: Machine, measured: Double? = nil) -> ZoneRefusal? {
      do throws(ZoneRefusal) {
        _ = try ZoneLimits.of(machine, measuredSpeed_rpm: measured)
        return nil
      } catch { return error }
    }
    #expect(refusal(machine(kW: 15)) == .powerTooSmall(kW: 15))
    #expect(refusal(machine(kW: nil)) == .powerUnknown)
    #expect(refusal(machine(kW: 30, support: nil)) == .supportUnknown)
    #expect(refusal(machine(kW: 30, rpm: nil)) == .speedUnknown)
    #expect(refusal(machine(kW: 30, rpm: nil), measured: 900) == nil)
    #expect(refusal(machine(kW: 30, rpm: 119)) == .speedOutside(rpm: 119))
    #expect(refusal(machine(kW: 30, rpm: 15_001)) == .speedOutside(rpm: 15_001))
    #expect(refusal(machine(kW: 30), measured: 100) == .speedOutside(rpm: 100))
    #expect(refusal(machine(kW: 30), measured: 15_001) == .speedOutside(rpm: 15_001))
    for speed in [120.0, 15_000] { #expect(refusal(machine(kW: 30, rpm: speed)) == nil) }
    #expect(refusal(machine(kW: 30), measured: -1480) == nil)
    for odd in [Double.nan, .infinity, 0, -30] {
      #expect(refusal(machine(kW: odd)) == .powerUnknown)
      #expect(refusal(machine(kW: 30, rpm: odd)) == .speedUnknown)
    }
    #expect(refusal(machine(kW: 15.01)) == nil)
    #expect(refusal(machine(kW: 30, kind: .pump)) == .pump)
    #expect(ZoneRefusal.powerTooSmall(kW: 11).description.contains("above 15 kW, the machine has 11 kW"))
  }
}

@Suite("Vibration severity")
struct VibrationSeverityTests {
  /// What is said of a 30 kW fan on a rigid base whose overall vibration is this.
  private func finding(velocity: Double, displacement: Double?, kW: Double? = 30) -> Finding? {
    var fan = specimen(.fan)
    fan.ratedPower_kW = kW
    var specimen = Specimen(fan)
    specimen.hasBaseline = false
    // All of it between the lines, so that no fault of the rotor explains it.
    specimen.radial.merge([.velocityRMS: velocity, .order1: 0.3, .order2: 0.05, .orders4to10: 0.02]) { $1 }
    specimen.radial[.displacementRMS] = displacement
    var diagnostician = Diagnostician(machine: fan, models: Classics.all)
    let findings = (1...4).map { diagnostician.diagnose(specimen.window(at: 10 * Double($0))) }
    return findings.last?.first { $0.fault == "vibration-severity" }
  }

  @Test(
    "The worse of the two quantities is the evidence, with its limit and the limit's source",
    arguments: [
      (3.0, 30.0, Severity.warning, "velocity_rms_mm_s", 2.8), (2.0, 60, .warning, "displacement_rms_um", 45),
      (3.0, 80, .alarm, "displacement_rms_um", 71), (5.0, 80, .alarm, "displacement_rms_um", 71),
      (5.5, 72, .alarm, "velocity_rms_mm_s", 4.5), (6.0, 80, .danger, "velocity_rms_mm_s", 5.625),
      (1.0, 90, .danger, "displacement_rms_um", 88.75),
    ])
  func worse(
    velocity: Double, displacement: Double, severity: Severity, quantity: String, limit: Double
  ) throws {
    let found = try #require(finding(velocity: velocity, displacement: displacement))
    let evidence = try #require(found.supporting.first)
    #expect(found.severity == severity && evidence.quantity == quantity && evidence.reference == limit)
    #expect(evidence.source.contains("ISO 10816-3:2009 Annex A, Table A.2, group 2, rigid"))
    #expect(
      evidence.statement.hasPrefix("Overall \(evidence.unit == "um" ? "displacement" : "velocity") at DE-H"))
  }

  /// What is said of a 30 kW fan on a rigid base (boundary B/C 2.8 mm/s) that usually vibrates at 1.1 mm/s, or at
  /// another level.
  private func fall(to velocity: Double, from usual: Double, spread: Double = 0.05) -> Finding? {
    let fan = specimen(.fan)
    var specimen = Specimen(fan)
    specimen.radial[.velocityRMS] = velocity
    var diagnostician = Diagnostician(machine: fan, models: Classics.all)
    let findings = (1...4).map { second in
      var window = specimen.window(at: 10 * Double(second))
      window.featureDeviations[PointID(fan.id, "DE-H")]?[.velocityRMS] = Deviation(
        value: velocity, baselineMean: usual, baselineSD: spread)
      return diagnostician.diagnose(window)
    }
    return findings.last?.first { $0.fault == "vibration-fall" }
  }

  @Test("A fall by more than a quarter of boundary B/C is a notice with the usual level, and no alarm")
  func fall() throws {
    let found = try #require(fall(to: 1.1, from: 1.81))
    #expect(found.severity == .notice && found.isAssessable)
    let evidence = try #require(found.supporting.first)
    #expect(evidence.value == 1.1 && evidence.reference == 1.81)
    #expect(evidence.source.contains("significant change of 5.3"))
    var book = AlarmBook()
    let transitions = book.update([found], for: found.machine, at: stamp(0))
    #expect(transitions.isEmpty)
  }

  @Test(
    "A fall of less, a fall within the usual spread, and a rise are no fall",
    arguments: [(1.1, 1.79, 0.05), (1.1, 1.9, 0.25), (1.8, 1.0, 0.05), (1.1, 1.1, 0.05)])
  func noFall(velocity: Double, usual: Double, spread: Double) {
    #expect(fall(to: velocity, from: usual, spread: spread) == nil)
  }

  @Test("On the boundaries of zone B nothing is said")
  func acceptable() { #expect(finding(velocity: 2.8, displacement: 45) == nil) }

  @Test("Outside the standard's scope its zones are not used, and the reason is told")
  func refused() throws {
    let small = try #require(finding(velocity: 3, displacement: 80, kW: 11))
    #expect(!small.isAssessable)
    #expect(small.missing == ["ISO 10816-3 starts above 15 kW, the machine has 11 kW"])
    let loud = try #require(finding(velocity: 30, displacement: 80, kW: 11))
    #expect(loud.supporting.first?.source == "Emerson CSI 9420 manual, default limits")
    #expect(loud.missing == ["ISO 10816-3 starts above 15 kW, the machine has 11 kW"])
  }
}
