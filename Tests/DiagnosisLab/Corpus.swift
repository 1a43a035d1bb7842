// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Foundation
import Infer
import Machine
import PathLab
import Simulation
import Store
import Synchronization
import TestData

/// One machine that is learned once and then suffers everything that it can, each time anew: what the classifier of faults is
/// trained on.
struct Corpus: Codable, Sendable {
  var preset: String
  var seed: UInt64
  var stories: [Story] = []

  /// What one course showed, with its truth.
  struct Story: Codable, Sendable {
    /// One, two at a time, or none.
    var faults: [String]
    /// Patterns as little-endian half floats, one row a kept round, in base 64.
    var patterns = Data()
    /// By row: severity of each fault.
    var severities: [[Double]] = []
  }

  /// Pairs of faults that overlap, for each machine.
  private static let pairs = 10
  /// Waveforms in a course, and about as many rounds that are kept.
  private static let looks = 20.0

  init?(of preset: String, seed: UInt64) {
    let day = 86_400.0
    guard
      var scenario = Scenario.failure(.unbalance, preset: preset, seed: seed, healthy_s: Diagnosis.healthy_s)
    else { return nil }
    self.preset = preset
    self.seed = seed
    scenario.faults = []
    var plant = Diagnosis.plant(scenario)
    while plant.time_s < scenario.begin_s + Diagnosis.healthy_s { _ = plant.advance() }
    let (memory, start) = (plant.memory, plant.time_s)
    var draw = Noise(seed &* 0x9E37_79B9_7F4A_7C15 ^ preset.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })

    func course(_ faults: [FaultKind]) {
      var story = scenario
      let usual = faults.first?.course.growth_s ?? 6 * 3600...day
      let growth = draw.uniform(min(usual.lowerBound, 3 * 3600), min(usual.upperBound, 16 * 3600))
      let onset = start + draw.uniform(0.05, 0.3) * growth + draw.uniform(0, 3) * day
      for (i, fault) in faults.enumerated() {
        var plan = FaultPlan(
          fault, onset_s: onset + (i == 0 ? 0 : draw.uniform(0.1, 0.5) * growth), growth_s: growth,
          place: place(of: fault, &draw))
        plan.law = fault.course.law
        story.faults.append(plan)
        if fault == .overGreasing { story.spec.plan.greasings_s.append(onset) }
        if fault == .waterHammer {
          var time = onset
          while time < onset + growth {
            story.spec.plan.stops.append(
              OperatingPlan.Stop(begin_s: time, length_s: draw.uniform(600, 2400)))
            time += draw.uniform(1, 3) * 3600
          }
        }
      }
      let recorder = Recorder()
      var plant = Diagnosis.plant(
        story, Mind(classifier: recorder), memory: memory, start_s: onset - 1800)
      plant.cadence.reading_s = min(120, max(30, growth / 100))
      let rounds = (growth / Corpus.looks / plant.cadence.reading_s).rounded(.down)
      plant.cadence.waveform_s = max(1, rounds) * plant.cadence.reading_s
      var record = Story(faults: faults.map(\.rawValue))
      var seen = 0
      while plant.time_s < onset + 1.2 * growth {
        let now = plant.time_s
        _ = plant.advance()
        let newest = recorder.newest.withLock { $0 }
        // Any round: between two waveforms the readings go on, perhaps in another state.
        guard newest.count > seen, draw.uniform(0, 1) < Corpus.looks * plant.cadence.reading_s / growth else {
          continue
        }
        seen = newest.count
        record.severities.append(story.faults.map { $0.severity(at: now) })
        for number in newest.pattern {
          let bits = Float16(number).bitPattern
          record.patterns.append(UInt8(truncatingIfNeeded: bits))
          record.patterns.append(UInt8(truncatingIfNeeded: bits >> 8))
        }
      }
      stories.append(record)
    }

    let possible = FaultKind.allCases.filter { !$0.isSensorFault && scenario.spec.canSuffer($0) }
    for _ in 0..<6 { course([]) }
    for fault in possible { course([fault]) }
    for _ in 0..<Corpus.pairs {
      let (a, b) = (possible[draw.index(possible.count)], possible[draw.index(possible.count)])
      if a != b { course([a, b]) }
    }
  }
}

private func place(of fault: FaultKind, _ draw: inout Noise) -> String? {
  switch fault {
  case .bearingEarlyDamage, .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage,
    .bearingLateStage, .underLubrication, .overGreasing, .bearingFluting, .falseBrinelling:
    draw.uniform(0, 1) < 0.25 ? "NDE" : nil
  case .offDesignFlow: draw.uniform(0, 1) < 0.3 ? "high" : nil
  case .gearToothCrack, .gearEccentricity: draw.uniform(0, 1) < 0.3 ? "wheel" : nil
  default: nil
  }
}

extension Noise {
  fileprivate mutating func uniform(_ low: Double, _ high: Double) -> Double {
    low + (high - low) * uniform()
  }

  fileprivate mutating func index(_ count: Int) -> Int { Int(next() % UInt64(count)) }
}

/// A classifier without opinion that keeps what it is shown.
final class Recorder: FaultClassifier {
  let newest = Mutex((count: 0, pattern: [Float]()))
  var name: String { "recorder" }
  var faults: [String] { [] }
  func logOdds(_ input: [Float]) -> [Float] {
    newest.withLock { $0 = ($0.count + 1, input) }
    return []
  }
}
