// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine
import Testing

@Suite("Suppression by design")
struct SuppressionTests {
  private let strainer = finding("blocked-strainer")
  private func cavitation(_ severity: Severity = .warning) -> Finding {
    finding("cavitation", severity, consequenceOf: "blocked-strainer")
  }

  @Test("A consequence is suppressed and listed under its root, and told when the root ends")
  func firstOut() throws {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0))
    let first = book.update([cavitation(), strainer], for: pump, at: stamp(0))
    #expect(
      steps(first) == [
        "P-101:blocked-strainer normal>unacknowledged finding",
        "P-101:cavitation normal>suppressed suppressed",
      ])
    let under = book.consequences(of: "P-101:blocked-strainer").map(\.id)
    #expect(under == ["P-101:cavitation"] && first[1].alarm.hold?.parent == "P-101:blocked-strainer")
    _ = try book.apply(command(.acknowledge, "P-101:blocked-strainer"), at: stamp(5))
    let ended = book.update([cavitation()], for: pump, at: stamp(10))
    #expect(
      steps(ended) == [
        "P-101:blocked-strainer acknowledged>normal cleared",
        "P-101:cavitation suppressed>unacknowledged unsuppressed",
      ])
  }

  @Test("A consequence that stood before its root was found goes under it")
  func rootLater() {
    var book = AlarmBook()
    _ = book.update([finding("cavitation")], for: pump, at: stamp(0))
    let then = book.update([cavitation(), strainer], for: pump, at: stamp(10))
    #expect(
      steps(then) == [
        "P-101:blocked-strainer normal>unacknowledged finding",
        "P-101:cavitation unacknowledged>suppressed suppressed",
      ])
  }

  @Test("A danger is not hidden under a warning; under a danger it is")
  func danger() {
    var book = AlarmBook()
    _ = book.update([strainer, cavitation()], for: pump, at: stamp(0))
    let worse = book.update([strainer, cavitation(.danger)], for: pump, at: stamp(10))
    #expect(steps(worse) == ["P-101:cavitation suppressed>unacknowledged escalated"])
    var other = AlarmBook()
    let both = other.update(
      [finding("blocked-strainer", .danger), cavitation(.danger)], for: pump, at: stamp(0))
    #expect(both.map(\.alarm.state) == [.unacknowledged, .suppressed])
  }

  @Test("Faults that name each other as their cause are not both silent")
  func cycle() {
    var book = AlarmBook()
    let (a, b) = (finding("a", consequenceOf: "b"), finding("b", consequenceOf: "a"))
    for second in [0.0, 10, 20] { _ = book.update([a, b], for: pump, at: stamp(second)) }
    let standing = book.standing.count
    #expect(standing == 1)
  }

  @Test("A chain is silent but for its root, and listed under it")
  func chain() {
    var book = AlarmBook()
    let all = [
      finding("c", consequenceOf: "b"), finding("b", consequenceOf: "a"), finding("a"),
      finding("d", consequenceOf: "elsewhere"),
    ]
    _ = book.update(all, for: pump, at: stamp(0))
    let (standing, under) = (book.standing.map(\.id), book.consequences(of: "P-101:a").map(\.id))
    #expect(standing == ["P-101:a", "P-101:d"] && under == ["P-101:b", "P-101:c"])
  }

  @Test(
    "What begins while the machine is off or starts waits until it runs; a danger does not",
    arguments: [
      (OperatingState.Motion.off, Severity.alarm, AlarmState.suppressed), (.transient, .warning, .suppressed),
      (.off, .danger, .unacknowledged), (.running, .warning, .unacknowledged),
      (.unknown, .warning, .unacknowledged),
    ])
  func motion(motion: OperatingState.Motion, severity: Severity, expected: AlarmState) {
    var book = AlarmBook()
    _ = book.update([finding("unbalance", severity)], for: pump, motion: motion, at: stamp(0))
    let first = state(book)
    #expect(first == expected)
    let later = book.update([finding("unbalance", severity)], for: pump, motion: .running, at: stamp(10))
    #expect(moves(later) == (expected == .suppressed ? ["suppressed>unacknowledged unsuppressed"] : []))
  }

  @Test("An alarm that stands is not hidden when the machine is stopped; a sensor's never is")
  func stopped() {
    var book = AlarmBook()
    _ = book.update([finding()], for: pump, motion: .running, at: stamp(0))
    let stuck = finding("sensor-stuck", point: "DE-H", subject: .sensor)
    let then = book.update([finding(), stuck], for: pump, motion: .off, at: stamp(10))
    #expect(
      steps(then) == ["P-101/DE-H:sensor-stuck normal>unacknowledged finding"]
        && state(book) == .unacknowledged)
  }

  /// Raises one alarm on each of so many machines, a second apart.
  private func flood(_ count: Int, from second: Double, _ severity: Severity, _ book: inout AlarmBook)
    -> [AlarmTransition]
  {
    (0..<count).flatMap { index in
      let machine = MachineID("M-\(severity.rawValue)-\(index)")
      return book.update(
        [finding("unbalance", severity, machine: machine)], for: machine, at: stamp(second + Double(index)))
    }
  }

  @Test("More than ten in ten minutes: the rest waits behind one flood alarm, severe ones pass")
  func floodHolds() {
    var book = AlarmBook()
    let ten = flood(10, from: 0, .warning, &book)
    #expect(Set(moves(ten)) == ["normal>unacknowledged finding"])
    let more = (0..<5).flatMap { index in
      let machine = MachineID("N-\(index)")
      return book.update([finding(machine: machine)], for: machine, at: stamp(20))
    }
    #expect(
      steps(more).prefix(2) == [
        "N-0:unbalance normal>suppressed held", "site:alarm-flood normal>unacknowledged flood",
      ])
    #expect(moves(more).filter { $0 == "normal>suppressed held" }.count == 5)
    for severity in [Severity.alarm, .danger] {
      let severe = flood(20, from: 30, severity, &book)
      #expect(Set(moves(severe)) == ["normal>unacknowledged finding"])
    }
    let grown = book.tick(at: stamp(60))
    #expect(steps(grown) == ["site:alarm-flood unacknowledged>unacknowledged flood"])
    #expect(grown.first?.alarm.finding.supporting.last?.value == 5)
  }

  @Test(
    "After a flood what was held back is told at the rate that people can take, and then the flood is over")
  func floodEnds() {
    var book = AlarmBook()
    _ = flood(30, from: 0, .warning, &book)
    var (told, ended): ([Double], Double?) = ([], nil)
    for second in stride(from: 30.0, to: 5000, by: 1) {
      for step in book.tick(at: stamp(second)) {
        if step.cause == .released { told.append(second) }
        if step.alarm.id == "site:alarm-flood", step.cause == .cleared { ended = second }
      }
    }
    #expect(told.count == 20 && ended != nil)
    for start in told {
      #expect(told.count { $0 >= start && $0 < start + 600 } <= 5)
    }
    let after = flood(1, from: 6000, .alarm, &book) + flood(1, from: 6010, .warning, &book)
    #expect(moves(after) == ["normal>unacknowledged finding"])
  }

  @Test("What was held back and went away was never told")
  func floodForgets() {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0))
    _ = flood(11, from: 0, .warning, &book)
    let gone = book.update([], for: MachineID("M-warning-10"), at: stamp(30))
    #expect(steps(gone) == ["M-warning-10:unbalance suppressed>normal cleared"])
  }
}
