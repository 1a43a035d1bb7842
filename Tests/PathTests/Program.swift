// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import PathLab

/// The built programs as a user starts them.
struct Program {
  struct Result {
    var status: Int32
    var output: String
    var errors: String
  }

  /// The folder of the test bundle holds the programs too.
  static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path

  /// Runs `millwright` to its end.
  static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> Result {
    try await OwnThread("program").run { try wait(arguments, environment) }
  }

  private static func wait(_ arguments: [String], _ environment: [String: String]) throws -> Result {
    let process = Process()
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.executableURL = URL(fileURLWithPath: "\(folder)/millwright")
    process.arguments = arguments
    let (out, err) = (Pipe(), Pipe())
    process.standardOutput = out
    process.standardError = err
    try process.run()
    let output = out.fileHandleForReading.readDataToEndOfFile()
    let errors = err.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}

/// A program that runs beside the test, with its standard error in a file.
final class Daemon {
  let process = Process()
  let log: String

  /// One of the built programs.
  convenience init(
    _ name: String, _ arguments: [String], log: String, environment: [String: String] = [:]
  ) throws {
    try self.init(path: "\(Program.folder)/\(name)", arguments, log: log, environment: environment)
  }

  init(path: String, _ arguments: [String], log: String, environment: [String: String] = [:]) throws {
    self.log = log
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(forWritingAtPath: log)
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    try process.run()
  }

  deinit { stop() }

  func signal(_ number: Int32) { kill(process.processIdentifier, number) }

  /// Ends the program at once.
  func stop() {
    if process.isRunning { signal(SIGKILL) }
    process.waitUntilExit()
  }

  var text: String { (try? String(contentsOfFile: log, encoding: .utf8)) ?? "" }

  /// Waits until the log has this text.
  func says(_ text: String, within seconds: Double = 60) async throws -> Bool {
    for _ in 0..<Int(seconds * 20) {
      if self.text.contains(text) { return true }
      try await Task.sleep(for: .milliseconds(50))
    }
    return false
  }

  /// Waits until the daemon of this site reports its state, as it does once it works: then it obeys people.
  func reports(on site: String, within seconds: Double = 60) async throws -> Bool {
    let end = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < end {
      if try await Program.run(["status", "--site", site]).status == 0 { return true }
      try await Task.sleep(for: .milliseconds(100))
    }
    return false
  }

  /// Waits until the program has ended by itself; nil when it has not.
  func ends(within seconds: Double = 60) async throws -> Int32? {
    for _ in 0..<Int(seconds * 50) {
      if !process.isRunning { return process.terminationStatus }
      try await Task.sleep(for: .milliseconds(20))
    }
    return nil
  }
}

/// A folder for one test, removed at its end.
final class Folder {
  let path: String
  init() throws {
    path = NSTemporaryDirectory() + "millwright-test-\(UInt64.random(in: 0...(.max)))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and returns its path.
  func write(_ text: String, to name: String) throws -> String {
    try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    return "\(path)/\(name)"
  }
}
