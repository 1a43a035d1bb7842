// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Store
import Testing

/// Commands over a real broker, signed by Python's own hmac.
@Suite struct MQTTCommandTests {
  private static let topic = "millwright/test/gateway-1/command"

  /// A signed command as another system makes it.
  private func signed(_ request: String, secretFile: String) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import datetime, hashlib, hmac, json, sys
      topic, user, secret, request = sys.argv[1], "ana", open(sys.argv[2], "rb").read().strip(), json.loads(sys.argv[3])
      now = datetime.datetime.now(datetime.timezone.utc)
      request["time"] = now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
      text = json.dumps(request)
      signed = "\\n".join(["millwright-command/1", topic, user, text]).encode()
      mac = hmac.new(secret, signed, hashlib.sha256).hexdigest()
      print(json.dumps({"user": user, "request": text, "mac": mac}), end="")
      """, Self.topic, secretFile, request,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text
  }

  private func secret(in folder: Folder) throws -> String {
    let path = try folder.write(
      "b7f8c1d2e3a4958677665544332211009f8e7d6c5b4a39281706f5e4d3c2b1a0\n", to: "ana")
    try close(path, 0o600)
    return path
  }

  private func close(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  @Test
  func `an allowed user acts on an alarm; all others are refused, answered and audited, floods included`()
    async throws
  {
    let (folder, broker) = (try Folder(), try await PlantBroker())
    let secretFile = try secret(in: folder)
    let site = try await AlarmDeskTests.site(
      in: folder,
      rest: """
        upstream: { broker: mqtt://127.0.0.1:\(broker.port) }
        commands: { users: [{ name: ana, secret-file: ana, may: [acknowledge, shelve] }] }
        """)
    let daemon = try Daemon("millwright", ["run", "--site", site], log: folder.path + "/log")
    #expect(try await broker.hears("millwright/test/P-101/alarm") != nil, "\(daemon.text)")
    // What an earlier run may have taken is not taken: the gate opens when its own start is past.
    try await Task.sleep(for: .seconds(6))
    let answers = Self.topic + "/answer"
    func answer(_ id: String) async throws -> [String: Any] {
      try #require(try await broker.hears(answers) { $0.json["id"] as? String == id }, "\(daemon.text)").json
    }
    func send(_ request: String) throws -> String {
      let message = try signed(request, secretFile: secretFile)
      try broker.publish(Self.topic, message)
      return message
    }
    let good = try send(#"{"id":"a1","verb":"acknowledge","alarm":"P-101:unbalance","why":"balancing"}"#)
    let done = try await answer("a1")
    #expect(done["done"] as? Bool == true && done["user"] as? String == "ana", "\(done)")
    let event = try await broker.hears("millwright/test/P-101/event") { $0.text.contains("acknowledge") }
    #expect(event?.json["by"] as? String == "ana" && event?.json["why"] as? String == "balancing")

    try broker.publish(Self.topic, good)
    let replayed = try await broker.hears(answers) { $0.text.contains("already taken") }
    #expect(replayed?.json["done"] as? Bool == false)
    for (id, request, says) in [
      ("b1", #""verb":"reset","alarm":"P-101:unbalance""#, "ana may not reset"),
      ("b2", #""verb":"shelve","alarm":"P-101:unbalance","why":"x""#, "a shelf needs an end"),
      ("b3", #""verb":"acknowledge","alarm":"P-101:rub""#, "no alarm 'P-101:rub'"),
    ] {
      _ = try send("{\"id\":\"\(id)\",\(request)}")
      let refused = try await answer(id)
      #expect(refused["done"] as? Bool == false && (refused["text"] as? String)?.contains(says) == true)
    }
    let before = broker.messages.count { $0.topic == answers }
    try broker.publish(Self.topic, good.replacing("balancing", with: "sleeping"), times: 300)
    let odd = try await broker.hears(answers) { $0.text.contains("a code that does not fit") }
    #expect(odd?.json["id"] == nil && odd?.json["user"] == nil)
    try await Task.sleep(for: .seconds(2))
    #expect(broker.messages.count { $0.topic == answers } - before <= 15)
    daemon.signal(SIGTERM)
    #expect(try await daemon.ends() == 0)
    #expect(
      daemon.text.components(separatedBy: "command over MQTT from nobody known refused").count - 1 <= 15)
    #expect(!daemon.text.contains("b7f8c1d2"), "the secret stands in the log")
    try checkShapes(of: broker.messages.filter { $0.topic == answers }.map(\.json))
    let audited = try refusals(in: folder.path + "/data/millwright.db")
    #expect(audited["mqtt:ana"] == 4, "reset, replay, no end, no alarm: \(audited)")
    #expect((1...15).contains(audited["mqtt"] ?? 0), "\(audited)")
  }

  /// Answers have the keys of the shipped schema.
  private func checkShapes(of answers: [[String: Any]]) throws {
    let file = URL(filePath: #filePath).appending(path: "../../../packaging/schemas/answer.schema.json")
      .standardized
    let schema = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let known = Set((schema["properties"] as? [String: Any] ?? [:]).keys)
    let needed = Set(schema["required"] as? [String] ?? [])
    #expect(!answers.isEmpty && !needed.isEmpty)
    for answer in answers { #expect(needed.isSubset(of: answer.keys) && known.isSuperset(of: answer.keys)) }
  }

  /// Refusals in the audit log by who asked, as Python's sqlite3 reads them.
  private func refusals(in database: String) throws -> [String: Int] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "python3", "-c",
      """
      import json, sqlite3, sys
      rows = sqlite3.connect(sys.argv[1]).execute(
          "SELECT actor, count(*) FROM audit WHERE action LIKE '%command-refused' GROUP BY actor")
      print(json.dumps(dict(rows)))
      """, database,
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode([String: Int].self, from: text)
  }

  @Test(arguments: [
    ("users: [{ name: ana, may: [reset] }]", "secret-file: missing"),
    ("users: [{ name: ana, secret-file: bob, may: [reset] }]", "a file that can be read"),
    ("users: [{ name: ana, secret-file: short, may: [reset] }]", "a secret of 32 to 1024 bytes"),
    ("users: [{ name: ana, secret-file: open, may: [reset] }]", "a file that others cannot open"),
    ("users: [{ name: ana, secret-file: ana, may: [aknowledge] }]", "did you mean 'acknowledge'?"),
    ("users: [{ name: ana, secret-file: ana, may: [] }]", "at least one of acknowledge"),
    ("users: [{ name: ana, secret-file: ana }]", "may: missing"), ("users: []", "at least one user"),
    ("window: 1h, users: [{ name: ana, secret-file: ana, may: [reset] }]", "from 5s to 10min"),
    (
      "users: [{ name: ana, secret-file: ana, may: [reset] }, { name: bob, secret-file: ana, may: [undo] }]",
      "is another user's too"
    ),
  ])
  func `a mistake in the commands section is named with its place`(section: String, says: String) async throws
  {
    let folder = try Folder()
    _ = try secret(in: folder)
    try close(try folder.write("0123456789", to: "short"), 0o600)
    try close(try folder.write(String(repeating: "x", count: 40), to: "open"), 0o644)
    let file = try CommandTests.site(
      in: folder, rest: "upstream: { broker: mqtt://127.0.0.1:1 }\ncommands: { \(section) }")
    let result = try await Program.run(["check", "--site", file])
    #expect(result.status == 78)
    #expect(result.errors.hasPrefix("error: \(file):18:") && result.errors.contains(says), "\(result.errors)")
  }

  @Test func `commands without a broker are refused`() async throws {
    let folder = try Folder()
    let file = try CommandTests.site(in: folder, rest: "commands: { users: [] }")
    let result = try await Program.run(["check", "--site", file])
    #expect(
      result.status == 78 && result.errors.contains("no commands without 'upstream:'"), "\(result.errors)")
  }
}
