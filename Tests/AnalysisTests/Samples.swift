// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Machine
import Recordings
import TestData

let gravity = 9.80665

/// CWRU's drive-end bearing, from the data centre's "Bearing information".
let driveEnd = Bearing(
  name: "DE", designation: "SKF 6205-2RS JEM", rollingElements: 9, elementDiameter_mm: 7.94,
  pitchDiameter_mm: 39.04, source: "CWRU")

let rig = Machine(id: MachineID("rig"), name: "rig", kind: .other, bearings: [driveEnd])

/// A page on samples that are in m/s2; `unit` is nil where nobody says so.
func makePage(
  _ samples: [Float], rate_Hz: Double, machine: Machine = rig, speed_rpm: Double? = nil,
  unit: String? = "m/s2", speedSignal: Analysis.SpeedSignal? = nil
) -> Analysis {
  let waveform = Waveform(
    point: PointID(machine.id, "p"), sampleRate_Hz: rate_Hz, samples: samples,
    stamp: Stamp(received: WallTime(nanoseconds: 0), monotonic: MonotonicTime(nanoseconds: 0)))
  let origin = Analysis.Origin(
    name: "<samples> & \"more\"", channel: "1", unit: unit, rate_Hz: rate_Hz, sampleCount: samples.count)
  return Analysis(
    of: waveform, from: origin, machine: machine,
    speed: speed_rpm.map { Analysis.Speed(rpm: $0, source: "the test") }, speedSignal: speedSignal)
}

/// Sines (amplitude, Hz) with the noise of a sensor, seeded.
func sines(_ parts: [(Double, Double)], count: Int, rate_Hz: Double) -> [Float] {
  var noise = Noise(1)
  return (0..<count).map { n in
    Float(
      parts.reduce(1e-3 * Double(noise.centred())) { $0 + $1.0 * sin(2 * .pi * $1.1 * Double(n) / rate_Hz) })
  }
}

/// The records of the Case Western Reserve University bearing data centre.
enum CWRU {
  static let folder =
    (ProcessInfo.processInfo.environment["MILLWRIGHT_DATA"] ?? "../shared/data") + "/cwru/"
  static let isPresent = FileManager.default.fileExists(atPath: folder + "index.csv")

  static func page(
    _ name: String, unit: String? = "g", of machine: Machine = rig, hasSpeed: Bool = true,
    length_s: Double? = nil
  )
    throws
    -> Analysis
  {
    var selection = Recording.Selection()
    selection.length_s = length_s
    let record = try Recording.read(folder + name + ".npz", selection)
    return makePage(
      record.samples.map { Float(Double($0) * (unit == nil ? 1 : gravity)) }, rate_Hz: record.rate_Hz,
      machine: machine, speed_rpm: hasSpeed ? record.speed_rpm : nil, unit: unit)
  }
}
