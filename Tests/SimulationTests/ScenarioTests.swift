// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("Stories of machines are seeded, in order and cheap")
struct ScenarioTests {
  private func course(_ story: Scenario, step_s: Double = 7200) -> [Double] {
    var machine = story.machine
    return stride(from: story.begin_s, to: story.end_s, by: step_s).flatMap { t in
      let x = machine.scalars(at: t)
      return machine.spec.instruments.map { x[$0] }.filter { !$0.isNaN }
    }
  }

  @Test("The same seed tells the same story bit for bit, another seed another")
  func deterministic() throws {
    let make: [(UInt64) -> Scenario?] = [
      { .failure(.cavitation, seed: $0) }, { .chain(.lubrication, seed: $0) }, { .healthyWeek(seed: $0) },
    ]
    for story in make {
      let once = try #require(story(5))
      let again = try #require(story(5))
      #expect(once.spec == again.spec)
      #expect(once.faults == again.faults)
      #expect(course(once) == course(again))
      #expect(course(once) != course(try #require(story(6))))
    }
  }

  @Test("Every fault has a story: health, onset, severity 1 at failure", arguments: FaultKind.allCases)
  func failure(fault: FaultKind) throws {
    for seed in [1, 2, 3] as [UInt64] {
      let story = try #require(Scenario.failure(fault, seed: seed))
      let (onset, failure) = (try #require(story.onset_s), try #require(story.failure_s))
      #expect(onset >= story.begin_s + 3 * 86_400)
      #expect(story.end_s > failure)
      let plan = try #require(story.faults.first)
      #expect(plan.severity(at: onset - 1) == 0)
      #expect(abs(plan.severity(at: failure) - 1) < 1e-9)
      #expect(story.spec.canSuffer(fault))
      #expect(story.chain == (fault.isSensorFault ? [] : [fault]))
    }
    #expect(Scenario.failure(.gearWear, preset: "pump", seed: 1) == nil)
  }

  @Test(
    "In a chain each fault begins while the one before grows, and the last ends in failure",
    arguments: FaultChain.allCases)
  func chains(chain: FaultChain) throws {
    for seed in 0..<12 as Range<UInt64> {
      let story = try #require(Scenario.chain(chain, seed: seed))
      #expect(story.chain.count >= 2)
      #expect(story.faults.first?.kind == story.chain.first)
      for (cause, effect) in zip(story.faults, story.faults.dropFirst()) {
        #expect((0.25...0.95).contains(cause.severity(at: effect.onset_s)))
        #expect(effect.onset_s > cause.onset_s)
      }
      let last = try #require(story.faults.last)
      #expect(abs(last.severity(at: try #require(story.failure_s)) - 1) < 1e-9)
      #expect(last.severity(at: try #require(story.failure_s) - 0.2 * last.growth_s) < 1)
    }
  }

  @Test("A blocked strainer brings cavitation about by physics alone before the wheel wears")
  func physicalConsequence() throws {
    for seed in 1...6 as ClosedRange<UInt64> {
      var story = try #require(Scenario.chain(.strainerImpeller, seed: seed))
      #expect(story.chain == [.blockedStrainer, .cavitation, .impellerWear])
      #expect(!story.faults.contains { $0.kind == .cavitation })
      let wear = try #require(story.faults.last).onset_s
      story.faults.removeLast()
      var machine = story.machine
      func noise(_ start: Double) -> Double {
        let x = stride(from: start, to: start + 86_400, by: 900).map { machine.scalars(at: $0) }
          .filter(\.isOn).map { $0[.accelerationRMS] }
        return x.reduce(0, +) / Double(x.count)
      }
      let sound = noise(story.begin_s)
      #expect(noise(wear) > 1.4 * sound)
    }
  }

  @Test(
    "Laws of growth begin at nothing, never fall and end at the ceiling",
    arguments: [
      FaultPlan.Law.linear, .accelerating, .steps,
    ])
  func laws(law: FaultPlan.Law) {
    var plan = FaultPlan(.unbalance, onset_s: 100, growth_s: 1000, ceiling: 0.8)
    plan.law = law
    let course = stride(from: 100.0, through: 1100, by: 10).map { plan.severity(at: $0) }
    #expect(course.first == 0 && course.last == 0.8)
    #expect(course == course.sorted())
    for share in [0.2, 0.5, 0.7] {
      let t = plan.moment(ofSeverity: share)
      #expect(plan.severity(at: t + 1e-6) >= share - 1e-6)
      #expect(plan.severity(at: t - 20) < share)
    }
    plan.ripple = 0.1
    plan.rippleSeed = 3
    #expect(plan.severity(at: 600) != course[50])
    #expect(plan.severity(at: 1100) == 0.8)
  }

  @Test("Healthy weeks lie in zones A and B of ISO 10816-3, warm and run as plants do")
  func healthySpread() throws {
    var velocity: [Double] = []
    var rise: [Double] = []
    var imbalance: [Double] = []
    var running = 0
    var all = 0
    var machines: Set<String> = []
    for seed in 0..<60 as Range<UInt64> {
      let story = try #require(Scenario.healthyWeek(seed: seed))
      #expect(story.chain.isEmpty)
      #expect(story.faults.allSatisfy { $0.kind.isSensorFault })
      var machine = story.machine
      machine.faults = []
      machines.insert(story.preset)
      for t in stride(from: story.begin_s, to: story.end_s, by: 3600) {
        let x = machine.scalars(at: t)
        all += 1
        guard x.isOn else { continue }
        running += 1
        velocity.append(x[.velocityRMS])
        rise.append(x[.bearingTemperature] - x[.ambientTemperature])
        imbalance.append(x[.currentImbalance])
      }
    }
    for list in [velocity, rise, imbalance] { #expect(!list.contains { $0.isNaN }) }
    // Zone B of group 2 on a rigid base ends at 2.8 mm/s.
    #expect((velocity.max() ?? 9) < 2.5)
    #expect((velocity.max() ?? 0) / (velocity.min() ?? 1) > 3)
    // Bearings of sound machines run 10 to 50 K above ambient; after a start and new grease less or more.
    #expect((rise.max() ?? 99) < 55)
    #expect((rise.sorted()[rise.count / 2]) > 10)
    // NEMA MG 1: up to 1 % of voltage imbalance is allowed, and gives 6 to 10 times as much in the current at worst.
    #expect((imbalance.max() ?? 99) < 4)
    #expect((0.7...0.99).contains(Double(running) / Double(all)))
    #expect(machines.count > 6)
  }

  @Test("Sensors fail in healthy weeks: dropouts in most, something longer in about a third")
  func sensors() throws {
    let weeks = try (0..<200 as Range<UInt64>).map { try #require(Scenario.healthyWeek(seed: $0)) }
    func isShort(_ plan: FaultPlan) -> Bool { (plan.end_s ?? .infinity) - plan.onset_s <= 720 }
    let short = weeks.filter { $0.faults.contains(where: isShort) }.count
    let long = weeks.filter { $0.faults.contains { !isShort($0) } }.count
    #expect((140...195).contains(short))
    #expect((35...90).contains(long))
    #expect(weeks.contains { !$0.spec.plan.greasings_s.isEmpty })
    #expect(Set(weeks.flatMap { $0.faults.map(\.kind) }).count == 6)
    for week in weeks { for plan in week.faults { #expect(plan.onset_s >= week.begin_s) } }
  }

  @Test("A week at a reading a minute takes a fraction of a second")
  func cheap() throws {
    let story = try #require(Scenario.healthyWeek(preset: "pump", seed: 1))
    var machine = story.machine
    let time = ContinuousClock().measure {
      for t in stride(from: story.begin_s, to: story.end_s, by: 60) { _ = machine.scalars(at: t) }
    }
    #expect(time < .seconds(8))
  }
}
