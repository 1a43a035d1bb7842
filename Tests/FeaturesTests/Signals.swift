// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import TestData

enum Signals {
  /// Sum of sines, amplitude (peak) by frequency.
  static func sines(_ lines: [(amplitude: Double, hz: Double)], rate: Double, count: Int) -> [Float] {
    (0..<count).map { n in
      Float(lines.reduce(0) { $0 + $1.amplitude * sin(2 * .pi * $1.hz * Double(n) / rate + 0.3) })
    }
  }

  static func gaussian(_ sigma: Double, count: Int, seed: UInt64 = 1) -> [Float] {
    var random = Noise(seed)
    return (0..<count).map { _ in Float(sigma * random.normal()) }
  }

  /// What a 16-bit sensor of +-16 g makes of a signal.
  static func quantised(_ signal: [Float]) -> [Float] {
    let scale = Float(16 * 9.80665 / 32767)
    return signal.map { min(max(($0 / scale).rounded(), -32767), 32767) * scale }
  }
  static let fullScale = Float(16 * 9.80665)

  static func sum(_ a: [Float], _ b: [Float]) -> [Float] { zip(a, b).map { $0.0 + $0.1 } }
}

let standardGravity = 9.80665
let noon = Stamp(received: WallTime(seconds: 1_700_000_000), monotonic: MonotonicTime(seconds: 100))
let running = OperatingState(motion: .running)

extension Waveform {
  init(_ samples: [Float], rate: Double, speed: Double? = nil, fullScale: Float? = nil) {
    self.init(
      point: PointID(MachineID("P-1"), "DE-H"), sampleRate_Hz: rate, samples: samples, fullScale: fullScale,
      speed_rpm: speed, stamp: noon)
  }
}

extension Machine {
  static let drive = Machine(
    id: MachineID("P-1"), name: "drive", kind: .motor, bearings: [.skf6205],
    points: [Point(id: PointID(MachineID("P-1"), "DE-H"), role: .vibration, quantity: .acceleration)])
}

extension Bearing {
  static let skf6205 = Bearing(
    name: "DE", designation: "SKF 6205-2RS JEM", rollingElements: 9, elementDiameter_mm: 0.3126 * 25.4,
    pitchDiameter_mm: 1.537 * 25.4, source: "CWRU bearing data center, bearing information")
}

/// Whether two numbers agree within a share of the second.
func close(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool {
  guard let a else { return false }
  return abs(a - b) <= tolerance * abs(b)
}
