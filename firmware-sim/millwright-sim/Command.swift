// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The simulator's command.
@main
struct MillwrightSim: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millwright-sim",
    abstract: "Machines whose health is known, and the sensor firmware in front of them.",
    discussion: """
      Nothing leaves this computer: servers listen on the loopback only. The same seed, machines and faults \
      give the same measurements.
      """,
    subcommands: [Run.self, Record.self, Replay.self])
}
