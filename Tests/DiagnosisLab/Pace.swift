// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import PathLab
import Simulation
import Store

/// What a round costs in which readings arrived and the machine is judged anew: from the validity gate to the alarms, with the
/// rules, the classifier and the root cause.
struct Pace: Codable {
  var preset: String
  /// Median and worst of the rounds, on one core, microseconds.
  var median_us: Double
  var worst_us: Double
  /// Named faults in the last of them.
  var named: Int

  static func print(_ mind: Mind) throws {
    for preset in MachineSpec.presets {
      guard
        let story = Scenario.failure(
          .rotatingLooseness, preset: preset, seed: 1, healthy_s: Diagnosis.healthy_s)
      else { continue }
      let pace = Pace(story, mind)
      Swift.print(String(decoding: try JSONEncoder().encode(pace), as: UTF8.self))
    }
  }

  private init(_ story: Scenario, _ mind: Mind) {
    preset = story.preset
    var plant = Diagnosis.plant(story, mind)
    while plant.time_s < story.end_s - 6 * 3600 { _ = plant.advance() }
    var times: [Double] = []
    while plant.time_s < story.end_s {
      var hasWaveform = false
      let time = ContinuousClock().measure { hasWaveform = !plant.advance().windows.isEmpty }
      if !hasWaveform { times.append(Double(time.components.attoseconds) * 1e-12) }
    }
    times.sort()
    median_us = times.isEmpty ? .infinity : times[times.count / 2]
    worst_us = times.last ?? .infinity
    named = plant.findings.count { $0.isAssessable }
  }
}
