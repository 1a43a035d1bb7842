// SPDX-License-Identifier: Apache-2.0

import Machine
import PathLab
import Simulation
import Testing

/// What maintenance records do to the path of a simulated pump.
@Suite struct RecordEffectTests {
  static let day_s = 86_400.0

  static func record(
    _ kind: MaintenanceEvent.Kind, at time: WallTime, _ diagnoses: [MaintenanceRecord.Diagnosis] = [],
    bearing: String? = nil, point: String? = nil, isRemounted: Bool = false
  ) -> MaintenanceRecord {
    MaintenanceRecord(
      kind: kind, machine: MachineID("P-101"), point: point, bearing: bearing, time: time,
      text: "rotor balanced on site", person: "Ana", diagnoses: diagnoses, isRemounted: isRemounted)
  }

  /// A pump that has run in health for a day and got an unbalance within six hours; its alarm stands.
  static func unbalanced(seed: UInt64 = 3) throws -> SimulatedPlant {
    var plant = SimulatedPlant(
      .pump("P-101"), kind: .pump, seed: seed,
      faults: [FaultPlan(.unbalance, onset_s: day_s, growth_s: 6 * 3600)])
    let steps = plant.run(to: 1.5 * day_s) {
      $0.alarm.state == .unacknowledged && $0.alarm.finding.fault == "unbalance"
    }
    #expect(steps.last?.transition.alarm.id == "P-101:unbalance")
    return plant
  }

  @Test
  func
    `a repair closes the alarm with the record as cause, the machine is learned anew, and nothing is said after`()
    async throws
  {
    try await OwnThread.lab.run {
      var plant = try Self.unbalanced()
      plant.suffer([])
      let record = Self.record(.workOrder, at: plant.now, [.init("unbalance", .confirmed)])
      let knewSlowSignals = plant.knowsSlowSignals
      let (effect, steps) = plant.take(record)
      let knowsSlowSignals = plant.knowsSlowSignals
      #expect(knewSlowSignals && !knowsSlowSignals)
      let step = try #require(steps.first { $0.alarm.id == "P-101:unbalance" }, "\(effect.lines)")
      #expect(step.cause == .repaired && step.alarm.state == .normal && step.by == "Ana")
      #expect(step.why?.contains(record.id) == true && step.why?.contains("rotor balanced on site") == true)
      #expect(effect.relearned.contains("DE-H") && effect.relearned.contains("DE-A"))
      #expect(effect.lines.contains("alarm P-101:unbalance closed: confirmed"), "\(effect.lines)")
      let (isQuiet, isLearning) = (plant.standing.isEmpty, !plant.isLearned)
      #expect(isQuiet && isLearning)

      let after = plant.run(to: 3.5 * Self.day_s)
      #expect(after.filter { $0.transition.alarm.state == .unacknowledged }.isEmpty)
      let isLearned = plant.isLearned
      #expect(isLearned)
    }
  }

  @Test func `a machine that was not repaired, whatever the record says, is not learned as normal`()
    async throws
  {
    try await OwnThread.lab.run {
      var plant = try Self.unbalanced()
      plant.suffer([FaultPlan(.unbalance, onset_s: 0, growth_s: 1)])
      _ = plant.run(to: 1.6 * Self.day_s)
      let (effect, _) = plant.take(Self.record(.workOrder, at: plant.now, [.init("unbalance")]))
      #expect(!effect.relearned.isEmpty)
      let after = plant.run(to: 3.6 * Self.day_s)
      let isLearned = plant.isLearned
      #expect(!isLearned)
      #expect(after.contains { $0.transition.alarm.state == .unacknowledged })
    }
  }

