// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation

/// `millwright run`
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run the daemon until SIGTERM; SIGHUP reloads the site file.")
  @OptionGroup var options: SiteOptions

  func run() async throws {
    try await reporting {
      let resources = try Resources.find()
      let site = try SiteFile.load(path: options.site, resources: resources)
      let underSystemd = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] != nil
      try await LiveAgent(site: site, resources: resources, journal: Journal(marks: underSystemd)).run()
    }
  }
}

/// `millwright version`
struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")
  @Flag(help: "Print JSON.") var json = false

  func run() {
    print(json ? #"{"schema":1,"version":"\#(Version.text)"}"# : "millwright \(Version.text)")
  }
}
