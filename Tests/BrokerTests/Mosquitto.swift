// SPDX-License-Identifier: Apache-2.0

import Broker
import Foundation
import Glibc
import Testing

/// A real mosquitto on a free loopback port, with its files in a directory of its own.
final class Mosquitto: @unchecked Sendable {  // one test drives it, one call after the other
  let port: UInt16
  let directory: URL
  private var process: Process?

  /// Writes the configuration, whose lines follow `listener`; starts nothing.
  init(_ lines: [String] = ["allow_anonymous true"], files: [String: String] = [:]) throws {
    port = try Mosquitto.freePort()
    directory = FileManager.default.temporaryDirectory.appending(path: "broker-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for (name, text) in files { try text.write(to: path(name), atomically: true, encoding: .utf8) }
    let configuration = (["listener \(port) 127.0.0.1", "user root"] + lines)
      .map { $0.replacingOccurrences(of: "DIR", with: directory.path) }
    try configuration.joined(separator: "\n").write(
      to: path("mosquitto.conf"), atomically: true, encoding: .utf8)
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(at: directory)
  }

  func path(_ name: String) -> URL { directory.appending(path: name) }

  /// Starts the broker and returns once it accepts connections.
  func start() async throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    process.arguments = ["-c", path("mosquitto.conf").path]
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    self.process = process
    try #require(await eventually { Mosquitto.accepts(self.port) }, "mosquitto did not start")
  }

  /// kill -9, by its process id.
  func kill() {
    guard let process, process.isRunning else { return }
    Glibc.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    self.process = nil
  }

  /// SIGSTOP or SIGCONT.
  func signal(_ number: Int32) {
    if let process { Glibc.kill(process.processIdentifier, number) }
  }

  func options(_ clientID: String) -> BrokerOptions {
    var options = BrokerOptions(host: "127.0.0.1", port: port, clientID: clientID)
    options.backoff = Backoff(initial_s: 0.05, limit_s: 0.2)
    return options
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(0)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(bound)
    return UInt16(bigEndian: address.sin_port)
  }

  private static func accepts(_ port: UInt16) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = loopback(port)
    return unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return address
  }
}

/// Whether the condition comes true within the time.
func eventually(_ seconds: Double = 8, _ condition: () async -> Bool) async -> Bool {
  let end = ContinuousClock.now.advanced(by: .seconds(seconds))
  while ContinuousClock.now < end {
    if await condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return await condition()
}

/// Runs the client while the body runs, and waits for its end.
func running<R>(_ client: MQTTClient, _ body: () async throws -> R) async throws -> R {
  let task = Task { await client.run() }
  defer { task.cancel() }
  do {
    let result = try await body()
    task.cancel()
    await task.value
    return result
  } catch {
    task.cancel()
    await task.value
    throw error
  }
}

/// Switches that the named thread of this process asked for: how often it woke.
func wakes(ofThread name: String) -> Int? {
  let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
  for task in tasks {
    let folder = "/proc/self/task/\(task)"
    guard let comm = try? String(contentsOfFile: "\(folder)/comm", encoding: .utf8),
      comm.hasPrefix(name + "\n"),
      let status = try? String(contentsOfFile: "\(folder)/status", encoding: .utf8)
    else { continue }
    for line in status.split(separator: "\n") where line.hasPrefix("voluntary_ctxt_switches") {
      return line.split(separator: "\t").last.flatMap { Int($0) }
    }
  }
  return nil
}
