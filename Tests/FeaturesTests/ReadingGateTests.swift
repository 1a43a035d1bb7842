// SPDX-License-Identifier: Apache-2.0

import Condition
import Machine
import Testing

@Suite struct ReadingGateTests {
  static let machine = MachineID("P-1")
  static let pressure = PointID(machine, "suction")
  static let plant = Plant(
    site: "test",
    machines: [
      Machine(
        id: machine, name: "pump", kind: .pump,
        points: [
          Point(id: pressure, role: .suctionPressure, quantity: .pressure),
          Point(id: PointID(machine, "ambient"), role: .ambientTemperature, quantity: .temperature),
        ])
    ])

  static func reading(
    _ value: Double?, _ quantity: Quantity = .pressure, point: PointID = pressure, at second: Double = 0
  ) -> Reading {
    let stamp = Stamp(received: WallTime(seconds: second), monotonic: MonotonicTime(seconds: second))
    return Reading(point: point, quantity: quantity, value: value, stamp: stamp)
  }

  @Test(
    "A value that is none, or none that a sensor gives, is bad",
    arguments: [
      (nil, Quantity.pressure, SensorDefect.Kind.noData), (.nan, .pressure, .invalidMark),
      (.infinity, .pressure, .invalidMark), (-1.5, .pressure, .outOfRange), (850, .temperature, .outOfRange),
      (100.5, .humidity, .outOfRange), (-0.1, .velocity, .outOfRange),
    ] as [(Double?, Quantity, SensorDefect.Kind)])
  func bad(value: Double?, quantity: Quantity, kind: SensorDefect.Kind) {
    var gate = ValidityGate(plant: Self.plant)
    let judged = gate.judge(Self.reading(value, quantity), machineRunning: true)
    #expect(judged.quality.isBad && judged.quality.defect?.kind == kind)
    #expect(judged.usable == nil)
  }

  @Test("A noisy quantity that never changes while the machine runs is stuck, until it moves")
  func stuck() {
    var gate = ValidityGate(plant: Self.plant)
    for second in 1..<60 {
      let reading = Self.reading(1.37, at: Double(second))
      #expect(gate.judge(reading, machineRunning: true) == reading)
    }
    let judged = gate.judge(Self.reading(1.37, at: 60), machineRunning: true)
    #expect(
      judged.quality == .bad(SensorDefect(.stuck, "1.37 bar without any change for 60 polls in 59 s")))
    #expect(gate.judge(Self.reading(1.38, at: 61), machineRunning: true).quality == .good)
  }

  @Test("Polling faster than a sensor renews its register makes nothing stuck")
  func fastPolls() {
    var gate = ValidityGate(plant: Self.plant)
    for poll in 0..<2000 {
      let second = Double(poll) * 0.05
      let renewed = 1.3 + (second / 10).rounded(.down) * 0.01
      #expect(gate.judge(Self.reading(renewed, at: second), machineRunning: true).quality == .good)
    }
  }

  @Test("At rest a pressure may stand still, and a room may keep its temperature")
  func still() {
    var gate = ValidityGate(plant: Self.plant)
    for second in 0..<500 {
      let still = Self.reading(1.37, at: Double(second))
      #expect(gate.judge(still, machineRunning: false).quality == .good)
      let room = Self.reading(
        21.5, .temperature, point: PointID(Self.machine, "ambient"), at: Double(second))
      #expect(gate.judge(room, machineRunning: true).quality == .good)
    }
  }

  @Test("A point that the plant does not name is judged by its quantity")
  func unknownPoint() {
    var gate = ValidityGate(plant: Self.plant)
    let point = PointID(MachineID("X"), "y")
    #expect(gate.judge(Self.reading(2, point: point), machineRunning: true).quality == .good)
    #expect(gate.judge(Self.reading(-3, point: point), machineRunning: true).quality.isBad)
  }

  @Test("What acquisition has called bad keeps its reason")
  func keeps() {
    var gate = ValidityGate(plant: Self.plant)
    var reading = Self.reading(1)
    reading.quality = .bad(SensorDefect(.crossCheck, "1 bar, 99 psi"))
    #expect(gate.judge(reading, machineRunning: true) == reading)
  }
}
