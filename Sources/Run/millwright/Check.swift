// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Foundation

/// `millwright check`
struct Check: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check the site file and whether each bus has time for its plan. Nothing is connected to.")
  @OptionGroup var options: SiteOptions
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let check = try await reporting {
      let resources = try Resources.find()
      return try SiteCheck(
        try SiteFile.load(path: options.site, resources: resources), resources: resources)
    }
    if json {
      try printJSON(check)
    } else {
      print("site \(check.site), node \(check.node): \(check.machines) machines, \(check.points) points")
      for bus in check.buses {
        print("\(bus.connection)  \(bus.endpoint)  \(percent(bus.utilisation)) of its time: \(bus.verdict)")
        for device in bus.devices {
          let waveform = device.waveform_s.map { ", a waveform takes \(rounded($0)) s" } ?? ""
          print(
            "  \(device.name): \(device.requests) requests a round, \(percent(device.scalars + device.waveforms))\(waveform)"
          )
        }
      }
      for line in check.sensors { print("sensor: \(line)") }
      for note in check.notes { print("note: \(note)") }
    }
    guard check.fits else {
      Journal(marks: false).write(
        .error,
        "error: a bus has more to do than time; lengthen periods, raise the baud rate or split the bus")
      throw ExitCode(78)
    }
  }
}

/// `millwright probe`
struct Probe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Read every register of every Modbus device once and show raw words and values.")
  @OptionGroup var options: SiteOptions
  @Argument(help: "Only this connection, or connection.device.") var only: String?
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let devices = try await reporting {
      let site = try SiteFile.load(path: options.site, resources: try Resources.find())
      return try await ProbedDevice.all(of: site, only: only)
    }
    if json {
      try printJSON(devices)
    } else {
      for device in devices {
        print("\(device.connection).\(device.device)  unit \(device.unit)")
        for value in device.values {
          let shown = value.value.map { "\(rounded($0)) \(value.unit)" } ?? value.text ?? "-"
          let words = value.words.joined(separator: " ")
          let remark = value.quality == "good" ? "" : "  [\(value.quality)]"
          print(
            "  \(padded(value.name, 24))\(padded("\(value.function):\(value.address)", 9))\(padded(shown, 18))\(words)\(remark)"
          )
        }
      }
    }
    guard devices.allSatisfy(\.answers) else {
      let silent = devices.filter { !$0.answers }.map { "\($0.connection).\($0.device)" }
      Journal(marks: false).write(.error, "error: no answer from \(silent.joined(separator: ", "))")
      throw ExitCode(69)
    }
  }
}
