// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

@Suite struct LineCatalogueTests {
  static func machine(_ kind: MachineKind = .other) -> Machine {
    Machine(id: MachineID("M"), name: "m", kind: kind)
  }

  static func line(_ name: String, of machine: Machine, shaft_Hz: Double?) throws -> MachineLine {
    try #require(LineCatalogue(of: machine, shaft_Hz: shaft_Hz).lines.first { $0.name == name })
  }

  @Test("MathWorks gearMeshFaultBands(20, 8, 42): 20, 3.8095, 80 and 160 Hz; hunting tooth 0.952 Hz")
  func gearMeshFaultBands() throws {
    var gearbox = Self.machine(.gearbox)
    gearbox.gears = [GearPair(name: "stage 1", driverTeeth: 8, drivenTeeth: 42)]
    let oracle = [
      ("1x driver", 20, 1e-12), ("1x driven", 3.8095, 1e-5), ("assembly phase", 80, 1e-12),
      ("GMF", 160, 1e-12), ("hunting tooth", 0.952, 1e-3),
    ]
    for (name, hz, tolerance) in oracle {
      #expect(close(try Self.line(name, of: gearbox, shaft_Hz: 20).expected_Hz, hz, tolerance), "\(name)")
    }
    let mesh = try Self.line("GMF", of: gearbox, shaft_Hz: 20)
    #expect(mesh.modulations.map(\.by) == ["driver's shaft", "driven shaft"])
    #expect(mesh.modulations.first?.spacing_Hz == 20)
    #expect(close(mesh.modulations.last?.spacing_Hz, 3.8095, 1e-5))
  }

  @Test("A hunting tooth meets its partner again after the least common multiple of both counts")
  func huntingTooth() throws {
    var gearbox = Self.machine(.gearbox)
    for (driver, driven, multiple) in [(23, 47, 23 * 47), (24, 36, 72), (20, 20, 20), (1, 40, 40)] {
      gearbox.gears = [GearPair(name: "g", driverTeeth: driver, drivenTeeth: driven, shaftRatio: 0.5)]
      let mesh = try Self.line("GMF", of: gearbox, shaft_Hz: 25).expected_Hz
      #expect(mesh == 12.5 * Double(driver))
      let hunting = try Self.line("hunting tooth", of: gearbox, shaft_Hz: 25).expected_Hz
      #expect(close(mesh / hunting, Double(multiple), 1e-12))
    }
  }

