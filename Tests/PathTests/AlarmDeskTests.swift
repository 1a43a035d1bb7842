// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Machine
import Store
import Testing

/// People at the command line act on alarms of the running daemon.
@Suite struct AlarmDeskTests {
  /// A site whose store holds one standing alarm of an earlier run.
  static func site(in folder: Folder, rest: String = "") async throws -> String {
    let site = try CommandTests.site(in: folder, rest: rest)
    try FileManager.default.createDirectory(atPath: folder.path + "/data", withIntermediateDirectories: true)
    let now = WallTime(seconds: Date().timeIntervalSince1970 - 60)
    let stamp = Stamp(received: now, monotonic: MonotonicTime(seconds: 1))
    let finding = Finding(
      machine: MachineID("P-101"), point: nil, subject: .machine, fault: "unbalance", title: "Unbalance",
      severity: .alarm, confidence: 0.9, supporting: [], confirm: "look", action: "balance", stamp: stamp)
    let alarm = Alarm(
      id: "P-101:unbalance", occurrence: 1, state: .unacknowledged, severity: .alarm, raised: stamp,
      updated: stamp, finding: finding)
    let (store, _) = try await Store.open(folder.path + "/data/millwright.db", now: now)
    try await store.commit(
      StoreBatch(transitions: [AlarmTransition(alarm: alarm, from: .normal, cause: .finding)]))
    try store.close()
    return site
  }

  @Test
  func `an alarm is acknowledged, shelved and brought back beside the running daemon, and all of it is told`()
    async throws
  {
    let folder = try Folder()
    let site = try await Self.site(in: folder)
    func alarm(_ words: String...) async throws -> Program.Result {
      try await Program.run(
        ["alarm"] + words + (words[0] == "list" ? [] : words[0] == "history" ? [] : ["--by", "Ana"])
          + ["--site", site])
    }
    let id = "P-101:unbalance"
    #expect(try await alarm("ack", id).status == 69)

    let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    #expect(try await daemon.reports(on: site), "\(daemon.text)")
    let done = try await alarm("ack", id, "--why", "balancing on Monday")
    #expect(done.status == 0 && done.output == "\(id): unacknowledged -> acknowledged\n", "\(done.errors)")
    let twice = try await alarm("ack", id)
    #expect(twice.status == 64 && twice.errors.contains("is acknowledged: acknowledge does not apply"))
    #expect(try await alarm("undo", id).output == "\(id): acknowledged -> unacknowledged\n")
    for (words, reason) in [
      (["shelve", id, "--why", "x"], "a shelf needs an end"),
      (["shelve", id, "--for", "8h"], "shelve needs a reason"),
      (["shelve", id, "--for", "9d", "--why", "x"], "the site allows 7 days at most"),
      (["shelve", id, "--until", "2020-01-01T00:00:00Z", "--why", "x"], "which has passed"),
      (["ack", "P-101:unbalanse"], "did you mean 'P-101:unbalance'?"),
    ] {
      let refused = try await Program.run(["alarm"] + words + ["--by", "Ana", "--site", site])
      #expect(refused.status == 64 && refused.errors.contains(reason), "\(refused.errors)")
    }
    #expect(try await alarm("shelve", id, "--for", "8h", "--why", "cleaning").status == 0)

    // A new daemon knows it; the alarm comes back when a person says so.
    daemon.signal(SIGTERM)
    #expect(try await daemon.ends() == 0)
    let second = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log2")
    #expect(try await second.reports(on: site), "\(second.text)")
    let all = try await alarm("list", "--all").output
    #expect(all.contains("shelved") && all.contains("by Ana") && all.contains("cleaning"), "\(all)")
    #expect(try await alarm("list").output.hasPrefix("no alarm stands"))
    let back = try await alarm("unshelve", id)
    #expect(back.output == "\(id): shelved -> unacknowledged\n", "\(back.errors)")
    let history = try await alarm("history", "--person", "Ana").output
    let causes = history.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.compactMap {
      words in ["unshelve", "shelve", "undo", "acknowledge"].first(where: words.contains)
    }
    #expect(causes == ["unshelve", "shelve", "undo", "acknowledge"], "\(history)")
    let metrics = try await Program.run(["alarm", "metrics", "--json", "--site", site])
    #expect(metrics.output.contains("\"standing\" : 1"), "\(metrics.output)\(metrics.errors)")
  }

  @Test(arguments: [
    ("{ off-dely: 5min }", "did you mean 'off-delay'?"),
    ("{ shelve-maximum: 200d }", "a duration from 60 s to 7776000 s"),
    ("{ deadband: 1.5 }", "a share of the limit from 0 to below 1"),
    ("{ flood: { enter: 3, leave: 5 } }", "at most what begins a flood (enter: 3)"),
    ("{ severities: { dangr: { latching: true } } }", "did you mean 'danger'?"),
    ("{ severities: { danger: { latching: maybe } } }", "expected true or false"),
    ("{ faults: { \"*\": { on-delay: 1s } } }", "the identifier of a fault"),
    ("{ faults: { unbalanse: { on-delay: 1s } } }", "a fault that is known; did you mean 'unbalance'?"),
    ("{ faults: { bearign-*: { on-delay: 1s } } }", "a fault that is known"),
    ("{ suppressed-in: [of] }", "did you mean 'off'?"),
  ])
  func `a mistake in the alarms section is named with its place`(section: String, says: String) async throws {
    let folder = try Folder()
    let file = try CommandTests.site(in: folder, rest: "alarms: \(section)")
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(file):17:") && result.errors.contains(says), "\(result.errors)")
  }
}
