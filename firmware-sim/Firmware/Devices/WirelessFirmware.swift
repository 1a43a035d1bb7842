// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Simulation

/// Two wireless transmitters on one machine, as their gateways hand on what they send: values only, no
/// waveforms. Axes 1 to 3, or x to z, are horizontal, axial and vertical at the drive end.
public struct WirelessFirmware: Sendable {
  private var machine: any MachineSource
  private var cache = VibrationCache()
  private var frames = 0

  /// Transmitters on `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// One message of each: AirVibe on `application/1/device/<eui>/event/up`, NCD 110 on `ncd/<machine>`.
  public mutating func messages(at now: Moment) -> [TelemetryMessage] {
    let axes: [Channel] = [.driveEndHorizontal, .driveEndAxial, .driveEndVertical]
    let heard = axes.map { cache.summary($0, of: &machine, at: now) }
    let scalars = machine.scalars(at: now.machine_s)
    frames += 1
    return [
      airVibe(heard, scalars),
      TelemetryMessage(topic: "ncd/\(machine.id)", payload: WirelessFirmware.ncd110(heard, scalars)),
    ]
  }

  /// Machine Saver AirVibe, packet type 2 of codec TS013 v2.1.2, in a ChirpStack 4 uplink on port 8.
  private func airVibe(_ heard: [VibrationSummary], _ scalars: MachineScalars) -> TelemetryMessage {
    var bytes: [UInt8] = [2, scalars.isOn ? 0 : 16, 0]
    bytes.append(UInt8(bitPattern: Int8(clamp(scalars[.bearingTemperature], -128, 127))))
    // Battery: 3.60 V as hundredths above 2 V, and 96 %.
    bytes += [160, 96]
    for s in heard { bytes += littleEndian(s.accelerationRMS_m_s2 / gravity * 1000) }
    for s in heard { bytes += littleEndian(s.velocityRMS_mm_s / 25.4 * 1000) }
    let eui = "8c1f64b000000001"
    let text =
      "{\"deviceInfo\":{\"devEui\":\"\(eui)\"},\"fCnt\":\(frames),\"fPort\":8,"
      + "\"data\":\"\(Data(bytes).base64EncodedString())\"}"
    return TelemetryMessage(topic: "application/1/device/\(eui)/event/up", payload: Array(text.utf8))
  }

  /// NCD type 110 in processed mode (ncd-io/node-red-enterprise-sensors, lib/sensors/110.js), big-endian;
  /// the first seven bytes belong to the gateway and are zero.
  private static func ncd110(_ heard: [VibrationSummary], _ scalars: MachineScalars) -> [UInt8] {
    var block = RegisterBlock(start: 0, count: 28)
    block.put(UInt16(14), at: 4)  // mode 0, data rate 14: 12 800 Hz
    block.put(signed: scalars[.bearingTemperature] * 100, at: 5)
    for (axis, s) in heard.enumerated() {
      let first = 6 + 7 * axis
      block.put(unsigned: s.accelerationRMS_m_s2 / gravity * 1000, at: first)
      block.put(unsigned: s.accelerationPeak_m_s2 / gravity * 1000, at: first + 1)
      block.put(unsigned: s.velocityRMS_mm_s * 100, at: first + 2)
      block.put(unsigned: s.displacement_um / 1000 * 100, at: first + 3)
      block.put(unsigned: s.peakVelocity_Hz, at: first + 4)
    }
    block.put(unsigned: scalars[.speed], at: 27)
    return block.words.flatMap(bytes)
  }
}

/// `x` as a whole number between two bounds; what is not a number is the lower one.
private func clamp(_ x: Double, _ low: Double, _ high: Double) -> Double {
  x.isNaN ? low : min(max(x.rounded(), low), high)
}

private func littleEndian(_ x: Double) -> [UInt8] { bytes(UInt16(clamp(x, 0, 65535))).reversed() }
