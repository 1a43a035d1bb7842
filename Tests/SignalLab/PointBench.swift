// SPDX-License-Identifier: Apache-2.0

import Allocations
import Features
import Foundation
import Machine

/// One point of three axes on a drive whose bearing is known, watched again and again.
struct PointBench {
  private static let axes = 3
  private let machine: Machine
  private let waveforms: [Waveform]
  private let state = OperatingState(motion: .running, speedBin: 9)
  private var extractor = FeatureExtractor()
  private var window: FeatureWindow

  init?(_ data: Data, rate: Double, speed_rpm: Double) {
    let samples = unsafe data.withUnsafeBytes { unsafe Array($0.bindMemory(to: Float.self)) }
    let length = samples.count / PointBench.axes
    guard length > 0, rate > 0 else { return nil }
    let id = MachineID("P-1")
    let names = ["X", "Y", "Z"]
    machine = Machine(
      id: id, name: "drive", kind: .motor, ratedSpeed_rpm: speed_rpm,
      bearings: [
        Bearing(
          name: "DE", designation: "SKF 6205-2RS JEM", rollingElements: 9, elementDiameter_mm: 7.94,
          pitchDiameter_mm: 39.04, source: "CWRU bearing data center, bearing information")
      ],
      vaneCount: 6,
      points: names.map { Point(id: PointID(id, $0), role: .vibration, quantity: .acceleration) })
    let stamp = Stamp(received: WallTime(seconds: 1_700_000_000), monotonic: MonotonicTime(seconds: 100))
    waveforms = names.enumerated().map { index, name in
      Waveform(
        point: PointID(id, name), sampleRate_Hz: rate,
        samples: Array(samples[index * length..<(index + 1) * length]),
        speed_rpm: speed_rpm, stamp: stamp)
    }
    window = FeatureWindow(point: PointID(id, "X"), stamp: stamp, state: state)
  }

  /// The validity gate in front of the same captures.
  var gate: GateBench { GateBench(waveforms, of: machine) }

  /// The features of every axis as JSON, lines by their names and frequencies.
  mutating func values() -> String {
    let axes = waveforms.map { waveform in
      let window = extractor.extract(waveform, of: machine, speed_rpm: nil, state: state)
      let values = Feature.allCases.compactMap { feature in
        window.values[feature].map { "\"\(feature.rawValue)\": \($0)" }
      }
      let lines = window.lines.map {
        "\"\($0.line.rawValue)\": [\($0.found_Hz.map { "\($0)" } ?? "null"), \($0.prominence)]"
      }
      return "{\((values + lines).joined(separator: ", ")), \"bands\": \(window.logBands)}"
    }
    return "[\(axes.joined(separator: ", "))]"
  }

  /// Times `count` windows of all axes after three more, and counts what they ask the allocator for.
  mutating func run(_ count: Int) -> String {
    for _ in 0..<3 { pass() }
    let allocated = lab_allocations()
    for _ in 0..<count { pass() }
    let allocations = lab_allocations() - allocated
    let time = median(count) { pass() }
    return "{\"med_ns\": \(time), \"allocations\": \(allocations), \"axes\": \(waveforms.count)}"
  }

  private mutating func pass() {
    for waveform in waveforms {
      extractor.extract(waveform, of: machine, speed_rpm: nil, state: state, into: &window)
    }
  }
}
