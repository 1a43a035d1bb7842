// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("A machine obeys physics")
struct PhysicsTests {
  private let rate = 12_800.0

  @Test(
    "A healthy machine is in zone A of ISO 10816-3, and its noise is normal",
    arguments: ["pump", "fan", "motor", "gearbox"])
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

  @Test("Twice the unbalance adds twice to 1x, and half the speed leaves a quarter")
  func unbalance() {
    func order1(_ severity: Double, speed: Double = 1) -> Double {
      var machine = SimulatedMachine.steady("fan", speed: speed, .standing(.unbalance, severity))
      let rotation = machine.shaftSpeed_rpm(at: 50_000) / 60
      // Acceleration to velocity: the force of an unbalance shows in the amplitude of velocity here.
      return Measure.amplitude(machine.listen(), rotation, rate: rate) / (2 * .pi * rotation) * 1000
        / 2.squareRoot()
    }
    let none = order1(0)
    #expect(abs((order1(0.5) - none) / (order1(0.25) - none) - 2) < 0.05)
    #expect(abs((order1(1, speed: 0.5)) / order1(1) - 0.25) < 0.02)
    #expect(order1(1) > 4.5)  // zone D of group 2 on a rigid base
  }

  @Test("A full-grown rotor fault is in zone D", arguments: [FaultKind.unbalance, .misalignment, .looseness])
  func zoneD(kind: FaultKind) {
    var machine = SimulatedMachine.steady("pump", .standing(kind))
    let worst = [Channel.driveEndHorizontal, .driveEndVertical, .driveEndAxial].map {
      Measure.velocity(machine.listen($0), rate: rate, from: 10, to: 1000)
    }.max()
    #expect((worst ?? 0) > 4.5)
    #expect((worst ?? 0) < 12)
  }

  @Test("Misalignment shows twice per turn, and along the shaft")
  func misalignment() {
    var machine = SimulatedMachine.steady("pump", .standing(.misalignment))
    let f = machine.shaftSpeed_rpm(at: 50_000) / 60
    let radial = machine.listen()
    let axial = machine.listen(.driveEndAxial)
    func velocity(_ x: [Float], _ order: Double) -> Double {
      Measure.amplitude(x, order * f, rate: rate) / order
    }
    #expect(velocity(radial, 2) > 1.5 * velocity(radial, 1))
    #expect(velocity(axial, 1) > 1.5 * velocity(radial, 1))
  }

  @Test("Looseness shows many harmonics, half orders, and a one-sided waveform")
  func looseness() {
    var machine = SimulatedMachine.steady("pump", .standing(.looseness))
    var sound = SimulatedMachine.steady("pump")
    let f = machine.shaftSpeed_rpm(at: 50_000) / 60
    let x = machine.listen(.driveEndVertical)
    let healthy = sound.listen(.driveEndVertical)
    for order in [0.5, 1.5, 3, 4, 7, 8, 9] {
      #expect(
        Measure.amplitude(x, order * f, rate: rate) > 4 * Measure.amplitude(healthy, order * f, rate: rate))
    }
    #expect((x.max() ?? 0) < -(x.min() ?? 0))
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
