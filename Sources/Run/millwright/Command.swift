// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser

/// The command that people and systemd start.
@main
struct Millwright: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "millwright",
    abstract: "Watches machines on this gateway: samples, judges, names the fault, raises the alarm.",
    discussion: """
      EXAMPLES
        millwright demo                          simulated machines, one of them failing
        millwright check --site site.yaml        is the configuration right, and does the plan fit the bus?
        millwright probe --site site.yaml        read every device once and show the values
        millwright run --site site.yaml          the daemon
        millwright status --site site.yaml       how the daemon and its machines fare
        millwright alarm list --site site.yaml   the alarms that stand; ack, shelve and more act on them
        millwright record add --site site.yaml   what was done at a machine; import, list and show
        millwright action list --site site.yaml  work orders that wait for a person; confirm, reject
        millwright analyse FILE --bearing NAME   the analyst's page on one recorded waveform
        millwright fault search cavitaton        what is known of faults, typing forgiven

      Exit codes: 0 ok, 64 wrong usage or a command refused, 65 bad recording or model, 69 not reachable, 74 storage, 78 bad configuration.
      """,
    version: Version.text,
    subcommands: [
      Run.self, Check.self, Probe.self, Status.self, AlarmGroup.self, ActionGroup.self, RecordGroup.self,
      ReplayCommand.self,
      Analyse.self,
      Receive.self, ModelCommand.self, FaultCommand.self, DemoCommand.self, VersionCommand.self,
    ])
}

/// The options of every subcommand that works on a site.
struct SiteOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "The site file.")
  var site = "/etc/millwright/site.yaml"
}

/// Says what went wrong on standard error and turns it into the right exit code.
func reporting<T>(_ body: () async throws -> T) async throws -> T {
  do {
    return try await body()
  } catch let error as AgentError {
    Journal(marks: false).write(.error, "error: \(error)")
    throw ExitCode(error.exitCode)
  }
}
