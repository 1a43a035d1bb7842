// SPDX-License-Identifier: Apache-2.0

import Foundation
import Ledger
import Machine
import Store
import Testing

@Suite("Alarm trail and commands")
struct TrailTests {
  private func step(_ second: Double, alarm: String, machine: String, by person: String? = nil)
    -> AlarmTransition
  {
    var step = Make.transition(second)
    step.alarm.id = alarm
    step.alarm.finding.machine = MachineID(machine)
    (step.by, step.why, step.cause) = (
      person, person.map { "\($0) says so" }, person == nil ? .finding : .acknowledge
    )
    return step
  }

  @Test("The trail is asked by alarm, machine, person and time, newest first, or from the oldest on")
  func trail() async throws {
    let scratch = try Scratch()
    let (store, _) = try await Store.open(scratch.file("a.db"), now: Make.start)
    let all = [
      step(1, alarm: "A:x", machine: "A"), step(2, alarm: "A:y", machine: "A", by: "Ana"),
      step(3, alarm: "B:x", machine: "B", by: "Ben"), step(4, alarm: "A:x", machine: "A", by: "Ben"),
    ]
    try await store.commit(StoreBatch(transitions: all))
    #expect(try await store.transitions() == all.reversed())
    #expect(try await store.transitions(TrailQuery(alarm: "A:x")) == [all[3], all[0]])
    #expect(try await store.transitions(TrailQuery(machine: MachineID("A"), person: "Ben")) == [all[3]])
    #expect(try await store.transitions(TrailQuery(person: "O'Hara\" OR 1")) == [])
    var asked = TrailQuery()
    (asked.from, asked.to) = (Make.stamp(2).received, Make.stamp(3).received)
    #expect(try await store.transitions(asked) == [all[2], all[1]])
    var oldestFirst: [AlarmTransition] = []
    try await store.eachTransition(TrailQuery()) { oldestFirst.append($0) }
    #expect(oldestFirst == all)
  }

  @Test("A store of the version before learns whom its trail names, and keeps what it cannot read")
  func migration() async throws {
    let scratch = try Scratch()
    let path = scratch.file("a.db")
    let (store, _) = try await Store.open(path, now: Make.start)
    let old = step(1, alarm: "A:x", machine: "A", by: "Ana")
    try await store.commit(StoreBatch(transitions: [old]))
    try store.close()
    try sqlite(
      path,
      """
      DROP INDEX transitions_by_time; DROP INDEX transitions_by_alarm; DROP INDEX transitions_by_machine;
      DROP INDEX transitions_by_person; DROP TABLE commands;
      ALTER TABLE transitions DROP COLUMN machine; ALTER TABLE transitions DROP COLUMN person;
      ALTER TABLE transitions DROP COLUMN why;
      INSERT INTO transitions (received, alarm, occurrence, was, became, cause, body)
        VALUES (1, 'Z:z', 1, 'normal', 'normal', 'cleared', '{broken');
      DELETE FROM grdb_migrations WHERE identifier LIKE '2 %';
      """)
    let (again, setAside) = try await Store.open(path, now: Make.start)
    #expect(setAside == nil)
    #expect(try await again.transitions(TrailQuery(machine: MachineID("A"), person: "Ana")) == [old])
  }

  @Test("A command given beside the daemon is found, obeyed once and answered")
  func commands() async throws {
    let scratch = try Scratch()
    let path = scratch.file("a.db")
    let (daemon, _) = try await Store.open(path, now: Make.start)
    let desk = try Store.openBeside(path, maximumBytes: 1 << 30)
    let command = AlarmCommand(.acknowledge, "A:x", by: "Ana", why: "seen")
    let id = try await desk.submit(command, source: "command-line", at: Make.start)
    let waiting = try await daemon.waitingCommands(after: 0)
    #expect(waiting.map(\.command) == [command] && waiting.map(\.source) == ["command-line"])
    #expect(try await desk.answer(to: id) == nil)
    var batch = StoreBatch(transitions: [step(1, alarm: "A:x", machine: "A", by: "Ana")])
    batch.answers = [CommandAnswer(id: id, isDone: true, text: "done", at: Make.start)]
    try await daemon.commit(batch)
    #expect(try await desk.answer(to: id) == batch.answers[0])
    #expect(try await daemon.waitingCommands(after: 0) == [])
  }

  @Test("What is no command is told as such, and no more wait than the bound")
  func bound() async throws {
    let scratch = try Scratch()
    let path = scratch.file("a.db")
    let (daemon, _) = try await Store.open(path, now: Make.start)
    try sqlite(path, "INSERT INTO commands (received, source, body) VALUES (1, 'x', '[]')")
    #expect(try await daemon.waitingCommands(after: 0).map(\.command) == [nil])
    let command = AlarmCommand(.acknowledge, "A:x", by: "Ana")
    for _ in 1..<Store.commandLimit { _ = try await daemon.submit(command, source: "mqtt", at: Make.start) }
    await #expect(throws: StoreError.tooManyCommands(limit: Store.commandLimit)) {
      try await daemon.submit(command, source: "mqtt", at: Make.start)
    }
    #expect(try await daemon.waitingCommands(after: 250).map(\.id) == [251, 252, 253, 254, 255, 256])
  }

  @Test("There is no desk where there is no store")
  func noStore() throws {
    let scratch = try Scratch()
    #expect(throws: StoreError.self) { try Store.openBeside(scratch.file("none.db"), maximumBytes: 1 << 30) }
    #expect(scratch.names == [])
  }

  /// Runs statements as another program would.
  private func sqlite(_ path: String, _ script: String) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c", "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])",
      path,
      script,
    ]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
