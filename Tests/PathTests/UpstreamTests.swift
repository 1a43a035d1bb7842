// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// What plant systems hear of the daemon, through a real broker.
@Suite struct UpstreamTests {
  @Test func `a daemon that is killed is offline by its will, one that stops says so itself`() async throws {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    let site = try CommandTests.site(
      in: folder, rest: "upstream: { broker: mqtt://127.0.0.1:\(broker.port) }")
    let topic = "millwright/test/gateway-1/status"
    let first = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    let online = try #require(try await broker.hears(topic), "\(first.text)").json
    #expect(online["state"] as? String == "online" && online["program"] as? String == "0.1.0")
    first.stop()
    let gone = try #require(try await broker.hears(topic) { $0.json["state"] as? String == "offline" }).json
    #expect(gone["reason"] as? String == "connection lost")
    #expect(gone["boot"] as? Int == online["boot"] as? Int)

    let second = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log2")
    let back = try #require(
      try await broker.hears(topic) {
        $0.json["state"] as? String == "online" && $0.json["boot"] as? Int != online["boot"] as? Int
      }
    ).json
    #expect(back["configuration"] as? String == online["configuration"] as? String)
    second.signal(SIGTERM)
    #expect(try await second.ends() == 0)
    let left = try #require(try await broker.hears(topic) { $0.json["reason"] as? String == "stopped" }).json
    #expect(left["boot"] as? Int == back["boot"] as? Int)
    #expect(try await broker.retained(topic)[topic]?.contains("stopped") == true)
  }

  @Test func `the configuration hash is that of the site file and the faults, and changes with either`()
    async throws
  {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    let site = try CommandTests.site(
      in: folder, rest: "upstream: { broker: mqtt://127.0.0.1:\(broker.port) }\nfaults: [faults.yaml]")
    func faults(_ severity: String) throws {
      _ = try folder.write(
        "schema: millwright/faults/1\nfaults:\n  unbalance:\n    severity: \(severity)\n", to: "faults.yaml")
    }
    try faults("warning")
    let topic = "millwright/test/gateway-1/status"
    let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    func next(after known: [String]) async throws -> String {
      let message = try await broker.hears(topic) {
        !known.contains($0.json["configuration"] as? String ?? "") && $0.json["state"] as? String == "online"
      }
      return try #require(message, "\(daemon.text)").json["configuration"] as? String ?? ""
    }
    let first = try await next(after: [])
    try faults("alarm")
    daemon.signal(SIGHUP)
    let second = try await next(after: [first])
    let text = try String(contentsOfFile: site, encoding: .utf8)
    _ = try folder.write(text + "\n# a remark\n", to: "site.yaml")
    daemon.signal(SIGHUP)
    let third = try await next(after: [first, second])
    let status = try await Program.run(["status", "--json", "--site", site])
    #expect(status.output.contains(third), "\(status.output)")
    try faults("warning")
    _ = try folder.write(text, to: "site.yaml")
    daemon.signal(SIGHUP)
    #expect(try await daemon.says("configuration reloaded"))
    for _ in 0..<100 where broker.messages.last(where: { $0.topic == topic })?.text.contains(first) != true {
      try await Task.sleep(for: .milliseconds(50))
    }
    #expect(
      try await broker.retained(topic)[topic]?.contains(first) == true, "it is a hash of the content alone")
  }

  @Test func `each step of an alarm is an event with who and why, and waits for a broker that is away`()
    async throws
  {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    let door = UInt16.random(in: 20_000...60_000)
    let site = try await AlarmDeskTests.site(
      in: folder, rest: "upstream: { broker: mqtt://127.0.0.1:\(door) }")
    let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    #expect(try await daemon.says("alarms wait for the broker"))
    for (verb, why) in [("ack", "balancing"), ("undo", "not yet")] {
      let done = try await Program.run(
        ["alarm", verb, "P-101:unbalance", "--why", why, "--by", "Ana", "--site", site])
      #expect(done.status == 0, "\(done.errors)")
    }
    // The way to the broker opens now.
    let way = try Daemon(
      path: "/usr/bin/socat",
      ["TCP-LISTEN:\(door),reuseaddr,fork,bind=127.0.0.1", "TCP:127.0.0.1:\(broker.port)"],
      log: folder.path + "/way")
    // Its children end with the daemon's connections.
    defer {
      daemon.stop()
      way.stop()
    }
    let (state, topic) = ("millwright/test/P-101/alarm", "millwright/test/P-101/event")
    #expect(try await broker.hears(topic, within: 40) { $0.text.contains("undo") } != nil, "\(daemon.text)")
    let events = broker.messages.filter { $0.topic == topic }
    #expect(events.allSatisfy { !$0.isRetained && $0.json["by"] as? String == "Ana" })
    #expect(events.map { $0.json["cause"] as? String } == ["acknowledge", "undo"])
    #expect(events.map { $0.json["why"] as? String } == ["balancing", "not yet"])
    #expect(events.map { $0.json["to"] as? String } == ["acknowledged", "unacknowledged"])
    #expect(events.map { ($0.json["identity"] as? [String: Any])?["sequence"] as? Int } == [1, 2])
    #expect(try await broker.retained(topic).isEmpty)
    let alarm = try #require(try await broker.hears(state) { $0.text.contains("unbalance") }).json
    #expect(alarm["schema"] as? String == "millwright/alarm/2" && alarm["state"] as? String == "alarm")
    #expect(try await broker.retained(state)[state]?.contains("unacknowledged") == true)
  }
}
