// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite("A smart sensor's overall values are those of its waveform")
struct OverallTests {
  /// Presets on which a mode can occur.
  static func hosts(_ fault: FaultKind) -> [String] {
    MachineSpec.presets.filter { MachineSpec.preset($0, id: "X")?.canSuffer(fault) == true }
  }

  @Test(
    "Closed forms of velocity and acceleration agree with the samples, healthy or not",
    arguments: OccurrenceTests.vibration)
  func overall(fault: FaultKind) throws {
    let preset = try #require(Self.hosts(fault).last)
    for severity in [0, 0.5, 1] {
      let trace = Trace.of(preset, fault, severity, count: 16_384)
      var machine = SimulatedMachine.steady(preset, .standing(fault, severity))
      let scalars = machine.scalars(at: 50_000)
      // What a stop cuts off is not in the closed form, and few blows fall into a short record.
      let margin =
        switch fault {
        case .rub, .rotatingLooseness, .bearingCage: 0.35
        case .gearToothCrack: 0.25
        case .gearHuntingTooth: 2.0
        default: 0.15
        }
      #expect(abs(scalars[.velocityRMS] / trace.velocity - 1) < margin, "\(preset) \(severity)")
      #expect(
        abs(scalars[.accelerationRMS] / Measure.rms(trace.x) - 1) < margin, "\(preset) \(severity)")
    }
  }
}
