// SPDX-License-Identifier: Apache-2.0

import Acquire
import Agent
import ArgumentParser
import Budget
import Foundation
import Machine
import Store
import Sync

/// `millwright status`
struct Status: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show how the daemon and its machines fare.")
  @OptionGroup var options: SiteOptions
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let report = try await reporting {
      let site = try SiteFile.load(path: options.site, resources: try Resources.find())
      return try StatusReport.read(from: site.storage)
    }
    if json { try printJSON(report) } else { show(report) }
    let age = Date().timeIntervalSince1970 - report.updated.seconds
    guard report.isAlive, age < 10 * StatusReport.period_s else {
      Journal(marks: false).write(
        .error,
        "error: the daemon (process \(report.processID)) does not run any more; this report is \(Int(age)) s old"
      )
      throw ExitCode(69)
    }
  }

  private func show(_ report: StatusReport) {
    let up = report.updated.seconds - report.started.seconds
    print(
      "millwright \(report.version)  site \(report.site)  node \(report.node)  process \(report.processID)  up \(Int(up)) s"
    )
    print("\nMACHINES")
    for line in report.machines {
      let health =
        line.worst.map { "\($0.rawValue): \(line.standingAlarms.joined(separator: ", "))" }
        ?? (line.defects.isEmpty
          ? (line.isLearned ? "normal" : "normal by limits, still learning") : "not assessable in full")
      print("  \(padded(line.id.rawValue, 12))\(padded(line.state.description, 18))\(health)")
      for (point, reason) in line.defects.sorted(by: { $0.key < $1.key }) {
        print("  \(padded("", 12))sensor \(point): \(reason)")
      }
    }
    print("\nBUSES")
    for bus in report.modbus {
      let link = bus.isLinkUp.map { $0 ? "up" : "down" } ?? "not tried"
      print(
        "  \(padded(bus.connection, 12))\(padded(link, 10))\(bus.polls) polls, \(bus.missedSchedules) missed, \(bus.timeouts) timeouts, \(bus.exceptions) exceptions"
      )
      for unit in bus.units where unit.answers == false {
        print("  \(padded("", 12))\(unit.device) (unit \(unit.unit)): \(unit.lastFailure ?? "silent")")
      }
    }
    for link in report.mqtt {
      let messages = link.sources.reduce(0) { $0 + $1.messages }
      let trouble = link.isConnected ? "" : ", \(link.lastError ?? "not tried")"
      print(
        "  \(padded(link.connection, 12))\(padded(link.isConnected ? "up" : "down", 10))\(messages) messages, \(link.dropped) dropped\(trouble)"
      )
    }
    showStore(report)
    showEnergy(report)
  }

  private func showStore(_ report: StatusReport) {
    print("\nSTORE")
    if let store = report.store {
      let waiting = store.outbox.values.reduce(0, +)
      print(
        "  \(store.usedBytes >> 10) KiB of \(store.maximumBytes >> 20) MiB, \(waiting) rows wait for upstream"
      )
    } else {
      print("  does not answer")
    }
    if let uplink = report.uplink {
      print(
        "  upstream \(uplink.isConnected ? "connected" : "away"), \(uplink.committedRows) rows committed there, \(report.alertsPublished ?? 0) alarm states published"
      )
    }
    if let events = report.events {
      let lost = events.lost > 0 ? ", \(events.lost) given up" : ""
      print("  \(events.sent) alarm events sent, \(events.waiting) wait\(lost)")
    }
    for (kind, count) in report.droppedRecords.sorted(by: { $0.key < $1.key }) {
      print("  \(count) \(kind) given up for want of room")
    }
    if report.mailbox.droppedReadings + report.mailbox.droppedWaveforms > 0 {
      print(
        "  \(report.mailbox.droppedReadings) readings and \(report.mailbox.droppedWaveforms) waveforms dropped before the path"
      )
    }
  }

  private func showEnergy(_ report: StatusReport) {
    let energy = report.energy
    print("\nPOWER (estimated: \(energy.model.source))")
    for share in energy.stages where share.calls > 0 {
      print(
        "  \(padded(share.stage, 12))\(rounded(share.cpu_s)) s CPU, \(rounded(share.energy_J)) J in \(share.calls) calls"
      )
    }
    let watts = energy.elapsed_s > 0 ? energy.process_energy_J / energy.elapsed_s : 0
    print(
      "  \(padded("process", 12))\(rounded(energy.process_cpu_s)) s CPU, \(rounded(energy.process_energy_J)) J, \(rounded(watts)) W above idle"
    )
  }
}
