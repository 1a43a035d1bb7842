// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// A program that the demonstration starts and stops by its process id.
final class ChildProcess: Sendable {
  private let process: Mutex<Process>
  let name: String

  /// Starts `executable`; its output goes to `log`.
  init(_ executable: String, _ arguments: [String], log: String) throws(AgentError) {
    name = (executable as NSString).lastPathComponent
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    let output = FileHandle(forWritingAtPath: log)
    process.standardOutput = output ?? FileHandle.nullDevice
    process.standardError = output ?? FileHandle.nullDevice
    do { try process.run() } catch {
      throw .demo("\(executable) could not be started: \(error.localizedDescription)")
    }
    self.process = Mutex(process)
  }

  var isRunning: Bool { process.withLock { $0.isRunning } }

  /// Ends the program and waits until it is gone. SIGKILL, because a child of a task's thread begins with SIGTERM
  /// blocked; these programs keep nothing that matters.
  func stop() {
    process.withLock { process in
      if process.isRunning { _ = kill(process.processIdentifier, SIGKILL) }
      process.waitUntilExit()
    }
  }

  /// The first of these programs that is installed; plain names are looked up on the PATH and in the
  /// folders where Debian puts daemons.
  static func find(_ name: String, beside folder: String? = nil) -> String? {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let folders =
      [folder].compactMap { $0 } + path.split(separator: ":").map(String.init) + ["/usr/sbin", "/usr/bin"]
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
