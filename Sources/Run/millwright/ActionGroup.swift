// SPDX-License-Identifier: Apache-2.0

import Agent
import Alert
import ArgumentParser
import Machine
import Store

/// `millwright action`
struct ActionGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "action", abstract: "Look at work orders that alarms ask for, and confirm or reject them.",
    subcommands: [ActionList.self, ActionConfirm.self, ActionReject.self])
}

/// `millwright action list`
struct ActionList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the actions that wait for a person or for the broker.")
  @OptionGroup var options: SiteOptions
  @Flag(help: "Also those that are over.") var all = false
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let actions = try await reporting {
      try await actionDesk(options).actions(all ? Set(ActionState.allCases) : [.proposed, .confirmed])
    }
    if json { return try printJSON(actions) }
    if actions.isEmpty { print(all ? "no actions yet" : "no action waits") }
    for action in actions {
      print(
        "\(padded("\(action.id)", 6))\(padded(action.state.rawValue, 11))\(padded(action.rule, 16))\(action.alarm)"
      )
      let who = [
        action.state == .proposed ? "until \(action.expires.iso8601)" : nil, action.by.map { "by \($0)" },
        action.why.flatMap { $0.isEmpty ? nil : $0 },
      ].compactMap(\.self)
      if !who.isEmpty { print("\(padded("", 6))\(who.joined(separator: ", "))") }
    }
  }
}

/// `millwright action confirm`
struct ActionConfirm: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Have a proposed action done.")
  @OptionGroup var decision: ActionDecision
  func run() async throws { try await decision.decide(.confirmed) }
}

/// `millwright action reject`
struct ActionReject: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Have a proposed action not done.")
  @OptionGroup var decision: ActionDecision
  func run() async throws { try await decision.decide(.rejected) }
}

/// What a person says about one action.
struct ActionDecision: ParsableArguments {
  @OptionGroup var site: SiteOptions
  @Argument(help: "The number that 'millwright action list' shows.") var number: Int64
  @Option(help: "Why.") var why = ""
  @Option(help: "Who; the name you are logged in with otherwise.") var by: String?

  func decide(_ state: ActionState) async throws {
    let person = by ?? personAtTheKeyboard()
    let (number, why) = (number, why)
    print(try await reporting { try await actionDesk(site).decide(number, state, by: person, why: why) })
  }
}

private func actionDesk(_ options: SiteOptions) throws(AgentError) -> ActionDesk {
  ActionDesk(site: try SiteFile.load(path: options.site, resources: try Resources.find()))
}