  @Test func `a refuted diagnosis closes its alarm, changes no baseline and lowers the next ranking`()
    async throws
  {
    try await OwnThread.lab.run {
      var plant = try Self.unbalanced()
      let before = try #require(plant.standing.first { $0.finding.fault == "unbalance" }).finding
      let (effect, steps) = plant.take(Self.record(.workOrder, at: plant.now, [.init("unbalance", .refuted)]))
      #expect(steps.first { $0.alarm.id == "P-101:unbalance" }?.cause == .refuted)
      #expect(effect.relearned.isEmpty)
      #expect(
        effect.lines.contains { $0.hasPrefix("baselines stay: nothing of what it was about was found") })

      // A like pump at which three such diagnoses were wrong before.
      var doubted = SimulatedPlant(
        .pump("P-101"), kind: .pump, seed: 3,
        faults: [FaultPlan(.unbalance, onset_s: Self.day_s, growth_s: 6 * 3600)])
      for _ in 0..<3 {
        _ = doubted.take(Self.record(.workOrder, at: doubted.now, [.init("unbalance", .refuted)]))
      }
      _ = doubted.run(to: 1.5 * Self.day_s) {
        $0.alarm.state == .unacknowledged && $0.alarm.finding.fault == "unbalance"
      }
      let next = try #require(doubted.standing.first { $0.finding.fault == "unbalance" }).finding
      // Beta distribution, ten diagnoses of the rule's own beside three refuted ones.
      #expect(abs(next.confidence - before.confidence * 10 / 13) < 1e-9)
      let evidence = try #require(next.contradicting.first { $0.quantity == "confirmed_diagnoses" })
      #expect(evidence.value == 0 && evidence.reference == 3)
    }
  }

  @Test func `what is older than an alarm or a baseline, or only looks, leaves them as they are`()
    async throws
  {
    try await OwnThread.lab.run {
      var plant = try Self.unbalanced()
      let old = WallTime(seconds: plant.now.seconds - 10 * Self.day_s)
      let (history, none) = plant.take(Self.record(.replacement, at: old, [.init("unbalance")]))
      #expect(none.isEmpty && history.relearned.isEmpty)
      #expect(history.lines.contains("alarm P-101:unbalance stays: it was raised after the work"))
      #expect(history.lines.contains { $0.hasPrefix("baselines stay: they were begun after the work") })

      let next = plant.run(to: 1.7 * Self.day_s).filter { $0.transition.alarm.id == "P-101:unbalance" }
      #expect(next.allSatisfy { $0.transition.alarm.state == .unacknowledged }, "it is not seen anew")

      let (looked, still) = plant.take(
        Self.record(.inspection, at: plant.now, [.init("unbalance", .confirmed)]))
      #expect(still.isEmpty && looked.lines == ["baselines stay: an inspection changes nothing"])
      let isStanding = plant.standing.contains { $0.finding.fault == "unbalance" }
      #expect(isStanding)

      let (away, _) = plant.take(
        MaintenanceRecord(
          kind: .inspection, machine: MachineID("P-999"), time: old, text: "x", person: "Ana"))
      #expect(away.lines == ["machine P-999 is no longer in the site file: kept, nothing done"])
    }
  }

  @Test
  func `a bearing's replacement is about the points that listen to it, a remounted sensor about its own`()
    async
  {
    await OwnThread.lab.run {
      var plant = SimulatedPlant(.pump("P-101"), kind: .pump, seed: 3)
      _ = plant.run(to: Self.day_s)
      let (remounted, _) = plant.take(
        Self.record(.inspection, at: plant.now, point: "DE-A", isRemounted: true))
      #expect(remounted.relearned == ["DE-A"])
      #expect(remounted.lines.contains("the usual mean of DE-A is learned anew: its sensor was mounted anew"))
      let (effect, _) = plant.take(Self.record(.replacement, at: plant.now, bearing: "DE"))
      #expect(effect.relearned == ["DE-H"])
      let (all, _) = plant.take(Self.record(.workOrder, at: plant.now))
      #expect(
        !all.relearned.contains("DE-H") && all.relearned.contains("bearing-temperature"), "\(all.relearned)")
    }
  }
}
