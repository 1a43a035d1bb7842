// SPDX-License-Identifier: Apache-2.0

public import Simulation

/// Banner QM30VT2: 22 registers from 5200, function 3 (golioth/reference-design-modbus-vibration-monitor,
/// src/qm30vt2.h, commit 1ded30c). Z is the vertical, X the horizontal direction of the drive end.
public struct BannerFirmware: RegisterDevice {
  private var machine: any MachineSource
  private var cache = VibrationCache()

  /// A transmitter on `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// Function 3 at 5200...5221.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    guard function == 3 else { throw .illegalFunction }
    let z = cache.summary(.driveEndVertical, of: &machine, at: now)
    let x = cache.summary(.driveEndHorizontal, of: &machine, at: now)
    let temperature = machine.scalars(at: now.machine_s)[.bearingTemperature]
    let block = BannerFirmware.block(z: z, x: x, temperature_degC: temperature)
    guard let words = block.slice(address, count) else { throw .illegalAddress }
    return words
  }

  static func block(z: VibrationSummary, x: VibrationSummary, temperature_degC: Double) -> RegisterBlock {
    var block = RegisterBlock(start: 5200, count: 22)
    func put(_ offset: Int, _ value: Double) { block.put(unsigned: value, at: 5200 + offset) }
    block.put(signed: fahrenheit(temperature_degC) * 100, at: 5202)
    block.put(signed: temperature_degC * 100, at: 5203)
    // Offsets of Z and X in the order of the table.
    for (s, v, p, f, r, k, c, peak, high) in [
      (z, 0, 6, 8, 10, 12, 14, 16, 20), (x, 4, 7, 9, 11, 13, 15, 18, 21),
    ] {
      put(v, s.velocityRMS_mm_s / 25.4 * 10000)
      put(v + 1, s.velocityRMS_mm_s * 1000)
      put(p, s.accelerationPeak_m_s2 / gravity * 1000)
      put(f, s.peakVelocity_Hz * 10)
      put(r, s.accelerationRMS_m_s2 / gravity * 1000)
      put(k, s.kurtosis * 1000)
      put(c, s.crest * 1000)
      put(peak, s.velocityPeak_mm_s / 25.4 * 10000)
      put(peak + 1, s.velocityPeak_mm_s * 1000)
      put(high, s.highFrequencyRMS_m_s2 / gravity * 1000)
    }
    return block
  }
}

/// Summaries of the channels that were asked for, each renewed once a second of device time.
struct VibrationCache: Sendable {
  private var held: [Channel: (at_s: Double, summary: VibrationSummary)] = [:]

  mutating func summary(
    _ channel: Channel, of machine: inout any MachineSource, at now: Moment
  ) -> VibrationSummary {
    if let known = held[channel], now.device_s - known.at_s < 1, now.device_s >= known.at_s {
      return known.summary
    }
    let summary = VibrationSummary(machine.capture(at: now.machine_s, channel: channel))
    held[channel] = (now.device_s, summary)
    return summary
  }
}
