// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation
import Machine
import Store

/// `millwright replay`
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run a recording through the same path as the daemon and print the alarms it raises.")
  @OptionGroup var options: SiteOptions
  @Argument(help: "The recording: JSON lines as millwright-sim record writes them.") var recording: String
  @Option(help: "Also write every feature window to this CSV file.") var features: String?
  @Option(help: "What the CSV says in its label column.") var label = ""
  @Flag(help: "Print every transition as a line of JSON.") var json = false

  func run() async throws {
    try await reporting {
      let resources = try Resources.find()
      let site = try SiteFile.load(path: options.site, resources: resources)
      var replay = try Agent.Replay(site: site, resources: resources)
      var table = try features.map { try TextFile(path: $0, firstLine: FeatureTable.header) }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      var windows = 0
      try replay.run(file: recording) { batch, stamp in
        windows += batch.windows.count
        for window in batch.windows { try table?.write(FeatureTable.line(window, label: label)) }
        for transition in batch.transitions {
          if json {
            print(String(decoding: try encoder.encode(transition), as: UTF8.self))
          } else {
            let alarm = transition.alarm
            print(
              "\(Int(stamp.wall.seconds))  \(alarm.id)  \(transition.from.rawValue) -> \(alarm.state.rawValue)  \(alarm.severity.rawValue)  \(alarm.finding.title)"
            )
          }
        }
      }
      try table?.close()
      Journal(marks: false).write(
        .info, "\(windows) windows, \(replay.standing.count) alarms stand at the end")
    }
  }
}

/// A text file that grows line by line.
struct TextFile {
  private let handle: FileHandle
  private var buffer: [UInt8] = []

  init(path: String, firstLine: String) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let handle = FileHandle(forWritingAtPath: path)
    else { throw AgentError.storage("\(path): cannot be written") }
    self.handle = handle
    try write(firstLine)
  }

  mutating func write(_ line: String) throws {
    buffer += line.utf8
    buffer.append(0x0A)
    if buffer.count > 1 << 16 { try flush() }
  }

  mutating func close() throws {
    try flush()
    try handle.close()
  }

  private mutating func flush() throws {
    try handle.write(contentsOf: Data(buffer))
    buffer.removeAll(keepingCapacity: true)
  }
}
