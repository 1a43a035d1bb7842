// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Testing

/// A real mosquitto on a loopback port of its own, and a listener that is not our code.
final class PlantBroker {
  struct Message {
    var isRetained: Bool
    var topic: String
    var text: String
    var json: [String: Any] {
      (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
    }
  }

  let port: UInt16
  private let folder: Folder
  private let broker = Process()
  private let listener = Process()
  private let heard: String

  /// Starts both; the listener takes down everything on every topic, what the broker keeps included.
  init() async throws {
    folder = try Folder()
    port = UInt16.random(in: 20_000...60_000)
    let configuration = try folder.write(
      "listener \(port) 127.0.0.1\nallow_anonymous true\nuser root\n", to: "mosquitto.conf")
    heard = folder.path + "/heard"
    _ = FileManager.default.createFile(atPath: heard, contents: nil)
    broker.executableURL = URL(filePath: "/usr/sbin/mosquitto")
    broker.arguments = ["-c", configuration]
    broker.standardError = FileHandle.nullDevice
    try broker.run()
    var isReady = false
    for _ in 0..<100 where !isReady {
      isReady = try publish("ready", "?")
      if !isReady { try await Task.sleep(for: .milliseconds(50)) }
    }
    try #require(isReady, "mosquitto did not start")
    listener.executableURL = URL(filePath: "/usr/bin/mosquitto_sub")
    listener.arguments = ["-p", "\(port)", "-q", "1", "-t", "#", "-F", "%r\t%t\t%p"]
    listener.standardOutput = FileHandle(forWritingAtPath: heard)
    try listener.run()
    for _ in 0..<100 where messages.isEmpty {
      _ = try publish("ready", "?")
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  deinit {
    for process in [listener, broker] where process.isRunning {
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
    }
  }

  /// Publishes with mosquitto_pub; whether it could.
  @discardableResult
  func publish(_ topic: String, _ text: String, retain: Bool = false, times: Int = 1) throws -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/mosquitto_pub")
    process.arguments =
      ["-p", "\(port)", "-q", "1", "-t", topic, "-m", text] + (retain ? ["-r"] : [])
      + (times > 1 ? ["--repeat", "\(times)"] : [])
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  /// Everything heard so far.
  var messages: [Message] {
    let text = (try? String(contentsOfFile: heard, encoding: .utf8)) ?? ""
    return text.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3 else { return nil }
      return Message(isRetained: parts[0] == "1", topic: parts[1], text: parts[2])
    }
  }

  /// Waits for a message on a topic that fits.
  func hears(
    _ topic: String, within seconds: Double = 60, _ fits: (Message) -> Bool = { _ in true }
  ) async throws -> Message? {
    for _ in 0..<Int(seconds * 20) {
      if let found = messages.last(where: { $0.topic == topic && fits($0) }) { return found }
      try await Task.sleep(for: .milliseconds(50))
    }
    return nil
  }

  /// What the broker keeps under a filter, by topic.
  func retained(_ filter: String) async throws -> [String: String] {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/mosquitto_sub")
    process.arguments = ["-p", "\(port)", "-t", filter, "-F", "%t\t%p", "--retained-only"]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    try await Task.sleep(for: .milliseconds(700))
    kill(process.processIdentifier, SIGKILL)
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    let pairs = text.split(separator: "\n").map { $0.split(separator: "\t", maxSplits: 1).map(String.init) }
    return Dictionary(pairs.filter { $0.count == 2 }.map { ($0[0], $0[1]) }) { $1 }
  }
}
