// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
import Glibc
import Machine
import TestData

/// Machines whose faults come and go at random, ten updates of one machine a second, while people acknowledge and shelve.
struct Storm: ~Copyable {
  private static let perSecond = 10.0
  private let machines: [MachineID]
  private let faults = [
    "unbalance", "bearing-outer-race", "cavitation", "blocked-strainer", "rub", "resonance",
  ]
  private var random = Noise(5)
  private var present: [[Severity?]]
  private var book: AlarmBook
  private var metrics: AlarmMetrics
  private var queue = PublishQueue(perSecond: Storm.perSecond)
  private var events = EventQueue(boot: 1, perSecond: Storm.perSecond)
  private var eventsIn: (second: Int, count: Int, most: Int) = (0, 0, 0)
  /// Dangers and alarms that were raised and not yet in a message, by machine, with the time.
  private var unsent: [Severity: [MachineID: Double]] = [.danger: [:], .alarm: [:]]
  private var sentIn: [Int: Int] = [:]
  private var longestWait_s = 0.0
  private var (dangers, lost, alarms, heldBack, sent) = (0, 0, 0, 0, 0)

  init(machines count: Int) {
    machines = (0..<count).map { MachineID("M-\($0)") }
    present = Array(repeating: Array(repeating: nil, count: 6), count: count)
    book = AlarmBook(policy: AlarmPolicy(offDelay_s: 0))
    metrics = AlarmMetrics(machines: count, since: Storm.stamp(0).received)
  }

  /// Runs until the book has made so many transitions, then lets the messages go out.
  mutating func run(transitions wanted: Int) -> Measures {
    let before = Storm.resident_KiB()
    var (peak, most, total, updates, second) = (before, 0, 0, 0, 0.0)
    let clock = ContinuousClock()
    let began = clock.now
    while total < wanted {
      second += 0.1
      updates += 1
      let made = step(second)
      total += made
      send(second)
      if updates % 1000 == 0 {
        most = max(most, book.count)
        peak = max(peak, Storm.resident_KiB())
        sentIn = sentIn.filter { $0.key >= Int(second) - 1 || $0.value == sentIn.values.max() }
      }
    }
    let taken = clock.now - began
    let end = second
    while queue.count > 0 {
      second += 0.1
      send(second)
    }
    let seconds = Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18
    let summary = metrics.summary(at: Storm.stamp(end).received, standing: book.standing, stale_s: 86_400)
    return Measures(
      transitions: total, updates: updates, seconds: seconds, transitions_per_second: Double(total) / seconds,
      memory_before_KiB: before, memory_peak_KiB: peak, memory_growth_KiB: peak - before, alarms_held: most,
      capacity: book.policy.capacity, dangers: dangers, dangers_lost: lost + (unsent[.danger]?.count ?? 0),
      alarms_raised: alarms, alarms_not_sent: unsent[.alarm]?.count ?? 0, messages: sent,
      messages_in_a_second: sentIn.values.max() ?? 0, message_bound: Int(2 * Storm.perSecond),
      longest_danger_wait_s: longestWait_s, events_sent: events.sent,
      events_in_a_second: eventsIn.most, events_given_up: events.lostInAll, event_bound: events.capacity,
      held_back: heldBack, in_flood_share: summary.floodShare)
  }

  /// One machine's conditions change; now and then a person does something.
  private mutating func step(_ second: Double) -> Int {
    let now = Storm.stamp(second)
    let place = Int.random(in: 0..<machines.count, using: &random)
    var begun: [String] = []
    for fault in faults.indices {
      if Int.random(in: 0..<3, using: &random) == 0 { continue }
      let before = present[place][fault]
      let severity = severity()
      present[place][fault] = before == nil ? severity : nil
      if before == nil, severity == .danger { begun.append("\(machines[place]):\(faults[fault])") }
    }
    let findings = faults.indices.compactMap { index in
      present[place][index].map { finding(faults[index], $0, machines[place], now) }
    }
    dangers += begun.count
    var steps = book.update(findings, for: machines[place], motion: .running, at: now)
    steps += book.tick(at: now)
    if Int.random(in: 0..<4, using: &random) == 0, let alarm = steps.last?.alarm {
      steps += act(on: alarm, now)
    }
    // A danger that begins stands after the update, whatever else the book had to drop; nobody has shelved it.
    for id in begun where !(book.alarm(id).map { $0.state != .normal && $0.severity == .danger } ?? false) {
      lost += 1
    }
    for step in steps { take(step, second) }
    return steps.count
  }

  private mutating func severity() -> Severity {
    switch Int.random(in: 0..<20, using: &random) {
    case 0: .danger
    case 1..<5: .alarm
    default: .warning
    }
  }

  private mutating func act(on alarm: Alarm, _ now: Stamp) -> [AlarmTransition] {
    let verbs: [AlarmCommand.Verb] = [.acknowledge, .acknowledge, .shelve, .undo, .unshelve]
    let command = AlarmCommand(
      verbs.randomElement(using: &random) ?? .acknowledge, alarm.id, by: "lab", why: "storm",
      until: WallTime(seconds: now.received.seconds + 60))
    return (try? book.apply(command, at: now)) ?? []
  }

  private mutating func take(_ step: AlarmTransition, _ second: Double) {
    metrics.fold(step)
    let (machine, severity) = (step.alarm.finding.machine, step.alarm.severity)
    queue.add(machine, severity: severity, at: MonotonicTime(seconds: second))
    events.add(step)
    if step.cause == .held { heldBack += 1 }
    // What gives way in a full book must never be a danger that nobody has seen the end of.
    if step.cause == .dropped, severity == .danger, step.from != .returnedUnacknowledged { lost += 1 }
    guard step.alarm.state == .unacknowledged, severity >= .alarm else { return }
    if severity == .alarm { alarms += 1 }
    let since = unsent[severity]?[machine] ?? second
    unsent[severity]?[machine] = since
  }

  private mutating func send(_ second: Double) {
    while let machine = queue.next(at: MonotonicTime(seconds: second)) {
      sent += 1
      sentIn[Int(second), default: 0] += 1
      // The message carries every standing alarm of the machine.
      if let since = unsent[.danger]?[machine] { longestWait_s = max(longestWait_s, second - since) }
      unsent[.danger]?[machine] = nil
      unsent[.alarm]?[machine] = nil
    }
    while let event = events.next(at: MonotonicTime(seconds: second)) {
      events.delivered(event)
      if eventsIn.second != Int(second) { (eventsIn.second, eventsIn.count) = (Int(second), 0) }
      eventsIn.count += 1
      eventsIn.most = max(eventsIn.most, eventsIn.count)
    }
  }

  private func finding(_ fault: String, _ severity: Severity, _ machine: MachineID, _ now: Stamp) -> Finding {
    Finding(
      machine: machine, point: nil, subject: .machine, fault: fault, title: fault, severity: severity,
      confidence: 0.9,
      supporting: (0..<4).map { index in
        Evidence(
          "fact \(index) of \(fault) on \(machine)", quantity: "velocity", value: Double(index),
          reference: 4.5,
          unit: "mm/s", source: "ISO 20816-3", weight: 1)
      }, confirm: "Look at the machine.", action: "Plan the work.", stamp: now)
  }

  private static func stamp(_ second: Double) -> Stamp {
    Stamp(received: WallTime(seconds: 1_767_225_600 + second), monotonic: MonotonicTime(seconds: second))
  }

  /// Resident memory of this process.
  private static func resident_KiB() -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
    return pages * sysconf(Int32(_SC_PAGESIZE)) / 1024
  }
}
