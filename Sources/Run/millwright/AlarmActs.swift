// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation
import Machine

/// What every act on an alarm says.
struct ActOptions: ParsableArguments {
  @OptionGroup var site: SiteOptions
  @Argument(help: "The alarm, like P-101:unbalance.") var alarm: String
  @Option(help: "Why.") var why = ""
  @Option(help: "Who; the name you are logged in with otherwise.") var by: String?

  /// Asks the daemon and prints its answer.
  func ask(_ verb: AlarmCommand.Verb, until: WallTime? = nil) async throws {
    let person = by ?? personAtTheKeyboard()
    let command = AlarmCommand(verb, alarm, by: person, why: why, until: until)
    print(try await reporting { try await alarmDesk(site).ask(command) })
  }
}

struct Acknowledge: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ack", abstract: "Acknowledge an alarm: somebody has seen it.")
  @OptionGroup var options: ActOptions
  func run() async throws { try await options.ask(.acknowledge) }
}

struct Shelve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "shelve", abstract: "Set an alarm aside until a stated time; a reason is needed.")
  @OptionGroup var options: ActOptions
  @Option(name: .customLong("for"), help: "How long, like 30min, 8h or 2d.") var length: String?
  @Option(help: "Until when, like 2026-01-31T18:00:00Z.") var until: String?

  func run() async throws {
    let end = try Shelve.end(length: length, until: until, now: Date().timeIntervalSince1970)
    try await options.ask(.shelve, until: end)
  }

  static func end(length: String?, until: String?, now: Double) throws -> WallTime? {
    if let until {
      guard let date = try? Date(until, strategy: .iso8601) else {
        throw ValidationError("--until takes a time like 2026-01-31T18:00:00Z, found '\(until)'")
      }
      return WallTime(seconds: date.timeIntervalSince1970)
    }
    guard let length else { return nil }
    for (unit, seconds) in [("min", 60.0), ("h", 3600), ("d", 86_400), ("s", 1)] where length.hasSuffix(unit)
    {
      if let number = Double(length.dropLast(unit.count)), number.isFinite, abs(number) < 1e6 {
        return WallTime(seconds: now + number * seconds)
      }
    }
    throw ValidationError("--for takes a length like 30min, 8h or 2d, found '\(length)'")
  }
}

struct Unshelve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unshelve", abstract: "Take an alarm from its shelf before its time.")
  @OptionGroup var options: ActOptions
  func run() async throws { try await options.ask(.unshelve) }
}

struct OutOfService: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oos", abstract: "Take an alarm out of service, until it is returned; a reason is needed.")
  @OptionGroup var options: ActOptions
  func run() async throws { try await options.ask(.outOfService) }
}

struct ReturnToService: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "return", abstract: "Return an alarm to service; a reason is needed.")
  @OptionGroup var options: ActOptions
  func run() async throws { try await options.ask(.returnToService) }
}

struct Reset: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reset", abstract: "End a latched alarm whose condition is gone.")
  @OptionGroup var options: ActOptions
  func run() async throws { try await options.ask(.reset) }
}

struct Undo: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "undo", abstract: "Take back the last acknowledgement, shelving or taking out of service.")
  @OptionGroup var options: ActOptions
  func run() async throws { try await options.ask(.undo) }
}
