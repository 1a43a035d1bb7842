// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Simulation

/// AMC VIBRO AVM 2000R behind its gateway, sensor 1: function 3, u16 from 2000 (manual p. 31). Channel 1 is
/// horizontal, channel 2 axial at the drive end. The eight bands are not filled and read zero.
public struct AmcFirmware: RegisterDevice {
  private var machine: any MachineSource
  private var cache = VibrationCache()

  /// A sensor on `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// Function 3 at 2000...2082.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    guard function == 3 else { throw .illegalFunction }
    var block = RegisterBlock(start: 2000, count: 83)
    let date = Calendar.utc.dateComponents(
      [.day, .month, .year, .hour, .minute, .second], from: Date(timeIntervalSince1970: now.device_s))
    let parts = [date.day, date.month, date.year, date.hour, date.minute, date.second]
    for (i, part) in parts.enumerated() { block.put(UInt16(part ?? 0), at: 2025 + i) }
    block.put(UInt16(1), at: 2039)
    block.put(UInt16(96), at: 2040)
    block.put(signed: machine.scalars(at: now.machine_s)[.bearingTemperature], at: 2041)
    block.put(UInt16(3600), at: 2042)
    for (base, channel) in [(2047, Channel.driveEndHorizontal), (2065, .driveEndAxial)] {
      let s = cache.summary(channel, of: &machine, at: now)
      block.put(unsigned: s.accelerationPeak_m_s2 * 1000, at: base + 2)
      block.put(unsigned: s.accelerationRMS_m_s2 * 1000, at: base + 3)
      block.put(unsigned: s.kurtosis, at: base + 4)
      block.put(unsigned: s.velocityPeak_mm_s * 1000, at: base + 5)
      block.put(unsigned: s.velocityRMS_mm_s * 1000, at: base + 6)
      block.put(unsigned: s.velocityRMS_mm_s * 1000, at: base + 7)
    }
    guard let words = block.slice(address, count) else { throw .illegalAddress }
    return words
  }
}

extension Calendar {
  fileprivate static let utc: Calendar = {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    return calendar
  }()
}
