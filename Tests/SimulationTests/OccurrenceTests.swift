// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite("A fault happens only where there is a part to fail")
struct OccurrenceTests {
  /// The modes whose physics is vibration first.
  static let vibration: [FaultKind] = [
    .unbalance, .overhungUnbalance, .parallelMisalignment, .angularMisalignment, .bentShaft, .softFoot,
    .structuralLooseness, .rotatingLooseness, .resonance, .rub, .oilWhirl, .bearingEarlyDamage,
    .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage, .bearingLateStage,
    .underLubrication, .overGreasing, .bearingFluting, .falseBrinelling, .gearWear, .gearToothCrack,
    .gearEccentricity, .gearMisalignment, .gearHuntingTooth, .statorFault, .eccentricAirGap, .brokenRotorBar,
    .looseRotorBars, .phaseLoss, .inverterInduced, .vanePass, .beltWear, .sheaveFault, .couplingWear,
    .screwRotorContact, .foundationDecay,
  ]

  @Test(
    "Every mode has a machine that it occurs on, and is heard there and nowhere else", arguments: vibration)
  func heard(fault: FaultKind) {
    var hosts = 0
    for preset in MachineSpec.presets {
      let sound = Trace.of(preset, on: .driveEndVertical, rate: 25_600, count: 2048)
      let bad = Trace.of(preset, fault, 1, place: "DE-V", on: .driveEndVertical, rate: 25_600, count: 2048)
      #expect((bad.x != sound.x) == bad.spec.canSuffer(fault), "\(preset)")
      #expect(Trace.of(preset, fault, 0, on: .driveEndVertical, rate: 25_600, count: 2048).x == sound.x)
      if bad.spec.canSuffer(fault) { hosts += 1 }
    }
    #expect(hosts > 0)
  }

  @Test("Every fault id has a preset that can suffer it", arguments: FaultKind.allCases)
  func hosts(fault: FaultKind) {
    #expect(MachineSpec.presets.contains { MachineSpec.preset($0, id: "X")?.canSuffer(fault) == true })
  }
}
