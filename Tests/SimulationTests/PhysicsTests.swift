// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("A machine obeys physics")
struct PhysicsTests {
  private let rate = 12_800.0

  @Test(
    "A healthy machine is in zone A of ISO 10816-3, and its noise is normal",
    arguments: MachineSpec.presets)
  func healthy(kind: String) {
    var machine = SimulatedMachine.steady(kind)
    let x = machine.listen()
    let velocity = Measure.velocity(x, rate: rate, from: 10, to: 1000)
    #expect((0.5...1.2).contains(velocity))
    #expect((0.4...2).contains(Measure.rms(x)))
    #expect((2...3.3).contains(Measure.kurtosis(x)))
    // The overall values that are given in closed form are those of the samples.
    let scalars = machine.scalars(at: 50_000)
    #expect(abs(scalars[.velocityRMS] / velocity - 1) < 0.1)
    #expect(abs(scalars[.accelerationRMS] / Measure.rms(x) - 1) < 0.1)
  }

  @Test(
    "A full-grown rotor fault is in zone D",
    arguments: [
      FaultKind.unbalance, .overhungUnbalance, .parallelMisalignment, .angularMisalignment, .bentShaft,
      .structuralLooseness, .rotatingLooseness, .foundationDecay,
    ])
  func zoneD(kind: FaultKind) {
    var machine = SimulatedMachine.steady("pump", .standing(kind))
    let worst = [Channel.driveEndHorizontal, .driveEndVertical, .driveEndAxial].map {
      Measure.velocity(machine.listen($0), rate: rate, from: 10, to: 1000)
    }.max()
    #expect((worst ?? 0) > 4.5)
    #expect((worst ?? 0) < 12)
  }

  @Test("A blocked strainer takes suction pressure, and cavitation follows")
  func strainer() {
    var suction: [Double] = []
    var noise: [Double] = []
    for severity in [0, 0.3, 0.6, 1] {
      var machine = SimulatedMachine.steady("pump", .standing(.blockedStrainer, severity))
      suction.append(machine.scalars(at: 50_000)[.suctionPressure])
      noise.append(Measure.rms(machine.listen()))
    }
    #expect(suction == suction.sorted(by: >))
    #expect(abs(noise[2] / noise[0] - 1) < 0.1)
    #expect(noise[3] > 2 * noise[0])
  }

  @Test("Cavitation raises broadband acceleration two to six times, and the head falls")
  func cavitation() {
    var sound = SimulatedMachine.steady("pump")
    var bad = SimulatedMachine.steady("pump", .standing(.cavitation))
    #expect((2...6).contains(Measure.rms(bad.listen()) / Measure.rms(sound.listen())))
    func rise(_ s: MachineScalars) -> Double { s[.dischargePressure] - s[.suctionPressure] }
    #expect(rise(bad.scalars(at: 50_000)) < 0.95 * rise(sound.scalars(at: 50_000)))
  }

  @Test("A pump at its shut-off point obeys the affinity law: pressure with speed squared")
  func affinity() {
    func shutOff(_ speed: Double) -> Double {
      var machine = SimulatedMachine.steady("pump", speed: speed, load: 0.02)
      let s = machine.scalars(at: 50_000)
      return s[.dischargePressure] - s[.suctionPressure]
    }
    #expect(abs(shutOff(0.8) / shutOff(1) - 0.64) < 0.02)
  }

  @Test("A winding that loses its cooling warms along 1 - exp(-t / tau)")
  func thermal() {
    var machine = SimulatedMachine.steady("motor", FaultPlan(.coolingLoss, onset_s: 50_000, growth_s: 0))
    var twin = SimulatedMachine.steady("motor")
    func excess(_ t: Double) -> Double {
      machine.scalars(at: t)[.windingTemperature] - twin.scalars(at: t)[.windingTemperature]
    }
    #expect(abs(excess(49_900)) < 0.5)
    let tau = machine.spec.thermal.windingTime_s
    let early = excess(50_000 + tau)
    let late = excess(50_000 + 8 * tau)
    #expect(late > 25)
    #expect(abs(early / late - (1 - exp(-1))) < 0.03)
  }

  @Test("Speed ramps between shifts, and a stopped machine is silent")
  func shifts() {
    var machine = SimulatedMachine(.pump(), seed: 3)
    let day = 2 * 86_400.0
    func speed(_ t: Double) -> Double { machine.scalars(at: day + t)[.speed] }
    let night = speed(5.9 * 3600)
    let ramp = speed(6 * 3600 + 20)
    let morning = speed(6.1 * 3600)
    #expect(night < ramp && ramp < morning)
    #expect(abs(night / morning - 0.78) < 0.02)
    #expect(speed(12.6 * 3600) == 0)
    #expect(Measure.rms(machine.listen(at: day + 12.6 * 3600)) < 0.1)
    #expect(speed(13.1 * 3600) > 1400)
  }
}
