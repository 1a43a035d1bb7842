// SPDX-License-Identifier: Apache-2.0

import Agent
import Foundation
import Machine
import PathLab
import Simulation
import Store
import Testing

@Suite struct HealthyTests {
  /// Days for each machine; the benchmark `path` runs all three for 30.
  @Test(
    "A healthy machine raises no alarm, whatever speed and load do",
    arguments: [
      (MachineSpec.pump(), MachineKind.pump, 30.0), (.fan(), .fan, 6), (.motor(), .motor, 6),
    ])
  func healthy(spec: MachineSpec, kind: MachineKind, days: Double) async throws {
    let alarms = try await OwnThread.lab.run {
      try Trial.healthy(spec, kind: kind, days: days, seed: 1, detector: Trial.detector())
    }
    #expect(alarms == [])
  }

  /// Only machines that have zones of ISO 10816-3: on a pump no fall is judged.
  @Test(
    "A healthy machine is not said to vibrate less than usual, and one that is balanced is",
    arguments: [(MachineSpec.fan(), MachineKind.fan), (.motor(), .motor)])
  func falls(spec: MachineSpec, kind: MachineKind) async throws {
    let (before, after) = await OwnThread.lab.run { Self.falls(spec, kind) }
    #expect(before == 0)
    #expect(after > 0)
  }

  /// Notices of a fall in three days of health, and in the day after the rotor was balanced so that 2 mm/s are gone.
  private static func falls(_ spec: MachineSpec, _ kind: MachineKind) -> (before: Int, after: Int) {
    var source = SimulatedMachine(spec, seed: 2)
    let machine = Machine(spec, kind: kind, channels: [.driveEndHorizontal])
    var path = PlantPath(plant: Plant(site: "lab", machines: [machine]), knowledge: shippedKnowledge)
    var notices = (before: 0, after: 0)
    for minute in 0..<4 * 1440 {
      let time_s = 60 * Double(minute)
      let stamp = Stamp(
        received: WallTime(seconds: 1_767_225_600 + time_s), monotonic: MonotonicTime(seconds: time_s))
      let scalars = source.scalars(at: time_s)
      var samples: [Sample] = Scalar.allCases.compactMap { scalar in
        machine.point(scalar.rawValue).map {
          .reading(
            Reading(
              point: $0.id, quantity: $0.quantity, value: scalar.canonical(scalars[scalar]), stamp: stamp))
        }
      }
      let isBalanced = minute >= 3 * 1440
      if minute.isMultiple(of: 10) {
        var capture = source.capture(at: time_s, channel: .driveEndHorizontal)
        // The residual unbalance that the day of balancing takes away.
        if !isBalanced, capture.speed_rpm > 0 {
          let angular = 2 * Double.pi * capture.speed_rpm / 60
          for i in capture.samples.indices {
            let phase = angular * (time_s + Double(i) / capture.sampleRate_Hz)
            capture.samples[i] += Float(2e-3 * 2.0.squareRoot() * angular * sin(phase))
          }
        }
        samples.append(
          .waveform(
            Waveform(
              point: PointID(machine.id, Channel.driveEndHorizontal.rawValue),
              sampleRate_Hz: capture.sampleRate_Hz, samples: capture.samples,
              fullScale: Float(capture.fullScale_m_s2), speed_rpm: capture.speed_rpm, stamp: stamp)))
      }
      let count = path.advance(samples, at: stamp).findings.count { $0.fault == "vibration-fall" }
      if isBalanced { notices.after += count } else { notices.before += count }
    }
    return notices
  }
}