  @Test(
    "Induction motors of 4 poles: 50 Hz at 1440 r/min slips 4 %, F_p 4 Hz, sidebands 46 and 54; 60 Hz at 1770, 2 Hz, 58 and 62",
    arguments: [(50.0, 1440.0, 0.04, 4.0, [46.0, 54.0]), (60, 1770, 1.0 / 60, 2, [58, 62])])
  func motorSlip(mains: Double, speed: Double, slip: Double, polePass: Double, sidebands: [Double]) throws {
    let motor = try #require(MotorSlip(poleCount: 4, lineFrequency_Hz: mains, shaft_Hz: speed / 60))
    #expect(close(motor.slip, slip, 1e-9) && close(motor.polePass_Hz, polePass, 1e-9))
    #expect(close(motor.synchronous_rpm, 30 * mains, 1e-12))
    var machine = Self.machine(.motor)
    machine.lineFrequency_Hz = mains
    machine.poleCount = 4
    machine.rotorBarCount = 28
    let current = try Self.line("line with pole pass", of: machine, shaft_Hz: speed / 60)
    let spacing = try #require(current.modulations.first?.spacing_Hz)
    #expect(close(current.expected_Hz - spacing, sidebands[0], 1e-9))
    #expect(close(current.expected_Hz + spacing, sidebands[1], 1e-9))
    #expect(current.spectrum == .current)
    let vibration = try Self.line("1x with pole pass", of: machine, shaft_Hz: speed / 60)
    #expect(
      vibration.expected_Hz == speed / 60 && close(vibration.modulations.first?.spacing_Hz, polePass, 1e-9))
    #expect(try Self.line("2x line", of: machine, shaft_Hz: speed / 60).expected_Hz == 2 * mains)
    let bars = try Self.line("bar pass", of: machine, shaft_Hz: speed / 60)
    #expect(bars.expected_Hz == 28 * speed / 60 && bars.modulations.first?.spacing_Hz == 2 * mains)
  }

  @Test("A speed that no motor of these poles has on this line is no slip")
  func impossibleSlip() {
    #expect(MotorSlip(poleCount: 4, lineFrequency_Hz: 50, shaft_Hz: 25.1) == nil)
    #expect(MotorSlip(poleCount: 4, lineFrequency_Hz: 50, shaft_Hz: 16) == nil)
    #expect(MotorSlip(poleCount: 3, lineFrequency_Hz: 50, shaft_Hz: 24) == nil)
    #expect(MotorSlip(poleCount: 4, lineFrequency_Hz: 50, shaft_Hz: .nan) == nil)
    #expect(MotorSlip(poleCount: 4, lineFrequency_Hz: 50, shaft_Hz: 25)?.polePass_Hz == 0)
  }

  @Test("A belt passes at pi D f_r / L, slower than its pulley; vanes pass Z times a turn")
  func beltAndVanes() throws {
    var fan = Self.machine(.fan)
    fan.belts = [BeltDrive(name: "belt", length_mm: 1000 * .pi, pulleyDiameter_mm: 200)]
    fan.vaneCount = 7
    let belt = try Self.line("belt rate", of: fan, shaft_Hz: 25)
    #expect(close(belt.expected_Hz, 5, 1e-12) && belt.harmonics >= 2 && belt.tolerance == 0.02)
    let vanes = try Self.line("vane pass", of: fan, shaft_Hz: 25)
    #expect(vanes.expected_Hz == 175 && vanes.tolerance == 0.005)
    #expect(vanes.modulations == [Modulation(by: "shaft", spacing_Hz: 25)])
  }

  struct Geometry: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bearing: Bearing
    /// FTF, BPFO, BPFI, BSF as multiples of shaft speed.
    var orders: [Double]
  }

  /// The table of CWRU, MFPT and XJTU-SY bearings.
  static let table = [
    Geometry(
      testDescription: "SKF 6205-2RS JEM", bearing: BearingTests.bearing(9, 0.3126, 1.537),
      orders: [0.39831, 3.58478, 5.41522, 2.35672]),
    Geometry(
      testDescription: "SKF 6203-2RS", bearing: BearingTests.bearing(8, 0.2656, 1.122),
      orders: [0.38164, 3.05312, 4.94688, 1.99384]),
    Geometry(
      testDescription: "MFPT (NICE)", bearing: BearingTests.bearing(8, 0.235, 1.245),
      orders: [0.40562, 3.24498, 4.75502, 2.55456]),
    Geometry(
      testDescription: "LDK UER204", bearing: BearingTests.bearing(8, 7.92, 34.55),
      orders: [0.38538, 3.08307, 4.91693, 2.06657]),
  ]

  @Test("The bearing table's orders, with BPFO = n FTF and BPFO + BPFI = n", arguments: table)
  func bearingTable(_ geometry: Geometry) throws {
    var machine = Self.machine(.motor)
    machine.bearings = [geometry.bearing]
    let lines = LineCatalogue(of: machine, shaft_Hz: 1).lines.filter { $0.family == .bearing }
    let orders = Dictionary(uniqueKeysWithValues: lines.map { ($0.name, $0.expected_Hz) })
    let (cage, outer, inner) = (orders["FTF"] ?? 0, orders["BPFO"] ?? 0, orders["BPFI"] ?? 0)
    for (found, expected) in zip([cage, outer, inner, (orders["2xBSF"] ?? 0) / 2], geometry.orders) {
      #expect(abs(found - expected) < 6e-6)
    }
    let n = Double(geometry.bearing.rollingElements)
    #expect(close(outer, n * cage, 1e-12) && close(outer + inner, n, 1e-12))
  }

  @Test("Published lines of the IMS and PRONOSTIA bearings at 2000 and 1800 r/min")
  func runToFailureBearings() {
    let ims = BearingTests.bearing(16, 0.331, 2.815, 15.17)
    let pronostia = BearingTests.bearing(13, 3.5, 25.6)
    let published: [(Bearing, Double, [(BearingLine, Double)])] = [
      (
        ims, 2000 / 60.0,
        [(.outerRace, 236.40), (.innerRace, 296.93), (.rollingElement, 2 * 139.92), (.cage, 14.78)]
      ),
      (pronostia, 30, [(.outerRace, 168.34), (.innerRace, 221.66), (.rollingElement, 2 * 107.66)]),
    ]
    for (bearing, shaft, lines) in published {
      for (line, hz) in lines { #expect(close(bearing.order(of: line) * shaft, hz, 4e-4), "\(line)") }
    }
  }

  @Test("What is missing is named, and only for parts that a machine of its kind has")
  func missing() {
    func missing(_ machine: Machine, _ shaft: Double? = 25) -> [String: [String]] {
      Dictionary(LineCatalogue(of: machine, shaft_Hz: shaft).unplaced.map { ($0.name, $0.missing) }) { a, _ in
        a
      }
    }
    let pump = missing(Self.machine(.pump))
    #expect(pump["vane pass"] == ["vane count"] && pump["BPFO"] == ["bearing geometry"])
    #expect(pump["GMF"] == nil && pump["2x line"] == nil)
    #expect(missing(Self.machine(.gearbox))["GMF"] == ["teeth of the gears"])
    #expect(missing(Self.machine(.motor))["pole pass"] == ["line frequency"])
    var machine = Self.machine(.motor)
    machine.lineFrequency_Hz = 50
    #expect(missing(machine)["pole pass"] == ["pole count"])
    #expect(missing(machine)["bar pass"] == ["rotor bar count"])
    machine.poleCount = 4
    machine.gears = [GearPair(name: "g", driverTeeth: 20), GearPair(name: "h")]
    machine.belts = [BeltDrive(name: "b", length_mm: 1000)]
    machine.bearings = [.skf6205]
    #expect(missing(machine)["hunting tooth"] == ["teeth of the driven gear"])
    #expect(missing(machine)["GMF"] == ["teeth of the driver"])
    #expect(missing(machine)["belt rate"] == ["driving pulley's diameter"])
    #expect(missing(machine, 26)["pole pass"] == ["a speed below and near the field's 1500.0 r/min"])
    for speed in [nil, 0, -1, Double.nan, .infinity] {
      let unplaced = missing(machine, speed)
      #expect(unplaced["BPFO"] == ["shaft speed"] && unplaced["pole pass"] == ["shaft speed"])
      #expect(unplaced["belt rate"] == ["shaft speed", "driving pulley's diameter"])
      let lines = LineCatalogue(of: machine, shaft_Hz: speed).lines
      #expect(lines.map(\.name) == ["2x line"])
    }
  }
}
