// SPDX-License-Identifier: Apache-2.0

import Agent
import Diagnose
import Infer
import Machine
import PathLab
import Simulation

/// How a scenario is put in front of the path: what is wired, how often it is read, and how much is learned.
enum Diagnosis {
  /// Health before the fault, seconds: a machine's baseline is learned in days.
  static let healthy_s = 72.0 * 3600
  /// Between two waveforms while the machine is learned, seconds.
  static let learningWaveform_s = 1800.0
  /// Windows per operating state before its baseline is used.
  static let learningWindows = 16
  /// Both ends radially, the drive end in all directions.
  static let channels: [Channel] = [
    .driveEndHorizontal, .driveEndVertical, .driveEndAxial, .nonDriveEndHorizontal, .nonDriveEndAxial,
  ]

  /// The plant of a scenario, at its first moment.
  static func plant(
    _ scenario: Scenario, channels: [Channel] = channels, _ mind: Mind = Mind(),
    memory: [MachineID: Baseline] = [:], start_s: Double? = nil
  ) -> SimulatedPlant {
    var cadence = SimulatedPlant.Cadence()
    cadence.channels = channels
    cadence.waveform_s = learningWaveform_s
    cadence.reading_s = 120
    var options = PlantPath.Options()
    options.learningWindows = learningWindows
    options.readingAge_s = 300
    options.waveformAge_s = 2 * 3600
    return SimulatedPlant(
      scenario.machine, kind: MachineKind(rawValue: scenario.spec.kind.rawValue) ?? .other, cadence: cadence,
      options: options, calibration: mind.calibration, classifier: mind.classifier, memory: memory,
      start_s: start_s ?? scenario.begin_s)
  }

  /// The cadence for a course of so many seconds: sixty waveforms, as a plant that is watched through it.
  static func follow(_ growth_s: Double, _ plant: inout SimulatedPlant) {
    plant.cadence.reading_s = min(120, max(30, growth_s / 60))
    let rounds = (growth_s / 60 / plant.cadence.reading_s).rounded(.down)
    plant.cadence.waveform_s = max(1, min(rounds, 30)) * plant.cadence.reading_s
  }
}

/// What was learned from simulations before.
struct Mind: Sendable {
  var calibration = Calibration.identity
  var classifier: (any FaultClassifier)?
}

/// What the path said at one moment.
struct Opinion {
  var time_s: Double
  /// Named faults, the best explanation first.
  var ranked: [Finding]
  /// Faults that cannot be judged.
  var open: [Finding]

  init(_ findings: [Finding], at time_s: Double, about subject: Subject) {
    self.time_s = time_s
    ranked = findings.filter { $0.subject == subject && $0.isAssessable }
    open = findings.filter { !$0.isAssessable }
  }

  /// The rank of a fault from 1, or nil when it is not named; places of one fault share their best rank.
  func rank(of fault: String) -> Int? {
    var seen: [String] = []
    for finding in ranked where !seen.contains(finding.fault) { seen.append(finding.fault) }
    return seen.firstIndex(of: fault).map { $0 + 1 }
  }
}
