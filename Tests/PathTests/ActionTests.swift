// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Machine
import Store
import Testing

/// Work orders from alarms of the running daemon, through a real broker.
@Suite struct ActionTests {
  private static let topic = "plant/orders"

  private func site(in folder: Folder, _ broker: PlantBroker, isAutomatic: Bool) async throws -> String {
    try await AlarmDeskTests.site(
      in: folder,
      rest: """
        upstream: { broker: mqtt://127.0.0.1:\(broker.port) }
        actions:
          - { name: order, faults: [unbal*], at: warning, work-order: { topic: \(Self.topic) }, automatic: \(isAutomatic) }
          - { name: other, faults: [rub], work-order: { topic: \(Self.topic) }, automatic: true }
        """)
  }

  /// Waits until the list of actions has this text.
  private func list(_ site: String, has text: String) async throws -> String {
    var output = ""
    for _ in 0..<240 {
      output = try await Program.run(["action", "list", "--all", "--site", site]).output
      if output.contains(text) { return output }
      try await Task.sleep(for: .milliseconds(250))
    }
    return output
  }

  @Test func `an automatic order goes out once, restarts included, in the shape of its schema`() async throws
  {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    let site = try await site(in: folder, broker, isAutomatic: true)
    for run in 1...2 {
      let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log\(run)")
      #expect(try await broker.hears(Self.topic) != nil, "\(daemon.text)")
      #expect(try await list(site, has: "done").contains("order"))
      try await Task.sleep(for: .seconds(3))
      daemon.signal(SIGTERM)
      #expect(try await daemon.ends() == 0)
    }
    let orders = broker.messages.filter { $0.topic == Self.topic }
    #expect(orders.count == 1, "\(orders.map(\.text))")
    let order = try #require(orders.first)
    #expect(!order.isRetained && order.json["alarm"] as? String == "P-101:unbalance")
    #expect((order.json["key"] as? String)?.hasPrefix("P-101:unbalance#1@") == true)
    let file = URL(filePath: #filePath).appending(path: "../../../packaging/schemas/work-order.schema.json")
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file.standardized)) as? [String: Any])
    #expect(Set(schema["required"] as? [String] ?? []).isSubset(of: order.json.keys))
    #expect(Set((schema["properties"] as? [String: Any] ?? [:]).keys).isSuperset(of: order.json.keys))
  }

  @Test func `an order that is not automatic goes out after a person's word, and never without`() async throws
  {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    let site = try await site(in: folder, broker, isAutomatic: false)
    let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    #expect(try await list(site, has: "proposed").contains("P-101:unbalance"), "\(daemon.text)")
    try await Task.sleep(for: .seconds(3))
    #expect(!broker.messages.contains { $0.topic == Self.topic })
    func say(_ words: String...) async throws -> Program.Result {
      try await Program.run(["action"] + words + ["--site", site])
    }
    #expect(try await say("confirm", "1", "--by", " ").errors.contains("needs the name of a person"))
    #expect(try await say("confirm", "7", "--by", "Ana").errors.contains("no action 7"))
    let done = try await say("confirm", "1", "--by", "Ana", "--why", "seen")
    #expect(done.status == 0 && done.output == "action 1: proposed -> confirmed\n", "\(done.errors)")
    let again = try await say("reject", "1", "--by", "Bob")
    #expect(again.status == 64 && again.errors.contains("only a proposed one"), "\(again.errors)")
    #expect(try await broker.hears(Self.topic) != nil, "\(daemon.text)")
    #expect(try await list(site, has: "done").contains("by Ana"))
  }

  @Test func `a rejected order stays away, and one whose alarm returned is withdrawn`() async throws {
    for isRejected in [true, false] {
      let (folder, broker) = (try Folder(), try await PlantBroker())
      let site = try await site(in: folder, broker, isAutomatic: false)
      let first = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
      #expect(try await list(site, has: "proposed").contains("unbalance"), "\(first.text)")
      first.signal(SIGTERM)
      #expect(try await first.ends() == 0)
      if isRejected {
        #expect(try await Program.run(["action", "reject", "1", "--by", "Ana", "--site", site]).status == 0)
      } else {
        try await clear(in: folder)
      }
      let second = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log2")
      let state = isRejected ? "rejected" : "withdrawn"
      #expect(try await list(site, has: state).contains(state), "\(second.text)")
      #expect(try await Program.run(["action", "confirm", "1", "--by", "Bob", "--site", site]).status == 64)
      #expect(!broker.messages.contains { $0.topic == Self.topic })
    }
  }

  /// The alarm returns while no daemon runs.
  private func clear(in folder: Folder) async throws {
    let now = WallTime(seconds: Date().timeIntervalSince1970)
    let (store, _) = try await Store.open(folder.path + "/data/millwright.db", now: now)
    var alarm = try #require(try await store.alarms().first { $0.id == "P-101:unbalance" })
    alarm.state = .normal
    alarm.updated = Stamp(received: now, monotonic: MonotonicTime(seconds: 1))
    alarm.returned = alarm.updated
    let step = AlarmTransition(alarm: alarm, from: .unacknowledged, cause: .cleared)
    try await store.commit(StoreBatch(transitions: [step]))
    try store.close()
  }

  @Test(arguments: [
    ("faults: [unbalanse], work-order: { topic: t }", "did you mean 'unbalance'?"),
    ("faults: [nothing-*], work-order: { topic: t }", "a fault that is known"),
    ("faults: [], work-order: { topic: t }", "at least one fault"),
    ("faults: [rub], machines: [P-102], work-order: { topic: t }", "did you mean 'P-101'?"),
    ("faults: [rub], work-order: { topic: a/+ }", "a topic without + and #"),
    ("faults: [rub], work-order: { topik: t }", "topic: missing"), ("faults: [rub]", "work-order: missing"),
    ("faults: [rub], work-order: { topic: t }, valid-for: 1s", "from 1min to 90d"),
    ("faults: [rub], work-order: { topic: t }, at: alram", "did you mean 'alarm'?"),
  ])
  func `a mistake in the actions section is named with its place`(rule: String, says: String) async throws {
    let folder = try Folder()
    let file = try CommandTests.site(
      in: folder, rest: "upstream: { broker: mqtt://127.0.0.1:1 }\nactions: [{ name: a, \(rule) }]")
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(file):18:") && result.errors.contains(says), "\(result.errors)")
  }
}
