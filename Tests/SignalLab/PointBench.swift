// SPDX-License-Identifier: Apache-2.0

import Allocations
import Features
import Foundation
import Machine

/// One point of three axes on a drive whose bearing is known, watched again and again.
struct PointBench {
  private static let axes = 3
  /// What is known of the machine, and so what a window is charged for.
  enum Known: String, CaseIterable {
    /// Nothing: statistics, bands, one envelope.
    case nothing
    /// The bearing, as for `run`, and its lines in three bands: what the daemon does by default.
    case bearing
    /// No bearing; two pairs of gears, their lines and the mean turns of all four.
    case gears
    /// Bearing, motor, belt and vanes, without gears.
    case motor
    /// Bearing and rated speed: the shaft's is looked for in the spectrum.
    case rating
  }
  private let machine: Machine
  private let waveforms: [Waveform]
  private let state = OperatingState(motion: .running, speedBin: 9)
  /// In the fixed band alone, for a comparison with the same numbers elsewhere.
  private var extractor = FeatureExtractor(searchesBands: false)
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

  /// The same of the daemon's windows of a machine of which so much is known.
  func run(_ count: Int, knowing known: Known) -> String {
    let machine = machine(knowing: known)
    var extractor = FeatureExtractor()
    var window = window
    var waveforms = waveforms
    for i in waveforms.indices where known == .nothing || known == .rating { waveforms[i].speed_rpm = nil }
    // Teeth that mesh: without them no turn is followed.
    for i in waveforms.indices where known == .gears {
      let (rate, shaft_Hz) = (waveforms[i].sampleRate_Hz, (waveforms[i].speed_rpm ?? 0) / 60)
      for n in waveforms[i].samples.indices {
        let angle = 2 * Double.pi * shaft_Hz * Double(n) / rate
        waveforms[i].samples[n] += Float(sin(23 * angle) + sin(31 * 23.0 / 47 * angle))
      }
    }
    func pass() {
      for waveform in waveforms {
        extractor.extract(waveform, of: machine, speed_rpm: nil, state: state, into: &window)
      }
    }
    for _ in 0..<3 { pass() }
    let allocated = lab_allocations()
    for _ in 0..<count { pass() }
    let allocations = lab_allocations() - allocated
    let time = median(count) { pass() }
    let speed = window.speedOrigin.map { "\"\($0.rawValue)\"" } ?? "null"
    return "{\"med_ns\": \(time), \"allocations\": \(allocations), \"lines\": \(window.lines.count), "
      + "\"parts\": \(window.parts.count), \"gears\": \(window.gears.count), \"speed\": \(speed)}"
  }

  private func machine(knowing known: Known) -> Machine {
    var machine = machine
    machine.vaneCount = nil
    switch known {
    case .nothing: (machine.bearings, machine.ratedSpeed_rpm) = ([], nil)
    case .bearing, .rating: break
    case .gears:
      machine.bearings = []
      machine.gears = [
        GearPair(name: "stage 1", driverTeeth: 23, drivenTeeth: 47),
        GearPair(name: "stage 2", driverTeeth: 31, drivenTeeth: 40, shaftRatio: 23.0 / 47),
      ]
    case .motor:
      (machine.lineFrequency_Hz, machine.poleCount, machine.rotorBarCount) = (60, 4, 44)
      machine.belts = [BeltDrive(name: "belt", length_mm: 2100, pulleyDiameter_mm: 180)]
      machine.vaneCount = 6
    }
    return machine
  }

  private mutating func pass() {
    for waveform in waveforms {
      extractor.extract(waveform, of: machine, speed_rpm: nil, state: state, into: &window)
    }
  }
}
