// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Machine
import TestData
import Testing

/// Every legal step after the state diagram of ISA-18.2 / IEC 62682: normal, unacknowledged, acknowledged and returned to
/// normal unacknowledged; from each of them into the three states that set aside, and from those to an alarm or to normal.
/// U unacknowledged, A acknowledged, R returned, N normal, S shelved, D suppressed by design, O out of service.
private let legal: [AlarmCause: String] = [
  .finding: "NU RU UU AU",  // UU and AU: the condition of a latched alarm comes back
  .cleared: "UR AN DN UU AA",  // UU and AA: a latched alarm stays
  .escalated: "UU AU SU DU",
  .acknowledge: "UA RN", .reset: "AN",
  .shelve: "NS US AS RS", .unshelve: "SU SN", .expired: "SU SN",
  .outOfService: "NO UO AO RO", .returnToService: "OU ON",
  .undo: "AU NR SN SU SA SR ON OU OA OR",
  .suppressed: "ND UD AD RD SD OD", .unsuppressed: "DU DN",
  .held: "ND SD DD", .released: "DU",
  .flood: "NU RU UU AA",
  .repaired: "NN UN AN RN SN DN", .refuted: "NN UN AN RN SN DN",
  .dropped: "UN AN RN SN DN ON",
]

private func letter(_ state: AlarmState) -> String {
  switch state {
  case .normal: "N"
  case .unacknowledged: "U"
  case .acknowledged: "A"
  case .returnedUnacknowledged: "R"
  case .shelved: "S"
  case .suppressed: "D"
  case .outOfService: "O"
  }
}

/// Random findings, motions, commands and pauses.
private struct Events {
  enum Event {
    case judge([Finding], MachineID, OperatingState.Motion)
    case command(AlarmCommand)
    case tick
  }
  var random: Noise
  var second = 0.0
  private var present: [MachineID: [String: Finding]] = [:]
  private let machines = (0..<6).map { MachineID("M-\($0)") }
  private let faults = ["blocked-strainer", "cavitation", "unbalance", "latched", "anomaly", "sensor-stuck"]

  init(seed: UInt64) { random = Noise(seed) }

  private var count = 0
  private var last: AlarmCommand?

  mutating func next() -> Event {
    count += 1
    // Busy and quiet hours in turn.
    let pauses = count / 300 % 2 == 0 ? [0.5, 1, 2] : [5.0, 30, 120]
    second += pauses.randomElement(using: &random) ?? 1
    if Int.random(in: 0..<400, using: &random) == 0 { second += 4000 }
    if var undo = last, Int.random(in: 0..<4, using: &random) == 0 {
      (undo.verb, last) = (.undo, nil)
      return .command(undo)
    }
    let machine = machines.randomElement(using: &random) ?? machines[0]
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<6:
      let fault = faults.randomElement(using: &random) ?? "unbalance"
      if present[machine]?[fault] != nil, Bool.random(using: &random) {
        present[machine]?[fault] = nil
      } else {
        let severity = Severity.allCases.randomElement(using: &random) ?? .warning
        let isSensor = fault == "sensor-stuck"
        present[machine, default: [:]][fault] = finding(
          fault, severity, machine: machine, point: isSensor ? "DE-H" : nil,
          subject: isSensor ? .sensor : .machine,
          confidence: Int.random(in: 0..<10, using: &random) == 0 ? 0 : 0.9,
          consequenceOf: fault == "cavitation" ? "blocked-strainer" : nil)
      }
      let motions: [OperatingState.Motion] = [.running, .running, .running, .off, .transient, .unknown]
      let all = (present[machine] ?? [:]).values.sorted { $0.fault < $1.fault }
      return .judge(all, machine, motions.randomElement(using: &random) ?? .running)
    case 6..<9:
      let fault = faults.randomElement(using: &random) ?? "unbalance"
      let id = fault == "sensor-stuck" ? "\(machine)/DE-H:\(fault)" : "\(machine):\(fault)"
      let verb = AlarmCommand.Verb.allCases.randomElement(using: &random) ?? .undo
      let command = AlarmCommand(
        verb, Int.random(in: 0..<20, using: &random) == 0 ? "site:alarm-flood" : id, by: "Ana", why: "x",
        until: stamp(second + ([600, 3600, 1e7].randomElement(using: &random) ?? 600)).received, record: "WO",
        verdict: RecordVerdict.allCases.randomElement(using: &random))
      last = command
      return .command(command)
    default: return .tick
    }
  }
}

