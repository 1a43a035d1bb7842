// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import PathLab
import Simulation
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
}
