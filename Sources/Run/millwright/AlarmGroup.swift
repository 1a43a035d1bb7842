// SPDX-License-Identifier: Apache-2.0

import Agent
import Alert
import ArgumentParser
import Foundation
import Machine
import Store

/// `millwright alarm`
struct AlarmGroup: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "alarm", abstract: "Look at alarms and act on them.",
    discussion: """
      EXAMPLES
        millwright alarm list
        millwright alarm ack P-101:unbalance --why "balancing on Monday"
        millwright alarm shelve P-101:unbalance --for 8h --why "cleaning today"
        millwright alarm oos P-101:unbalance --why "dismounted"
        millwright alarm undo P-101:unbalance
        millwright alarm history --machine P-101
        millwright alarm metrics --days 28
      """,
    subcommands: [
      AlarmList.self, Acknowledge.self, Shelve.self, Unshelve.self, OutOfService.self, ReturnToService.self,
      Reset.self, Undo.self, AlarmHistory.self, AlarmFigures.self,
    ])
}

/// The desk of the site that the options name.
func alarmDesk(_ options: SiteOptions) throws(AgentError) -> AlarmDesk {
  AlarmDesk(site: try SiteFile.load(path: options.site, resources: try Resources.find()))
}

/// `millwright alarm list`
struct AlarmList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the alarms that stand, with what is suppressed under each.")
  @OptionGroup var options: SiteOptions
  @Flag(help: "Also those that are normal, shelved, suppressed and out of service.") var all = false
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let (known, policy) = try await reporting {
      let desk = try alarmDesk(options)
      return (try await desk.alarms(all: true), desk.policy)
    }
    let shown = known.filter { all || $0.state.isStanding }
      .sorted { ($1.severity, $0.raised.wall, $0.id) < ($0.severity, $1.raised.wall, $1.id) }
    if json { return try printJSON(shown) }
    let now = WallTime(seconds: Date().timeIntervalSince1970)
    if shown.isEmpty { print(all ? "no alarms yet" : "no alarm stands") }
    for alarm in shown {
      print(
        "\(padded(alarm.severity.rawValue, 9))\(padded(alarm.state.rawValue, 24))\(padded(alarm.id, 34))\(alarm.finding.title)"
      )
      let marks = marks(of: alarm, now, policy)
      if !marks.isEmpty { print("\(padded("", 9))\(marks.joined(separator: ", "))") }
      if all { continue }
      for under in known where under.hold?.parent == alarm.id {
        print("\(padded("", 9))brings about \(under.id): \(under.finding.title)")
      }
    }
    let aside = known.filter { $0.state.isAside }.count
    if !all, aside > 0 { print("\(aside) more are shelved, suppressed or out of service (--all)") }
  }

  private func marks(of alarm: Alarm, _ now: WallTime, _ policy: AlarmPolicy) -> [String] {
    var marks = ["since \(alarm.raised.wall.iso8601)"]
    if alarm.isLatched { marks.append("latched: its condition is gone, reset it") }
    if alarm.chattering != nil { marks.append("chattering") }
    if alarm.isStale(at: now, after_s: policy.stale_s) { marks.append("stale") }
    if let count = alarm.realarms { marks.append("told again \(count) times") }
    if let hold = alarm.hold {
      marks.append(
        [
          hold.reason.rawValue, hold.until.map { "until \($0.iso8601)" }, hold.by.map { "by \($0)" },
          hold.parent.map { "under \($0)" }, hold.why,
        ].compactMap(\.self).joined(separator: " "))
    }
    return marks
  }
}

extension AlarmState {
  fileprivate var isAside: Bool { self == .shelved || self == .suppressed || self == .outOfService }
}

/// `millwright alarm history`
struct AlarmHistory: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show who and what changed which alarm, and why, newest first.")
  @OptionGroup var options: SiteOptions
  @Argument(help: "One alarm.") var alarm: String?
  @Option(help: "One machine.") var machine: String?
  @Option(help: "One person.") var person: String?
  @Option(help: "The last so many days.") var days: Double?
  @Option(help: "At most so many steps.") var limit = 50
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    var asked = TrailQuery(alarm: alarm, machine: machine.map { MachineID($0) }, person: person)
    if let days { asked.from = WallTime(seconds: Date().timeIntervalSince1970 - days * 86_400) }
    let query = asked
    let steps = try await reporting {
      try await alarmDesk(options).history(query, limit: max(1, min(limit, 10_000)))
    }
    if json { return try printJSON(steps) }
    for step in steps {
      let who = [step.by.map { "by \($0)" }, step.why.map { "\"\($0)\"" }].compactMap(\.self)
      print(
        "\(step.alarm.updated.wall.iso8601)  \(padded(step.alarm.id, 34))\(step.from.rawValue) -> \(step.alarm.state.rawValue)  \(([step.cause.rawValue] + who).joined(separator: " "))"
      )
    }
  }
}

/// `millwright alarm metrics`
struct AlarmFigures: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "metrics", abstract: "Show how well the alarms serve people (ISA-18.2).")
  @OptionGroup var options: SiteOptions
  @Option(help: "Over the last so many days.") var days = 7.0
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    guard days > 0, days <= 3660 else { throw ValidationError("--days takes a number above 0, up to 3660") }
    let figures = try await reporting { try await alarmDesk(options).metrics(days: days) }
    if json { return try printJSON(figures) }
    let lines = [
      ("alarms per hour", "\(rounded(figures.alarmsPerHour)) (up to 6 can be handled well, 12 just so)"),
      ("most in 10 minutes", "\(figures.peakIn10Minutes)"),
      ("time in flood", "\(percent(figures.floodShare)) (below 1 % is good)"),
      ("nuisance", figures.nuisanceRatio.map(percent) ?? "no alarms"),
      ("standing, stale", "\(figures.standing), \(figures.stale)"),
      ("began to chatter", "\(figures.chattering)"), ("told again", "\(figures.realarms)"),
      ("time to acknowledge", figures.medianTimeToAcknowledge_s.map { "\(rounded($0)) s (median)" } ?? "-"),
      (
        "false alarms", "\(figures.refuted), \(rounded(figures.falseAlarmsPerMachineWeek)) per machine-week"
      ),
    ]
    for (name, value) in lines { print("\(padded(name, 22))\(value)") }
  }
}
