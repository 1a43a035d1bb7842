// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite("A faulty sensor spoils the signal, not the machine")
struct SensorFaultTests {
  private func listen(_ kind: FaultKind, _ severity: Double = 0.5) -> [Float] {
    var machine = SimulatedMachine.steady("pump", .standing(kind, severity))
    return machine.listen()
  }

  @Test("Samples are whole counts of the sensor and never beyond its rail")
  func quantised() {
    let scale = Float(SensorSpec().scale)
    for x in [listen(.rotatingLooseness, 1), listen(.sensorClipped)] {
      for value in x {
        #expect(abs(value / scale - (value / scale).rounded()) < 0.01)
        #expect(abs(value) <= 156.91)
      }
    }
  }

  @Test("Stuck: one value for ever")
  func stuck() { #expect(Set(listen(.sensorStuck)).count == 1) }

  @Test("Bias: the mean moves, the rest stays")
  func bias() {
    let x = listen(.sensorBias)
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(x.count)
    #expect(abs(mean - 0.5 * 0.3 * 156.9) < 0.5)
    #expect(Measure.rms(x) < 1)
  }

  @Test("Clipped: runs at the rail")
  func clipped() {
    let x = listen(.sensorClipped)
    let rail = x.map(abs).max() ?? 0
    let runs = (2..<x.count).filter { abs(x[$0]) == rail && abs(x[$0 - 1]) == rail && abs(x[$0 - 2]) == rail }
    #expect(abs(rail - 156.9) < 0.1)
    #expect(runs.count > 20)
  }

  @Test("Dropout: runs of exact zeros, and NaN for a scalar")
  func dropout() {
    let zeros = listen(.sensorDropout).filter { $0 == 0 }.count
    #expect((800...9000).contains(zeros))
    var machine = SimulatedMachine.steady(
      "pump", .standing(.sensorDropout, 0.5, place: "bearing-temperature"))
    let values = (0..<100).map { machine.scalars(at: 50_000 + Double($0))[.bearingTemperature] }
    let missing = values.filter(\.isNaN).count
    #expect((30...90).contains(missing))
    #expect(values.allSatisfy { $0.isNaN || $0 > 30 })
  }

  @Test("Loose mount: most velocity lies below 5 Hz")
  func looseMount() {
    let x = listen(.sensorLooseMount)
    let slope = Measure.velocity(x, rate: 12_800, from: 1, to: 5)
    #expect(slope > 2 * Measure.velocity(x, rate: 12_800, from: 5.1, to: 1000))
  }

  @Test("A stuck transmitter keeps its last good value while the machine warms")
  func stuckScalar() {
    var machine = SimulatedMachine.steady(
      "pump", FaultPlan(.bearingOuterRace, onset_s: 50_000, growth_s: 0),
      FaultPlan(.sensorStuck, onset_s: 50_000, growth_s: 0, place: "bearing-temperature"))
    let before = machine.scalars(at: 49_999)[.bearingTemperature]
    let after = machine.scalars(at: 60_000)
    #expect(after[.bearingTemperature] == before)
    #expect(after.hasSensorFault)
  }

  @Test("A plan runs from onset over growth to repair")
  func plan() {
    let plan = FaultPlan(.unbalance, onset_s: 100, growth_s: 50, end_s: 200, ceiling: 0.8)
    let course = [99.0, 100, 125, 150, 199, 200].map { plan.severity(at: $0) }
    #expect(course == [0, 0, 0.4, 0.8, 0.8, 0])
  }
}
