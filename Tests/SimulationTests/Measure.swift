// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation

/// Measurements by the textbook, written apart from the code under test.
enum Measure {
  /// Amplitude of the sine at `frequency` in `x`, by correlation with sine and cosine over the whole record.
  static func amplitude(_ x: [Float], _ frequency_Hz: Double, rate: Double) -> Double {
    let c = 2 * cos(2 * .pi * frequency_Hz / rate)
    var s1 = 0.0
    var s2 = 0.0
    for value in x { (s2, s1) = (s1, Double(value) + c * s1 - s2) }
    return 2 / Double(x.count) * max(0, s1 * s1 + s2 * s2 - c * s1 * s2).squareRoot()
  }

  /// RMS velocity of the sine at `frequency`, mm/s.
  static func velocity(_ x: [Float], _ frequency_Hz: Double, rate: Double) -> Double {
    amplitude(x, frequency_Hz, rate: rate) / (2 * .pi * frequency_Hz) * 1000 / 2.squareRoot()
  }

  /// Phase of the sine at `frequency`, turns from -0.5 to 0.5, by correlation.
  static func phase(_ x: [Float], _ frequency_Hz: Double, rate: Double) -> Double {
    var (a, b) = (0.0, 0.0)
    for (i, value) in x.enumerated() {
      let angle = 2 * .pi * frequency_Hz * Double(i) / rate
      a += Double(value) * cos(angle)
      b += Double(value) * sin(angle)
    }
    return atan2(a, b) / (2 * .pi)
  }

  /// RMS in a band, m/s2, from the record's Fourier lines.
  static func rms(_ x: [Float], rate: Double, from low: Double, to high: Double) -> Double {
    let resolution = rate / Double(x.count)
    let lines = stride(from: (low / resolution).rounded(.up), to: high / resolution, by: 1)
    return lines.reduce(0.0) { sum, k in
      let a = amplitude(x, k * resolution, rate: rate)
      return sum + a * a / 2
    }.squareRoot()
  }

  /// The largest amplitude near `frequency`, within `share` of it, and where it is.
  static func peak(
    _ x: [Float], near frequency_Hz: Double, share: Double, rate: Double
  ) -> (frequency_Hz: Double, amplitude: Double) {
    let step = 0.25 * rate / Double(x.count)
    let half = Int(share * frequency_Hz / step)
    return (-half...half).map { k in
      let f = frequency_Hz + Double(k) * step
      return (f, amplitude(x, f, rate: rate))
    }.max { $0.1 < $1.1 } ?? (frequency_Hz, 0)
  }

  static func rms(_ x: [Float]) -> Double {
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(x.count)
    return (x.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(x.count)).squareRoot()
  }

  static func kurtosis(_ x: [Float]) -> Double {
    let mean = x.reduce(0.0) { $0 + Double($1) } / Double(x.count)
    let second = x.reduce(0.0) { $0 + pow(Double($1) - mean, 2) } / Double(x.count)
    return x.reduce(0.0) { $0 + pow(Double($1) - mean, 4) } / Double(x.count) / second / second
  }

  /// RMS velocity in a band, mm/s, from the record's Fourier lines.
  static func velocity(_ x: [Float], rate: Double, from low: Double, to high: Double) -> Double {
    let resolution = rate / Double(x.count)
    var sum = 0.0
    for k in Int((low / resolution).rounded(.up))...Int(high / resolution) {
      let f = Double(k) * resolution
      let v = amplitude(x, f, rate: rate) / (2 * .pi * f) * 1000
      sum += v * v / 2
    }
    return sum.squareRoot()
  }

  /// Envelope by squaring after a second difference, which lifts what rings at kilohertz far above shaft
  /// orders; each value is the mean of four.
  static func envelope(_ x: [Float]) -> [Float] {
    var squares = [Float](repeating: 0, count: x.count)
    for i in 2..<x.count {
      let d = x[i] - 2 * x[i - 1] + x[i - 2]
      squares[i] = d * d
    }
    let mean = squares.reduce(0, +) / Float(squares.count)
    return stride(from: 0, to: squares.count - 3, by: 4).map {
      (squares[$0] + squares[$0 + 1] + squares[$0 + 2] + squares[$0 + 3]) / 4 - mean
    }
  }
}

extension SimulatedMachine {
  /// A preset at constant speed and load.
  static func steady(
    _ kind: String = "pump", speed: Double = 1, load: Double = 0.9, seed: UInt64 = 7, _ faults: FaultPlan...
  ) -> SimulatedMachine {
    guard var spec = MachineSpec.preset(kind, id: "X-1") else { fatalError("no preset \(kind)") }
    spec.plan = .steady(speed: speed, load: load)
    var machine = SimulatedMachine(spec, seed: seed)
    machine.faults = faults
    return machine
  }

  /// One capture at 12.8 kHz.
  mutating func listen(_ channel: Channel = .driveEndHorizontal, at t: Double = 50_000, count: Int = 16_384)
    -> [Float]
  {
    waveform(at: t, channel: channel, sampleRate_Hz: 12_800, count: count)
  }
}

extension FaultPlan {
  /// A fault that has always been there.
  static func standing(_ kind: FaultKind, _ severity: Double = 1, place: String? = nil) -> FaultPlan {
    FaultPlan(kind, onset_s: 0, growth_s: 0, ceiling: severity, place: place)
  }
}
