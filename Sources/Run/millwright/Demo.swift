// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser

/// `millwright demo`
struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Show the main job: simulated machines, one of them failing, an alarm over MQTT.",
    discussion: "Needs mosquitto and millwright-sim. Everything runs on this machine and is stopped at the end.")
  @Option(help: "The fault that the pump gets.") var fault = "bearing-outer-race"
  @Option(help: "Keep the data here instead of removing it.") var keep: String?

  func run() async throws {
    try await reporting { try await Demo(fault: fault, keep: keep).run() }
  }
}
