// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation

/// A machine whose measurements are known exactly: a sine of 1 g peak, and scalars 1.5, 3, 4.5, …
struct StubMachine: MachineSource {
  let id = "S-1"
  let channels = [Channel.driveEndHorizontal, .driveEndVertical]
  var frequency_Hz = 25.0

  func scalars(at t: Double) -> MachineScalars {
    var result = MachineScalars(isOn: true)
    for (i, scalar) in Scalar.allCases.enumerated() { result[scalar] = StubMachine.value(i) }
    result[.flow] = .nan
    return result
  }

  static func value(_ i: Int) -> Double { 1.5 * Double(i + 1) }

  func capture(at t: Double, channel: Channel) -> Capture {
    let samples = (0..<16_384).map { Float(9.80665 * sin(2 * .pi * frequency_Hz * Double($0) / 12_800)) }
    return Capture(samples: samples, sampleRate_Hz: 12_800, fullScale_m_s2: 156.9064, speed_rpm: 1500)
  }
}

/// The moment `s` seconds after an arbitrary start.
func moment(_ s: Double) -> Firmware.Moment { Moment(device_s: 1_767_225_600 + s, machine_s: s) }

import Firmware

extension RegisterDevice {
  /// An f32, high word first.
  mutating func float(_ function: UInt8, _ address: Int) throws -> Double {
    let w = try read(function, address, 2, at: moment(0))
    return Double(Float(bitPattern: UInt32(w[0]) << 16 | UInt32(w[1])))
  }
  mutating func word(_ function: UInt8, _ address: Int) throws -> UInt16 {
    try read(function, address, 1, at: moment(0))[0]
  }
}
