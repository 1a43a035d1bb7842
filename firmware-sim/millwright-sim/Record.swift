// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Firmware
import Foundation
import Simulation

/// Writes a recording of simulated machines, faster than real time.
struct Record: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a recording of simulated machines and its ground truth.",
    discussion: "Machine time is the recording's time: midnight is midnight UTC.")

  @OptionGroup var scenario: ScenarioOptions

  @Option(name: .shortAndLong, help: "The recording; its truth goes to NAME.truth.jsonl beside it.")
  var output: String

  @Option(help: "Length of the recording.")
  var duration = Duration_s(86_400)

  @Option(help: "Time between two readings of the scalars.")
  var interval = Duration_s(60)

  @Option(help: "Time between two waveforms of a channel; 0s records none.")
  var waveformInterval = Duration_s(600)

  @Option(name: .customLong("channel"), help: "A vibration channel; may be repeated. (default: DE-H)")
  var channels: [Channel] = []

  @Option(help: "Samples per second of a waveform.")
  var rate = 12_800.0

  @Option(help: "Samples of a waveform.")
  var count = 16_384

  @Option(help: "Time of the first sample, unix seconds.")
  var start = 1_767_225_600.0

  func validate() throws {
    guard interval.seconds > 0 else { throw ValidationError("--interval must be above 0") }
    guard rate > 0, count > 0 else { throw ValidationError("--rate and --count must be above 0") }
  }

  func run() async throws {
    var machines = try scenario.simulated(start_s: start)
    var writer = try RecordingWriter(path: output)
    defer { writer.finish() }
    let channels = channels.isEmpty ? [Channel.driveEndHorizontal] : channels
    for machine in machines {
      for event in TruthEvent.course(of: machine.faults, machine: machine.id, unix: { $0 }) {
        writer.writeTruth(event)
      }
    }
    // A scalar that is NaN on a healthy machine is not fitted, and has no point.
    let fitted = machines.map { machine in
      var healthy = SimulatedMachine(machine.spec, seed: scenario.seed)
      let scalars = healthy.scalars(at: start)
      return Set(Scalar.allCases.filter { !scalars[$0].isNaN })
    }
    let steps = Int(duration.seconds / interval.seconds)
    var nextWaveform = start
    for step in 0..<max(1, steps) {
      let t = start + Double(step) * interval.seconds
      let isDue = waveformInterval.seconds > 0 && t >= nextWaveform
      if isDue { nextWaveform += waveformInterval.seconds }
      for i in machines.indices {
        writer.write(machines[i].scalars(at: t), machine: machines[i].id, at: t) { fitted[i].contains($0) }
        guard isDue else { continue }
        for channel in channels {
          let samples = machines[i].waveform(at: t, channel: channel, sampleRate_Hz: rate, count: count)
          let capture = Capture(
            samples: samples, sampleRate_Hz: rate, fullScale_m_s2: machines[i].spec.sensor.fullScale_m_s2,
            speed_rpm: machines[i].shaftSpeed_rpm(at: t))
          writer.write(capture, point: channel.rawValue, machine: machines[i].id, at: t)
        }
      }
    }
    say("\(output): \(machines.map(\.id).joined(separator: ", ")), \(Int(duration.seconds)) s")
    say(RecordingWriter.truthPath(for: output))
  }
}
