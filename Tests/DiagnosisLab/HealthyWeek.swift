// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import PathLab
import Simulation
import Store

/// One week of a healthy machine: what the path raised, and what plain fixed limits would have raised.
struct HealthyWeek: Codable, Sendable {
  var seed: UInt64
  var preset: String
  /// Alarms about the machine, `fault` by `fault`.
  var alarms: [String] = []
  /// What they rest on, one line each.
  var evidence: [String] = []
  /// The same by plain limits: overall velocity in zone C or D (ISO 10816-3 for the machine's group, rigid), overall
  /// acceleration at twice its mean of the learning days, bearing above 80 degC, winding above 120 degC.
  var plain: [String] = []

  /// Time before the week, seconds.
  static let learning_s = 3 * 86_400.0

  static func run(seed: UInt64, _ mind: Mind) -> HealthyWeek? {
    guard let story = Scenario.healthyWeek(seed: seed, learning_s: learning_s) else { return nil }
    var week = HealthyWeek(seed: seed, preset: story.preset)
    var plant = Diagnosis.plant(story, channels: [.driveEndHorizontal, .driveEndAxial], mind)
    plant.cadence.waveform_s = 1800
    plant.cadence.reading_s = 300
    var limits = PlainLimits(velocity_mm_s: story.spec.ratedPower_kW > 300 ? 4.5 : 2.8)
    while plant.time_s < story.end_s {
      let isLearning = plant.time_s < story.begin_s + learning_s
      let batch = plant.advance()
      let crossed = limits.update(batch.windows, batch.readings, isLearning: isLearning)
      guard !isLearning else { continue }
      week.plain += crossed
      let raised = batch.transitions.map(\.alarm).filter {
        $0.state == .unacknowledged && $0.finding.subject == .machine
      }
      week.alarms += raised.map(\.finding.fault)
      week.evidence += raised.map { $0.finding.supporting.map(\.statement).joined(separator: "; ") }
    }
    return week
  }
}

/// Plain fixed limits as control systems have them: above is an alarm, below it is gone.
struct PlainLimits {
  var velocity_mm_s: Double
  private var accelerations: [PointID: (sum: Double, count: Double)] = [:]
  private var standing: Set<String> = []

  init(velocity_mm_s: Double) { self.velocity_mm_s = velocity_mm_s }

  /// Names of the limits that were crossed upwards.
  mutating func update(_ windows: [FeatureWindow], _ readings: [Reading], isLearning: Bool) -> [String] {
    var crossed: [String] = []
    func judge(_ name: String, _ isAbove: Bool) {
      if isAbove, standing.insert(name).inserted { crossed.append(name) }
      if !isAbove { standing.remove(name) }
    }
    for window in windows {
      if let value = window.values[.velocityRMS] {
        judge("velocity \(window.point.name)", value > velocity_mm_s)
      }
      guard let value = window.values[.accelerationRMS], window.state.motion == .running else { continue }
      let known = accelerations[window.point] ?? (0, 0)
      if isLearning {
        accelerations[window.point] = (known.sum + value, known.count + 1)
      } else if known.count > 0 {
        judge("acceleration \(window.point.name)", value > 2 * known.sum / known.count)
      }
    }
    for reading in readings {
      guard let value = reading.value else { continue }
      switch reading.point.name {
      case "bearing-temperature": judge("bearing temperature", value > 80)
      case "winding-temperature": judge("winding temperature", value > 120)
      default: break
      }
    }
    return crossed
  }
}
