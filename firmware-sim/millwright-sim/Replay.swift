// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Broker
import Firmware
import Foundation
import Simulation

/// Serves or converts recordings of real machines.
struct Replay: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replay real recordings: CWRU bearings and the SKAB pump loop.",
    discussion: """
      Recordings are looked for as given, then in MILLWRIGHT_DATA, then in ../shared/data. CWRU records go \
      through the node's registers, MQTT or a file; SKAB rows through MQTT telemetry or a file.
      """)

  @Option(help: "A CWRU record, like cwru/12k_Drive_End_OR007@6_0_130.npz; may be repeated.")
  var cwru: [String] = []

  @Option(help: "A SKAB file, like skab/valve1/0.csv.gz.")
  var skab: String?

  @OptionGroup var serving: ServeOptions

  @Option(name: .shortAndLong, help: "Convert to this recording in place of serving.")
  var output: String?

  @Option(help: "Samples of one capture.")
  var count = 12_000

  @Option(help: "In a recording, time between two captures; for SKAB over MQTT use --telemetry-period.")
  var interval = Duration_s(60)

  @Option(help: "Seed of the faults in transport.")
  var seed: UInt64 = 1

  func validate() throws {
    guard !cwru.isEmpty || skab != nil else { throw ValidationError("give --cwru or --skab") }
    guard cwru.count <= 247, (256...16_384).contains(count) else {
      throw ValidationError("--count must be 256...16384, and at most 247 records be given")
    }
  }

  func run() async throws {
    let machines = try cwru.map {
      try RecordedMachine(cwru: find($0), id: Self.name($0), captureLength: count)
    }
    let loop = try skab.map { try RecordedTelemetry(skab: find($0)) }
    if let output { return try convert(machines, loop, to: output) }
    let timebase = Timebase()
    if !machines.isEmpty {
      let running = try serving.rack(machines, timebase: timebase, seed: seed).start()
      defer { running.stop() }
      try await serve(machines, serving, timebase: timebase, seed: seed, truth: nil)
    } else if let loop {
      try await play(loop)
    }
  }

  /// `CWRU-130` for a record whose name ends in its number.
  static func name(_ path: String) -> String {
    let stem = (path as NSString).lastPathComponent.replacingOccurrences(of: ".npz", with: "")
    let number = stem.split(separator: "_").last { $0.allSatisfy(\.isNumber) }
    return "CWRU-\(number.map(String.init) ?? stem)"
  }

  private func find(_ path: String) -> String {
    FileManager.default.fileExists(atPath: path) ? path : "\(RecordedMachine.dataFolder)/\(path)"
  }

  private func convert(_ machines: [RecordedMachine], _ loop: RecordedTelemetry?, to path: String) throws {
    var writer = try RecordingWriter(path: path)
    defer { writer.finish() }
    let start = 1_767_225_600.0
    for var machine in machines {
      for i in 0..<machine.captureCount {
        let t = start + Double(i) * interval.seconds
        writer.write(
          machine.speed_rpm, point: "speed", quantity: "rotational-speed", machine: machine.id, at: t)
        writer.write(
          machine.capture(at: t, channel: .driveEndHorizontal), point: "DE-H", machine: machine.id, at: t)
      }
    }
    guard let loop else { return }
    var wasAnomalous = false
    for row in loop.rows {
      for (i, name) in RecordedTelemetry.names.enumerated() {
        writer.write(
          row.values[i], point: name, quantity: RecordedTelemetry.quantities[i], machine: "SKAB",
          at: row.unix_s)
      }
      if row.isAnomalous != wasAnomalous {
        writer.writeTruth(
          TruthEvent(
            unix_s: row.unix_s, machine: "SKAB", fault: "anomaly", severity: 1,
            event: row.isAnomalous ? "onset" : "end"))
        wasAnomalous = row.isAnomalous
      }
    }
  }

  /// Publishes the rows one after another at the telemetry period, with the time of sending.
  private func play(_ loop: RecordedTelemetry) async throws {
    guard let address = serving.mqtt else { throw ValidationError("SKAB needs --mqtt or --output") }
    let client = try MQTTClient(
      BrokerOptions(host: address.host, port: address.port, clientID: "millwright-sim-\(getpid())"))
    let serving = serving
    let seed = seed
    let stop = stopSignals()
    await withTaskGroup(of: Void.self) { group in
      group.addTask { for await _ in stop { return } }
      if let duration = serving.duration?.seconds {
        group.addTask { try? await Task.sleep(for: .seconds(duration)) }
      }
      group.addTask {
        var payloads = Telemetry(machine: "SKAB")
        var delivery = serving.delivery(seed: seed)
        for row in loop.rows where !Task.isCancelled {
          // A row is worth waiting for: the loop is recorded once.
          while !client.state.isConnected, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
          let values = Array(zip(RecordedTelemetry.names, row.values))
          await send(
            [payloads.message(values, at: Date().timeIntervalSince1970)], client, through: &delivery)
          try? await Task.sleep(for: .seconds(serving.telemetryPeriod.seconds))
        }
      }
      group.addTask { await client.run() }
      await group.next()
      group.cancelAll()
    }
  }
}
