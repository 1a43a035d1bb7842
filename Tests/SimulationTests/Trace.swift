// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation

/// A record of one channel with what is needed to look up its lines.
struct Trace {
  var x: [Float]
  let rate: Double
  /// Shaft speed, Hz.
  let f: Double
  let spec: MachineSpec
  let speed: Double

  /// Twice the frequency that the motor is fed with, Hz.
  var twiceLine: Double { 2 * spec.lineFrequency_Hz * speed }
  /// Poles times slip frequency, Hz.
  var polePass: Double { Double(spec.poles) * (twiceLine / Double(spec.poles) - f / spec.shaftRatio) }

  /// RMS velocity of a line, mm/s.
  func velocity(_ frequency_Hz: Double) -> Double { Measure.velocity(x, frequency_Hz, rate: rate) }
  /// RMS velocity of a multiple of shaft speed, mm/s.
  func order(_ order: Double) -> Double { velocity(order * f) }
  /// RMS acceleration of a line, m/s2.
  func acceleration(_ frequency_Hz: Double) -> Double {
    Measure.amplitude(x, frequency_Hz, rate: rate) / 2.squareRoot()
  }
  /// Phase of a line, turns.
  func phase(_ frequency_Hz: Double) -> Double { Measure.phase(x, frequency_Hz, rate: rate) }
  /// RMS velocity, 10-1000 Hz, mm/s.
  var velocity: Double { Measure.velocity(x, rate: rate, from: 10, to: 1000) }

  /// A steady preset with a fault that has always been there.
  static func of(
    _ preset: String, _ fault: FaultKind? = nil, _ severity: Double = 1, place: String? = nil,
    on channel: Channel = .driveEndHorizontal, speed: Double = 1, load: Double = 0.9, seed: UInt64 = 7,
    rate: Double = 12_800, count: Int = 65_536
  ) -> Trace {
    var machine = SimulatedMachine.steady(preset, speed: speed, load: load, seed: seed)
    if let fault { machine.faults = [.standing(fault, severity, place: place)] }
    return Trace(
      x: machine.waveform(at: 50_000, channel: channel, sampleRate_Hz: rate, count: count), rate: rate,
      f: machine.shaftSpeed_rpm(at: 50_000) / 60, spec: machine.spec, speed: speed)
  }

  /// What a fault adds to the same machine at the same moment, without the machine's own lines and noise.
  static func added(
    _ preset: String, _ fault: FaultKind, _ severity: Double = 1, place: String? = nil,
    on channel: Channel = .driveEndHorizontal, speed: Double = 1, load: Double = 0.9, seed: UInt64 = 7,
    rate: Double = 12_800
  ) -> Trace {
    var trace = of(
      preset, fault, severity, place: place, on: channel, speed: speed, load: load, seed: seed, rate: rate)
    let healthy = of(preset, on: channel, speed: speed, load: load, seed: seed, rate: rate)
    for i in trace.x.indices { trace.x[i] -= healthy.x[i] }
    return trace
  }
}

/// The distance between two phases, turns from 0 to 0.5.
func apart(_ a: Double, _ b: Double) -> Double { abs((a - b) - (a - b).rounded()) }
