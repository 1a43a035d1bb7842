// SPDX-License-Identifier: Apache-2.0

import Alert
import Machine
import Testing

@Suite("Alarm metrics and messages")
struct MetricsTests {
  @Test("A week counted by hand")
  func week() throws {
    let week = 7 * 86_400.0
    var metrics = AlarmMetrics(machines: 4, since: stamp(0).received)
    var book = AlarmBook(policy: AlarmPolicy(offDelay_s: 60))
    var trail: [AlarmTransition] = []
    func machine(_ n: Int) -> MachineID { MachineID("M-\(n)") }
    // Three alarms in one bin, one of them unattended, one refuted, one acknowledged after 100 s and again told.
    for n in 0..<3 {
      trail += book.update([finding(machine: machine(n))], for: machine(n), at: stamp(Double(n)))
    }
    trail += try book.apply(command(.acknowledge, "M-2:unbalance"), at: stamp(102))
    trail += book.update([finding("unbalance", .alarm, machine: machine(2))], for: machine(2), at: stamp(110))
    for second in [200.0, 260] { trail += book.update([], for: machine(0), at: stamp(second)) }
    trail += try book.apply(
      command(.close, "M-1:unbalance", record: "WO-1", verdict: .refuted), at: stamp(300))
    // A later one, acknowledged after 300 s.
    trail += book.update([finding("rub", machine: machine(3))], for: machine(3), at: stamp(5000))
    trail += try book.apply(command(.acknowledge, "M-3:rub"), at: stamp(5300))
    for transition in trail { metrics.fold(transition) }
    let summary = metrics.summary(at: stamp(week).received, standing: book.standing, stale_s: 86_400)
    #expect(summary.hours == 168 && summary.announcements == 5 && summary.peakIn10Minutes == 4)
    #expect(summary.alarmsPerHour == 5.0 / 168 && summary.floodShare == 0 && summary.nuisanceRatio == 0.5)
    #expect(summary.chattering == 0 && summary.standing == 3 && summary.stale == 3)
    #expect(summary.medianTimeToAcknowledge_s == 200 && summary.realarms == 1)
    #expect(summary.refuted == 1 && summary.falseAlarmsPerMachineWeek == 0.25)
  }

  @Test("The share of time in flood, of one that is over and of one that lasts")
  func flood() {
    var metrics = AlarmMetrics(machines: 1, since: stamp(0).received)
    var book = AlarmBook()
    func raise(at second: Double, _ prefix: String) {
      for n in 0..<11 {
        let machine = MachineID("\(prefix)-\(n)")
        for step in book.update([finding(machine: machine)], for: machine, at: stamp(second)) {
          metrics.fold(step)
        }
      }
    }
    raise(at: 0, "A")
    for second in stride(from: 1.0, through: 700, by: 1) {
      for step in book.tick(at: stamp(second)) { metrics.fold(step) }
    }
    let once = metrics.summary(at: stamp(1000).received, standing: [], stale_s: 1)
    // Ten within the window hold the flood on for 600 s; then the one that waited is told, which is calm.
    #expect(once.floodShare == 0.6)
    raise(at: 2000, "B")
    let twice = metrics.summary(at: stamp(2400).received, standing: [], stale_s: 1)
    #expect(twice.floodShare == 1000.0 / 2400)
  }

  @Test(
    "Messages keep their rate, the most severe goes first, changes that wait are one, and nobody waits for ever"
  )
  func queue() {
    var queue = PublishQueue(perSecond: 2)
    for n in 0..<10 {
      queue.add(MachineID("M-\(n)"), severity: n == 7 ? .danger : .warning, at: MonotonicTime(seconds: 0))
    }
    for _ in 0..<100 { queue.add(MachineID("M-3"), severity: .alarm, at: MonotonicTime(seconds: 0)) }
    #expect(queue.count == 10)
    var sent: [(Double, String)] = []
    for tenth in 0...200 {
      let second = Double(tenth) / 10
      if second < 15 { queue.add(MachineID("loud"), severity: .danger, at: MonotonicTime(seconds: second)) }
      while let machine = queue.next(at: MonotonicTime(seconds: second)) {
        sent.append((second, machine.rawValue))
      }
    }
    #expect(sent.prefix(2).map(\.1) == ["M-7", "loud"])
    for (start, _) in sent { #expect(sent.count { $0.0 >= start && $0.0 < start + 1 } <= 4) }
    #expect(Set(sent.map(\.1)).count == 11 && queue.count == 0)
    #expect(sent.filter { $0.1.hasPrefix("M-") }.allSatisfy { $0.0 <= 16 })
    #expect(queue.delay_s(at: MonotonicTime(seconds: 30)) == nil)
  }
}
