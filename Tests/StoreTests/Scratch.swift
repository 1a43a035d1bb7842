// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import Store
import Testing

/// A folder of its own for one test, removed with the value that holds it.
final class Scratch: Sendable {
  let path: String
  init() throws {
    path = NSTemporaryDirectory() + "millwright-store-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  func file(_ name: String) -> String { path + "/" + name }
  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// What tests put into a store: 2026-01-01T00:00:00Z and the seconds after.
enum Make {
  static let start = WallTime(seconds: 1_767_225_600)
  static let machine = MachineID("P-101")
  static let vibration = PointID(machine, "DE-H")
  static let temperature = PointID(machine, "winding-temperature")

  static func stamp(_ second: Double, source: Double? = nil) -> Stamp {
    Stamp(
      source: source.map { WallTime(nanoseconds: start.nanoseconds + Int64($0 * 1e9)) },
      received: WallTime(nanoseconds: start.nanoseconds + Int64(second * 1e9)),
      monotonic: MonotonicTime(seconds: second))
  }

  static func reading(_ second: Double, _ value: Double?, quality: Quality = .good) -> Reading {
    Reading(
      point: temperature, quantity: .temperature, value: value, stamp: stamp(second), quality: quality)
  }

  static func window(_ second: Double, velocity: Double = 2.5) -> FeatureWindow {
    var values = FeatureValues()
    values[.velocityRMS] = velocity
    values[.kurtosis] = 3
    return FeatureWindow(
      point: vibration, stamp: stamp(second),
      state: OperatingState(motion: .running, speedBin: 9, loadBin: 3),
      values: values,
      lines: [
        LineMatch(
          bearing: "DE", line: .outerRace, expected_Hz: 107.4, found_Hz: 106.9, prominence: 8, harmonics: 3,
          sidebands: false)
      ], logBands: Array(repeating: -1.5, count: FeatureWindow.bandCount))
  }

  static func finding(_ second: Double, text: String = "unbalance") -> Finding {
    Finding(
      machine: machine, point: vibration, subject: .machine, fault: "unbalance", title: text,
      severity: .warning, confidence: 0.8,
      supporting: [
        Evidence(
          "1x is 4.1 mm/s", quantity: "order_1x_mm_s", value: 4.1, reference: 1.2, source: "baseline",
          weight: 1)
      ], missing: ["phase"], confirm: "Measure phase", action: "Balance", stamp: stamp(second))
  }

  static func transition(
    _ second: Double, occurrence: Int = 1, to state: AlarmState = .unacknowledged, from: AlarmState = .normal
  ) -> AlarmTransition {
    let alarm = Alarm(
      id: "P-101:unbalance", occurrence: occurrence, state: state, severity: .alarm, raised: stamp(second),
      updated: stamp(second), finding: finding(second))
    return AlarmTransition(alarm: alarm, from: from, cause: .finding)
  }

  static func evidence(_ second: Double, samples: Int = 64) -> EvidenceRecord {
    let waveform = Waveform(
      point: vibration, sampleRate_Hz: 12_800, samples: (0..<samples).map { Float($0) * 0.25 - 7 },
      fullScale: 156.9, speed_rpm: 1480, stamp: stamp(second))
    let spectrum = Spectrum(resolution_Hz: 2, amplitudes: [0, 0.5, .infinity], unit: "m/s2")
    return EvidenceRecord(alarm: "P-101:unbalance", occurrence: 1, waveform: waveform, spectrum: spectrum)
  }

  /// A batch with one of everything.
  static func full(_ second: Double) -> StoreBatch {
    StoreBatch(
      readings: [reading(second, 61.5)], windows: [window(second)],
      scores: [
        ModelScore(
          model: "autoencoder", modelHash: "0123456789ab", point: vibration, stamp: stamp(second), score: 0.4,
          threshold: 0.9, falseAlarmRate: 1e-4, contributions: [.init(input: "band 7", share: 0.6)])
      ], findings: [finding(second)], transitions: [transition(second)], evidence: [evidence(second)],
      snapshots: [Snapshot(key: "baseline/P-101", stamp: stamp(second), bytes: [1, 2, 3])])
  }
}
