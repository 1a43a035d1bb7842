// SPDX-License-Identifier: Apache-2.0

import Condition
import Foundation
import Machine
import TestData
import Testing

/// Two values of one measurement, and words whose sign was misread.
@Suite struct UnitGateTests {
  @Test(
    "The factor between two values names the unit that was taken for another",
    arguments: [
      (25.4, 1, .velocity, .inch), (1, 25.4, .velocity, .inch), (2.6, 0.1, .velocity, .inch),
      (9.80665, 1, .acceleration, .gravity), (0.1, 0.98, .acceleration, .gravity),
      (4.2, 0.0042, .velocity, .thousand), (1.41, 1, .velocity, .rootTwo), (2, 2.83, .velocity, .rootTwo),
      (150, 65.6, .temperature, .fahrenheit), (-10, 14, .temperature, .fahrenheit),
      (1, 1, .velocity, nil), (1, 1.2, .velocity, nil), (1, 20, .velocity, nil), (0, 1, .velocity, nil),
      (-25.4, 1, .velocity, nil), (.nan, 1, .velocity, nil), (1, .infinity, .velocity, nil),
      (70, 65, .temperature, nil), (-40, -40, .temperature, nil),
    ] as [(Double, Double, Quantity, UnitSlip?)])
  func slips(a: Double, b: Double, quantity: Quantity, slip: UnitSlip?) {
    #expect(UnitSlip.between(a, b, of: quantity) == slip)
  }

  static let own = PointID(MachineID("P-1"), "own")
  static let other = PointID(MachineID("P-1"), "other")

  static func reading(_ value: Double, _ quantity: Quantity, _ point: PointID, at second: Double) -> Reading {
    Reading(
      point: point, quantity: quantity, value: value,
      stamp: Stamp(received: WallTime(seconds: second), monotonic: MonotonicTime(seconds: second)))
  }

  @Test(
    "Two registers of one measurement that differ are doubted, and the wrong unit is named",
    arguments: [
      (Quantity.temperature, 65.6, 150.0, SensorDefect.Kind.unit), (.velocity, 2, 50.8, .unit),
      (.velocity, 2, 3.5, .crossCheck), (.velocity, 2, 2.05, nil), (.pressure, 1, 1000, .unit),
    ] as [(Quantity, Double, Double, SensorDefect.Kind?)])
  func redundant(quantity: Quantity, a: Double, b: Double, kind: SensorDefect.Kind?) {
    var layout = SensorLayout()
    layout.redundant = [.init(Self.own, Self.other)]
    var gate = ValidityGate(plant: WaveformGateTests.plant, layout: layout)
    #expect(
      gate.judge(Self.reading(a, quantity, Self.own, at: 1), machineRunning: true).quality.isGood)
    let second = gate.judge(Self.reading(b, quantity, Self.other, at: 2), machineRunning: true)
    #expect(second.quality.defect?.kind == kind)
    let first = gate.judge(Self.reading(a, quantity, Self.own, at: 3), machineRunning: true)
    #expect(first.quality.defect?.kind == kind)
    // What is two minutes old is of another moment.
    let late = gate.judge(Self.reading(a, quantity, Self.own, at: 200), machineRunning: true)
    #expect(late.quality.isGood)
  }

  /// Judges twelve captures whose velocity the sensor tells itself, times `factor` and within `spread` of it.
  static func captures(factor: Double, spread: Double) -> [SensorDefect?] {
    var layout = SensorLayout()
    let point = PointID(MachineID("P-1"), "DE-H")
    layout.ownVelocity = [point: own]
    var gate = ValidityGate(plant: WaveformGateTests.plant, layout: layout)
    var random = Noise(7)
    // 10 m/s2 peak at 50 Hz are 22.0727 mm/s a g.
    let velocity = 22.0727 / standardGravity * 5
    return (1...12).map { capture in
      let told = velocity * factor * (1 + spread * random.normal())
      _ = gate.judge(reading(told, .velocity, own, at: 100 + Double(capture)), machineRunning: true)
      let x = Signals.sum(
        Signals.sines([(5, 50)], rate: 12_800, count: 12_800),
        Signals.gaussian(0.5, count: 12_800, seed: UInt64(capture)))
      var waveform = Waveform(Signals.quantised(x), rate: 12_800, speed: 3000)
      waveform.stamp.monotonic = MonotonicTime(seconds: 100 + Double(capture))
      return gate.judge(waveform, machineRunning: true)
    }
  }

  @Test(
    "A sensor's own velocity that is off by a unit's factor makes the waveform doubtful once it stays",
    arguments: [
      (25.4, 3), (1 / 25.4, 3), (9.80665, 3), (0.001, 3), (2.0.squareRoot(), 8), (0.5.squareRoot(), 8),
    ])
  func ownVelocity(factor: Double, after: Int) {
    let verdicts = Self.captures(factor: factor, spread: 0.002)
    #expect(verdicts.prefix(after - 1).allSatisfy { $0 == nil })
    #expect(verdicts.dropFirst(after - 1).allSatisfy { $0?.kind == .unit })
    // 11.254 mm/s and what the noise adds or takes.
    let evidence = verdicts.last??.evidence ?? ""
    #expect(["11.2", "11.3"].contains { evidence.contains("is \($0) mm/s by the samples") }, "\(evidence)")
  }

  @Test(
    "Bands that differ and moments that differ are no wrong unit", arguments: [0.5, 0.8, 1, 1.3, 1.6, 2, 5])
  func ownBand(factor: Double) {
    #expect(Self.captures(factor: factor, spread: 0.1).allSatisfy { $0 == nil })
  }

  @Test(
    "What has no sign and comes with one is a misread word",
    arguments: [PointRole.velocityRMS, .accelerationRMS, .accelerationPeak, .crestFactor, .kurtosis])
  func negativeMagnitude(role: PointRole) {
    let quantity: Quantity =
      role == .velocityRMS ? .velocity : role == .crestFactor || role == .kurtosis ? .ratio : .acceleration
    let machine = Machine(
      id: MachineID("P-1"), name: "", kind: .motor,
      points: [Point(id: Self.own, role: role, quantity: quantity)])
    var gate = ValidityGate(plant: Plant(site: "test", machines: [machine]))
    let judged = gate.judge(Self.reading(-3.2, quantity, Self.own, at: 1), machineRunning: true)
    #expect(judged.quality.defect?.kind == .sign && judged.usable == nil)
    #expect(gate.judge(Self.reading(3.2, quantity, Self.own, at: 2), machineRunning: true).quality.isGood)
  }

  @Test("A reading that jumps by 65536 counts has lost its sign; a jump of another size has not")
  func wrap() {
    var layout = SensorLayout()
    layout.countWorth = [Self.own: 0.1]
    var gate = ValidityGate(plant: WaveformGateTests.plant, layout: layout)
    func judge(_ value: Double, at second: Double) -> SensorDefect.Kind? {
      gate.judge(Self.reading(value, .power, Self.own, at: second), machineRunning: true).quality.defect?.kind
    }
    #expect(judge(12, at: 1) == nil)
    #expect(judge(-0.4 + 6553.6, at: 2) == .sign)
    #expect(judge(14, at: 3) == .sign)
    #expect(judge(3000, at: 4) == nil)
  }
}
