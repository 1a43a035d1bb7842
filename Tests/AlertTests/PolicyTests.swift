// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine
import Testing

@Suite("Alarm policy")
struct PolicyTests {
  @Test(
    "A class of fault overrules its severity, which overrules the rule; the longest class that fits counts")
  func precedence() {
    var policy = AlarmPolicy(onDelay_s: 1, offDelay_s: 2)
    var (severe, bearings, outer) = (AlarmPolicy.Change(), AlarmPolicy.Change(), AlarmPolicy.Change())
    (severe.onDelay_s, severe.isLatching) = (10, true)
    (bearings.onDelay_s, bearings.offDelay_s) = (20, 21)
    outer.onDelay_s = 30
    policy.severities[.danger] = severe
    policy.faults = ["bearing-*": bearings, "bearing-outer-*": outer]
    func delays(_ fault: String, _ severity: Severity) -> [Double] {
      let rule = policy.rule(fault, severity)
      return [rule.onDelay_s, rule.offDelay_s, rule.isLatching ? 1 : 0]
    }
    #expect(delays("unbalance", .warning) == [1, 2, 0])
    #expect(delays("unbalance", .danger) == [10, 2, 1])
    #expect(delays("bearing-cage", .danger) == [20, 21, 1])
    #expect(delays("bearing-outer-race", .warning) == [30, 2, 0])
  }

  @Test(
    "A latched alarm stays until it is acknowledged and reset by a person, and not while its condition stands"
  )
  func latching() throws {
    var policy = AlarmPolicy(offDelay_s: 60)
    policy.rule.isLatching = true
    var book = AlarmBook(policy: policy)
    _ = book.update([finding()], for: pump, at: stamp(0))
    #expect(refusal(command(.reset), &book, at: 1) == .stillPresent(unbalance))
    _ = book.update([], for: pump, at: stamp(60))
    let cleared = book.update([], for: pump, at: stamp(120))
    #expect(moves(cleared) == ["unacknowledged>unacknowledged cleared"])
    #expect(refusal(command(.reset), &book, at: 121) == .acknowledgeFirst(unbalance))
    _ = try book.apply(command(.acknowledge), at: stamp(130))
    for second in stride(from: 200.0, to: 2000, by: 100) {
      let quiet = book.update([], for: pump, at: stamp(second))
      #expect(quiet.isEmpty)
    }
    let reset = try book.apply(command(.reset), at: stamp(2000))
    #expect(moves(reset) == ["acknowledged>normal reset"] && reset[0].by == "Ana")
  }

  @Test("A latched alarm whose condition comes back is told again")
  func latchedAgain() throws {
    var policy = AlarmPolicy(offDelay_s: 0)
    policy.rule.isLatching = true
    var book = AlarmBook(policy: policy)
    _ = book.update([finding()], for: pump, at: stamp(0))
    _ = try book.apply(command(.acknowledge), at: stamp(1))
    _ = book.update([], for: pump, at: stamp(2))
    let again = book.update([finding()], for: pump, at: stamp(3))
    #expect(moves(again) == ["acknowledged>unacknowledged finding"] && again[0].alarm.occurrence == 2)
  }

  @Test(
    "A value must pass its limit by the deadband to raise, but not to stay; a danger need not",
    arguments: [(7.1, Severity.warning, 0), (7.4, .warning, 0), (7.5, .warning, 1), (7.1, .danger, 1)])
  func deadband(value: Double, severity: Severity, raised: Int) {
    var policy = AlarmPolicy(offDelay_s: 0)
    policy.rule.deadband = 0.05
    var book = AlarmBook(policy: policy)
    var high = finding("vibration-severity", severity)
    high.supporting = [
      Evidence("v", quantity: "velocity", value: value, reference: 7.1, source: "ISO", weight: 1)
    ]
    let transitions = book.update([high], for: pump, at: stamp(0))
    #expect(transitions.count == raised)
    high.supporting[0].value = 7.11
    let after = book.update([high], for: pump, at: stamp(10))
    #expect(after.isEmpty)
  }

  @Test("An alarm that grows worse is told again, and counts how often")
  func realarm() throws {
    var book = AlarmBook()
    _ = book.update([finding()], for: pump, at: stamp(0))
    for (second, severity) in [(10.0, Severity.alarm), (20, .danger)] {
      _ = try book.apply(command(.acknowledge), at: stamp(second - 1))
      let told = book.update([finding("unbalance", severity)], for: pump, at: stamp(second))
      #expect(moves(told) == ["acknowledged>unacknowledged escalated"])
    }
    let count = book.alarm(unbalance)?.realarms
    #expect(count == 2)
  }

  @Test(
    "Three comings and goings within the window make an alarm chattering: its off-delay is stretched until it is quiet"
  )
  func chatter() {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 60))
    func run(_ isThere: Bool, _ second: Double, _ book: inout AlarmBook) -> [String] {
      moves(book.update(isThere ? [finding()] : [], for: pump, at: stamp(second)))
    }
    _ = run(true, 0, &book)
    _ = run(false, 10, &book)
    #expect(run(false, 70, &book) == ["unacknowledged>returned-unacknowledged cleared"])
    #expect(run(true, 80, &book) == ["returned-unacknowledged>unacknowledged finding"])
    let marked = book.alarm(unbalance)?.chattering
    #expect(marked == stamp(80))
    _ = run(false, 90, &book)
    #expect(run(false, 160, &book) == [])
    #expect(run(false, 330, &book) == ["unacknowledged>returned-unacknowledged cleared"])
    #expect(run(true, 330 + 3601, &book) == ["returned-unacknowledged>unacknowledged finding"])
    let after = book.alarm(unbalance)?.chattering
    #expect(after == nil)
  }

  @Test("What stands for more than a day is stale")
  func stale() {
    var book = AlarmBook()
    _ = book.update([finding()], for: pump, at: stamp(0))
    let (early, late) = (book.stale(at: stamp(86_400)).count, book.stale(at: stamp(86_401)).map(\.id))
    #expect(early == 0 && late == [unbalance])
  }
}
