// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine
import Testing

@Suite("Alarm book")
struct AlarmBookTests {
  /// One minute a letter: n notice, w warning, a alarm, d danger, . gone, u not assessable, k acknowledge.
  @Test(
    "Every step of the state machine",
    arguments: [
      ("n n n", []),
      ("w w", ["normal>unacknowledged finding"]),
      ("w . . w . .", ["normal>unacknowledged finding"]),
      ("w . . . .", ["normal>unacknowledged finding", "unacknowledged>returned-unacknowledged cleared"]),
      (
        "w . . . . k",
        [
          "normal>unacknowledged finding", "unacknowledged>returned-unacknowledged cleared",
          "returned-unacknowledged>normal acknowledge",
        ]
      ),
      (
        "w k . . . .",
        [
          "normal>unacknowledged finding", "unacknowledged>acknowledged acknowledge",
          "acknowledged>normal cleared",
        ]
      ),
      (
        "w . . . . w",
        [
          "normal>unacknowledged finding", "unacknowledged>returned-unacknowledged cleared",
          "returned-unacknowledged>unacknowledged finding",
        ]
      ),
      (
        "w k a",
        [
          "normal>unacknowledged finding", "unacknowledged>acknowledged acknowledge",
          "acknowledged>unacknowledged escalated",
        ]
      ),
      ("a w d", ["normal>unacknowledged finding", "unacknowledged>unacknowledged escalated"]),
      ("w n n n n n", ["normal>unacknowledged finding"]),
      ("w u u u u u u", ["normal>unacknowledged finding"]),
      ("w . . u . .", ["normal>unacknowledged finding"]),
      ("w . . u . . .", ["normal>unacknowledged finding", "unacknowledged>returned-unacknowledged cleared"]),
    ] as [(String, [String])])
  func table(script: String, expected: [String]) throws {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 180))
    var seen: [AlarmTransition] = []
    for (minute, letter) in script.split(separator: " ").enumerated() {
      let now = stamp(60 * Double(minute))
      switch letter {
      case "k": seen += try book.apply(command(.acknowledge), at: now)
      case ".": seen += book.update([], for: pump, at: now)
      case "u": seen += book.update([finding(confidence: 0)], for: pump, at: now)
      default:
        let severity = Severity.allCases.first { $0.rawValue.hasPrefix(String(letter)) }
        seen += book.update([finding("unbalance", try #require(severity))], for: pump, at: now)
      }
    }
    #expect(steps(seen).map { $0.replacing("P-101:unbalance ", with: "") } == expected)
  }

  @Test("The on-delay asks for an unbroken condition")
  func onDelay() {
    var book = AlarmBook(policy: AlarmPolicy(onDelay_s: 120))
    var counts: [Int] = []
    for (minute, isThere) in [true, true, false, true, true, true].enumerated() {
      counts.append(book.update(isThere ? [finding()] : [], for: pump, at: stamp(60 * Double(minute))).count)
    }
    #expect(counts == [0, 0, 0, 0, 0, 1])
  }

  @Test("Severity never falls while the alarm stands, and a second raise counts")
  func latching() throws {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0))
    _ = book.update([finding("unbalance", .alarm)], for: pump, at: stamp(0))
    _ = book.update([finding("unbalance", .warning)], for: pump, at: stamp(60))
    let standing = book.standing
    #expect(standing.map(\.severity) == [.alarm] && standing.map(\.occurrence) == [1])
    _ = book.update([], for: pump, at: stamp(120))
    let cleared = book.alarm("P-101:unbalance")
    let returned = try #require(cleared)
    #expect(returned.state == .returnedUnacknowledged && returned.returned == stamp(120))
    _ = book.update([finding()], for: pump, at: stamp(180))
    let raised = book.alarm("P-101:unbalance")
    let again = try #require(raised)
    #expect(again.occurrence == 2 && again.returned == nil)
  }

  @Test("Sensor findings are alarms about the sensor, at most warnings, and do not explain an anomaly")
  func sensors() {
    var book = AlarmBook()
    let sensor = finding("sensor-stuck", .danger, point: "DE-H", subject: .sensor)
    _ = book.update([sensor, finding("anomaly")], for: pump, at: stamp(0))
    let standing = book.standing
    #expect(Set(standing.map(\.id)) == ["P-101/DE-H:sensor-stuck", "P-101:anomaly"])
    #expect(standing.allSatisfy { $0.severity == .warning })
  }

  @Test("A machine alarm is held while the sensor that showed it is faulty")
  func heldBySensor() {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 60))
    _ = book.update([finding("bearing-outer-race", point: "DE-H")], for: pump, at: stamp(0))
    let sensor = finding("sensor-dropout", point: "DE-H", subject: .sensor)
    for minute in 1...5 { _ = book.update([sensor], for: pump, at: stamp(60 * Double(minute))) }
    let states = book.standing.map(\.state)
    #expect(states == [.unacknowledged, .unacknowledged])
  }

  @Test("An anomaly is suppressed while a fault stands, and comes back if it outlives it")
  func suppression() throws {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0))
    let (odd, named) = (finding("anomaly"), finding("misalignment"))
    let first = book.update([odd], for: pump, at: stamp(0))
    let second = book.update([odd, named], for: pump, at: stamp(60))
    #expect(steps(first) == ["P-101:anomaly normal>unacknowledged finding"])
    #expect(
      steps(second) == [
        "P-101:misalignment normal>unacknowledged finding",
        "P-101:anomaly unacknowledged>suppressed suppressed",
      ])
    _ = try book.apply(command(.acknowledge, "P-101:misalignment"), at: stamp(90))
    let third = book.update([odd], for: pump, at: stamp(120))
    #expect(
      steps(third) == [
        "P-101:misalignment acknowledged>normal cleared",
        "P-101:anomaly suppressed>unacknowledged unsuppressed",
      ])
    var other = AlarmBook()
    _ = other.update([named], for: pump, at: stamp(0))
    let quiet = other.update([named, odd], for: pump, at: stamp(60))
    #expect(steps(quiet) == ["P-101:anomaly normal>suppressed suppressed"])
  }

  @Test("Machines do not touch each other's alarms")
  func machines() {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0))
    _ = book.update([finding()], for: pump, at: stamp(0))
    let other = MachineID("P-10")
    let transitions = book.update([finding()], for: other, at: stamp(60))
    let standing = book.standing(of: pump).count
    #expect(transitions.isEmpty && standing == 1)
  }

  @Test("A restored book goes on where it was, though the monotonic clock has started again")
  func restore() throws {
    var first = AlarmBook()
    _ = first.update([finding("unbalance", .alarm), finding("cavitation")], for: pump, at: stamp(1000))
    _ = try first.apply(command(.acknowledge), at: stamp(1010))
    let stored = first.standing
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 60), restoring: stored)
    let restored = book.standing
    #expect(restored == stored)
    let same = book.update([finding("unbalance", .alarm)], for: pump, at: stamp(1))
    #expect(same.isEmpty)
    let cleared = book.update([finding("unbalance", .alarm)], for: pump, at: stamp(61))
    #expect(steps(cleared) == ["P-101:cavitation unacknowledged>returned-unacknowledged cleared"])
  }

  @Test("A full book drops what is over first, then returned and less severe, and never the most severe")
  func bounds() throws {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0, capacity: 3))
    func machine(_ n: Int) -> MachineID { MachineID("M-\(n)") }
    _ = book.update([finding("unbalance", .danger, machine: machine(1))], for: machine(1), at: stamp(1))
    _ = book.update([finding("unbalance", .alarm, machine: machine(2))], for: machine(2), at: stamp(2))
    _ = book.update([finding("unbalance", .warning, machine: machine(3))], for: machine(3), at: stamp(3))
    // Full of standing alarms: a warning finds no place, an alarm takes that of the warning.
    let refusal = book.update(
      [finding("unbalance", .warning, machine: machine(4))], for: machine(4), at: stamp(4))
    let (refused, overflow) = (book.refused, refusal.isEmpty)
    #expect(overflow && refused == 1)
    let fifth = book.update(
      [finding("unbalance", .alarm, machine: machine(5))], for: machine(5), at: stamp(5))
    #expect(
      steps(fifth) == [
        "M-3:unbalance unacknowledged>normal dropped", "M-5:unbalance normal>unacknowledged finding",
      ])
    // A returned alarm goes before a standing one of less severity.
    _ = book.update([], for: machine(1), at: stamp(6))
    _ = book.update([], for: machine(1), at: stamp(7))
    let sixth = book.update(
      [finding("unbalance", .warning, machine: machine(6))], for: machine(6), at: stamp(8))
    #expect(steps(sixth).first == "M-1:unbalance returned-unacknowledged>normal dropped")
  }

  @Test("A storm of 100,000 findings keeps the book within its bound and the worst alarm in it")
  func storm() {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0, capacity: 50))
    let worst = MachineID("worst")
    _ = book.update([finding("unbalance", .danger, machine: worst)], for: worst, at: stamp(0))
    var count = 0
    for i in 1...100_000 {
      let machine = MachineID("M-\(i % 500)")
      let severity: Severity = i % 3 == 0 ? .alarm : .warning
      count +=
        book.update(
          i % 2 == 0 ? [finding("unbalance", severity, machine: machine)] : [], for: machine,
          at: stamp(Double(i))
        ).count
    }
    // The flood's own alarm stands beside them.
    let (size, first) = (book.count, book.standing.first?.finding.machine)
    #expect(size <= 51 && first == worst && count > 0)
  }
}
