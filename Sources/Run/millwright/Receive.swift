// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser

/// `millwright receive`
struct Receive: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Receive what gateways send upstream into a SQLite file, each row once.")
  @Option(help: "The broker, like mqtt://127.0.0.1:1883, or a YAML file with the keys of upstream:.")
  var broker = "mqtt://127.0.0.1:1883"
  @Option(help: "The site whose gateways are heard.") var site: String
  @Option(help: "The database file.") var database: String

  func run() async throws {
    try await reporting {
      try await ReceiveService(broker: broker, site: site, database: database).run()
    }
  }
}