private func play(_ event: Events.Event, _ book: inout AlarmBook, at now: Stamp) -> [AlarmTransition] {
  switch event {
  case .judge(let findings, let machine, let motion):
    book.update(findings, for: machine, motion: motion, at: now)
  case .command(let command): (try? book.apply(command, at: now)) ?? []
  case .tick: book.tick(at: now)
  }
}

private func policy() -> AlarmPolicy {
  var policy = AlarmPolicy(onDelay_s: 0, offDelay_s: 60, capacity: 24)
  var (latched, slow) = (AlarmPolicy.Change(), AlarmPolicy.Change())
  latched.isLatching = true
  slow.onDelay_s = 40
  policy.faults = ["latched": latched, "unb*": slow]
  return policy
}

@Suite("Alarm book against the standard's diagram")
struct ModelTests {
  @Test("100,000 random events make legal steps only, and every legal step")
  func legalSteps() {
    var events = Events(seed: 18_2)
    var book = AlarmBook(policy: policy())
    var states: [String: AlarmState] = [:]
    var (seen, wrong): (Set<String>, [String]) = ([], [])
    for count in 0..<100_000 {
      let event = events.next()
      for step in play(event, &book, at: stamp(events.second)) {
        let move = letter(step.from) + letter(step.alarm.state)
        seen.insert("\(step.cause.rawValue) \(move)")
        let rows = (legal[step.cause] ?? "").split(separator: " ").map(String.init)
        if !rows.contains(move) { wrong.append("\(step.cause.rawValue) \(move)") }
        if states[step.alarm.id, default: .normal] != step.from {
          wrong.append("\(step.alarm.id) was not \(step.from)")
        }
        states[step.alarm.id] = step.alarm.state
        let isAside = [.shelved, .suppressed, .outOfService].contains(step.alarm.state)
        if isAside != (step.alarm.hold != nil) {
          wrong.append("\(step.alarm.id): hold in \(step.alarm.state)")
        }
      }
      if count % 32 == 0 {
        for alarm in book.standing where states[alarm.id] != alarm.state {
          wrong.append("\(alarm.id) moved unseen")
        }
      }
      if book.count > 49 { wrong.append("the book holds \(book.count)") }
    }
    let all = Set(
      legal.flatMap { cause, rows in rows.split(separator: " ").map { "\(cause.rawValue) \($0)" } })
    #expect(Set(wrong) == [])
    #expect(all.subtracting(seen) == [])
  }

  @Test("A restored book goes on exactly as the one that was never stopped", arguments: [UInt64(1), 2, 3])
  func restart(seed: UInt64) throws {
    var events = Events(seed: seed)
    var whole = AlarmBook(policy: policy())
    var parted = AlarmBook(policy: policy())
    var stored: [String: Alarm] = [:]
    for count in 1...6000 {
      let event = events.next()
      let now = stamp(events.second)
      let (a, b) = (play(event, &whole, at: now), play(event, &parted, at: now))
      try #require(a == b, "event \(count)")
      for step in b { stored[step.alarm.id] = step.alarm }
      if count % 97 == 0 {
        let memory = try JSONDecoder().decode(
          AlarmMemory.self, from: JSONEncoder().encode(parted.memory(at: now)))
        let kept = stored.values.filter { parted.alarm($0.id) != nil }
        parted = AlarmBook(policy: policy(), restoring: kept, memory: memory, at: now)
      }
    }
    let (first, second) = (whole.standing, parted.standing)
    #expect(first == second)
  }

  @Test("A gateway that was off for an hour, its monotonic clock begun anew, counts that hour for no absence")
  func reboot() throws {
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 100))
    _ = book.update([finding()], for: pump, at: stamp(1000))
    for second in [1010.0, 1060] { _ = book.update([], for: pump, at: stamp(second)) }
    let memory = book.memory(at: stamp(1060))
    func after(_ second: Double) -> Stamp {
      Stamp(received: stamp(4660 + second).received, monotonic: MonotonicTime(seconds: second))
    }
    var next = AlarmBook(
      policy: AlarmPolicy(offDelay_s: 100), restoring: book.standing, memory: memory, at: after(5))
    let early = next.update([], for: pump, at: after(50))
    let late = next.update([], for: pump, at: after(55))
    #expect(early.isEmpty && moves(late) == ["unacknowledged>returned-unacknowledged cleared"])
  }
}
