// SPDX-License-Identifier: Apache-2.0

public import Simulation

/// WitMotion WTVB01-485: function 3, unit 0x50 at delivery (vendor document V260508 section 10.4 as quoted by
/// the QuakeVault tests). X is horizontal, Y axial, Z vertical at the drive end; Z also feels gravity.
public struct WitMotionFirmware: RegisterDevice {
  private var machine: any MachineSource
  private var cache = VibrationCache()

  /// A transmitter on `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// Function 3 at 0x30...0x46; reserved registers read zero.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    guard function == 3 else { throw .illegalFunction }
    var block = RegisterBlock(start: 0x30, count: 0x17)
    let axes: [Channel] = [.driveEndHorizontal, .driveEndAxial, .driveEndVertical]
    for (i, channel) in axes.enumerated() {
      let s = cache.summary(channel, of: &machine, at: now)
      let rest = channel == .driveEndVertical ? gravity : 0
      block.put(signed: (rest + s.accelerationRMS_m_s2) / gravity / 16 * 32768, at: 0x34 + i)
      block.put(unsigned: s.velocityRMS_mm_s * 100, at: 0x3A + i)
      block.put(unsigned: s.displacement_um, at: 0x41 + i)
      block.put(unsigned: s.peakVelocity_Hz * 10, at: 0x44 + i)
    }
    block.put(signed: machine.scalars(at: now.machine_s)[.bearingTemperature] * 100, at: 0x40)
    guard let words = block.slice(address, count) else { throw .illegalAddress }
    return words
  }
}
