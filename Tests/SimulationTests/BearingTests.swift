// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite("A bearing strikes where its geometry says")
struct BearingTests {
  private let rate = 12_800.0

  @Test(
    "Orders of the reference table, within its digits",
    arguments: [
      (RollingBearing.skf6205, 0.39831, 3.58478, 5.41522, 2.35672),
      (RollingBearing.skf6203, 0.38164, 3.05312, 4.94688, 1.99384),
    ])
  func kinematics(bearing: RollingBearing, cage: Double, outer: Double, inner: Double, spin: Double) {
    #expect(abs(bearing.cage() - cage) < 1e-5)
    #expect(abs(bearing.outerRace() - outer) < 1e-5)
    #expect(abs(bearing.innerRace() - inner) < 1e-5)
    #expect(abs(bearing.rollingElement() - 2 * spin) < 2e-5)
  }

  @Test(
    "The envelope has the defect's line within 1.5 % of theory, far above its surroundings",
    arguments: [
      (FaultKind.bearingOuterRace, 3.58478), (.bearingInnerRace, 5.41522), (.bearingRollingElement, 4.71344),
      (.bearingCage, 2 * 0.39831),
    ])
  func envelope(kind: FaultKind, order: Double) {
    for seed in [1, 2, 3] as [UInt64] {
      var machine = SimulatedMachine.steady("pump", seed: seed, .standing(kind, 0.35))
      let e = Measure.envelope(machine.listen(count: 65_536))
      let expected = order * machine.shaftSpeed_rpm(at: 50_000) / 60
      let found = Measure.peak(e, near: expected, share: 0.03, rate: rate / 4)
      #expect(abs(found.frequency_Hz / expected - 1) < 0.015)
      let surroundings = stride(from: 5.3, to: 500, by: 3.7).map { Measure.amplitude(e, $0, rate: rate / 4) }
        .sorted()
      #expect(found.amplitude > 4 * surroundings[surroundings.count / 2])
    }
  }

  @Test("An inner race carries sidebands at shaft speed")
  func sidebands() {
    var machine = SimulatedMachine.steady("pump", .standing(.bearingInnerRace, 0.5))
    let rotation = machine.shaftSpeed_rpm(at: 50_000) / 60
    let e = Measure.envelope(machine.listen(count: 65_536))
    let line = Measure.peak(e, near: 5.41522 * rotation, share: 0.01, rate: rate / 4)
    let aside = Measure.peak(e, near: line.frequency_Hz + rotation, share: 0.01, rate: rate / 4)
    let between = Measure.amplitude(e, line.frequency_Hz + 0.5 * rotation, rate: rate / 4)
    #expect(aside.amplitude > 3 * between)
  }

  @Test(
    "Early damage hides from overall values, late damage does not, and warms the bearing",
    arguments: [
      FaultKind.bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage,
    ])
  func severity(kind: FaultKind) {
    var sound = SimulatedMachine.steady("pump")
    var early = SimulatedMachine.steady("pump", .standing(kind, 0.25))
    var late = SimulatedMachine.steady("pump", .standing(kind))
    let base = Measure.rms(sound.listen())
    #expect(Measure.rms(early.listen()) < 1.15 * base)
    #expect(Measure.rms(late.listen()) > 3 * base)
    #expect(Measure.velocity(early.listen(), rate: rate, from: 10, to: 1000) < 1)
    let warmth =
      late.scalars(at: 50_000)[.bearingTemperature] - sound.scalars(at: 50_000)[.bearingTemperature]
    #expect(warmth > 15)
  }

  @Test("The far end hears a damaged bearing faintly")
  func farEnd() {
    var machine = SimulatedMachine.steady("pump", .standing(.bearingOuterRace, 1, place: "NDE"))
    #expect(Measure.rms(machine.listen(.nonDriveEndHorizontal)) > 2 * Measure.rms(machine.listen()))
  }

  @Test(
    "Sleeve bearings have no rolling elements to fail",
    arguments: [FaultKind.bearingOuterRace, .underLubrication])
  func sleeve(kind: FaultKind) {
    #expect(MachineSpec.sleeveMotor().canSuffer(kind) == false)
    #expect(MachineSpec.sleeveMotor().canSuffer(.oilWhirl))
  }
}
