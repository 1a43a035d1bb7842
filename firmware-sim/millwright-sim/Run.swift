// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Firmware
import Foundation
import Simulation

/// Serves simulated machines.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Serve simulated machines over Modbus TCP, Modbus RTU and MQTT.",
    discussion: "Prints one line for each place where something listens, then nothing more.")

  @OptionGroup var scenario: ScenarioOptions
  @OptionGroup var serving: ServeOptions

  @Option(help: "Machine seconds per second; device clocks keep real time.")
  var speedup = 1.0

  @Option(help: "Hour of the day at which the machines begin.")
  var startHour = 8.0

  @Option(help: "Write the ground truth to this file as it happens (JSON lines, wall time).")
  var truth: String?

  @Flag(help: "Serve vendors' transmitters on the first machine: units 80 and 101-105.")
  var vendors = false

  @Option(help: "For benchmarks: this many pumps, each a unit of its own, in place of the machines.")
  var devices: Int?

  @Flag(help: "With --devices: a TCP port for each, counted up from --port.")
  var separatePorts = false

  func validate() throws {
    guard speedup > 0, speedup.isFinite else { throw ValidationError("--speedup must be above 0") }
    if let devices, !(1...247).contains(devices) { throw ValidationError("--devices must be 1...247") }
  }

  func run() async throws {
    let timebase = Timebase(machineStart_s: startHour * 3600, speedup: speedup)
    var machines = try scenario.simulated(start_s: timebase.machineStart_s)
    if let devices {
      machines = (1...devices).map { SimulatedMachine(.pump("N-\($0)"), seed: scenario.seed) }
    }
    let rack = try setUp(machines, timebase)
    let running = rack.start()
    defer { running.stop() }
    try await serve(
      machines, serving, timebase: timebase, seed: scenario.seed,
      truth: try truth.map { try TruthLog(path: $0, machines: machines, timebase: timebase) })
  }

  private func setUp(_ machines: [SimulatedMachine], _ timebase: Timebase) throws -> Rack {
    guard separatePorts else {
      var rack = try serving.rack(machines, timebase: timebase, seed: scenario.seed)
      if vendors {
        let list = vendorUnits(machines[0])
        let port = try rack.addTCP(
          units: Dictionary(uniqueKeysWithValues: list.map { ($0.unit, $0.device) }),
          faults: serving.transport(seed: scenario.seed &+ 2))
        for entry in list {
          say("\(machines[0].id): Modbus TCP 127.0.0.1:\(port) unit \(entry.unit), \(entry.profile)")
        }
      }
      return rack
    }
    var rack = Rack(timebase)
    for (i, machine) in machines.enumerated() {
      let wanted = serving.port == 0 ? 0 : serving.port + UInt16(i)
      let port = try rack.addTCP(
        port: wanted, units: [1: NodeFirmware(machine, channel: serving.channel)],
        faults: serving.transport(seed: scenario.seed &+ UInt64(i)))
      say("\(machine.id): Modbus TCP 127.0.0.1:\(port) unit 1, millwright-sim-node")
    }
    return rack
  }
}

/// Writes each turn in the course of the faults when it comes.
struct TruthLog: Sendable {
  private let path: String
  private var events: [TruthEvent]

  init(path: String, machines: [SimulatedMachine], timebase: Timebase) throws {
    guard FileManager.default.createFile(atPath: path, contents: nil) else {
      throw FirmwareError.badRecording(path: path, reason: "cannot be created")
    }
    self.path = path
    events = machines.flatMap { machine in
      TruthEvent.course(of: machine.faults, machine: machine.id) {
        timebase.start_s + ($0 - timebase.machineStart_s) / timebase.speedup
      }
    }.sorted { $0.unix_s < $1.unix_s }
  }

  /// Appends what has happened by `unix_s`.
  mutating func write(until unix_s: Double) {
    let due = events.prefix { $0.unix_s <= unix_s }
    guard !due.isEmpty, let file = FileHandle(forWritingAtPath: path) else { return }
    defer { try? file.close() }
    _ = try? file.seekToEnd()
    try? file.write(contentsOf: Data(due.map { $0.json + "\n" }.joined().utf8))
    events.removeFirst(due.count)
  }
}
