// SPDX-License-Identifier: Apache-2.0

public import Simulation

/// KELLER X-line pressure transmitter: P1 is the pump's suction, P2 its discharge (KELLER manual p. 13-15).
/// Function 3; f32 high word first from 0, i32 from 0x10, f32 low word first from 0x100.
public struct KellerFirmware: RegisterDevice {
  private var machine: any MachineSource

  /// A transmitter on `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// CH0, P1, P2, T, TOB1, TOB2 in the three forms; a channel that is not fitted is NaN, as integer the
  /// greatest number.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    guard function == 3 else { throw .illegalFunction }
    let scalars = machine.scalars(at: now.machine_s)
    let fluid = scalars[.ambientTemperature] + 3
    let blocks = KellerFirmware.blocks(
      p1_bar: scalars[.suctionPressure], p2_bar: scalars[.dischargePressure], temperature_degC: fluid)
    for block in blocks { if let words = block.slice(address, count) { return words } }
    throw .illegalAddress
  }

  static func blocks(p1_bar: Double, p2_bar: Double, temperature_degC: Double) -> [RegisterBlock] {
    var float = RegisterBlock(start: 0, count: 12)
    var integer = RegisterBlock(start: 0x10, count: 12)
    var swapped = RegisterBlock(start: 0x100, count: 12)
    let values = [.nan, p1_bar, p2_bar, temperature_degC, temperature_degC, .nan]
    for (i, value) in values.enumerated() {
      let bits = Float(value).bitPattern
      float.put(bits, at: 2 * i)
      swapped.put(bits << 16 | bits >> 16, at: 0x100 + 2 * i)
      // Pressures in 1/100 mbar, temperatures in 1/100 degC.
      let steps = i < 3 ? value * 100_000 : value * 100
      let whole = Int32(
        steps.isNaN ? 2_147_483_647 : min(max(steps.rounded(), -2_147_483_648), 2_147_483_647))
      integer.put(UInt32(bitPattern: whole), at: 0x10 + 2 * i)
    }
    return [float, integer, swapped]
  }
}

/// XY-MD02 temperature and humidity: function 4, register 1 in 0.1 degC signed, register 2 in 0.1 %.
public struct ClimateFirmware: RegisterDevice {
  private var machine: any MachineSource

  /// A transmitter in the air around `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// Function 4 at 1...2.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    guard function == 4 else { throw .illegalFunction }
    let air = machine.scalars(at: now.machine_s)[.ambientTemperature]
    // Damp enough that warm air is drier: 9 g of water in a cubic metre.
    let humidity = min(max(48 - 2.2 * (air - 22), 5), 95)
    guard let words = ClimateFirmware.block(air_degC: air, humidity: humidity).slice(address, count) else {
      throw .illegalAddress
    }
    return words
  }

  static func block(air_degC: Double, humidity: Double) -> RegisterBlock {
    var block = RegisterBlock(start: 1, count: 2)
    block.put(signed: air_degC * 10, at: 1)
    block.put(unsigned: humidity * 10, at: 2)
    return block
  }
}

/// Eastron SDM630 power meter on the motor's supply: function 4, f32 high word first (volkszaehler/mbmd,
/// meters/rs485/sdm.go, commit fb8f9c2). Registers that this meter does not fill read zero.
public struct PowerMeterFirmware: RegisterDevice {
  private var machine: any MachineSource
  private var energy_kWh = 0.0
  private var last_s: Double?

  /// A meter on the supply of `machine`.
  public init(_ machine: any MachineSource) { self.machine = machine }

  /// Function 4 at 0...0x157.
  public mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16] {
    guard function == 4 else { throw .illegalFunction }
    let scalars = machine.scalars(at: now.machine_s)
    let current = scalars[.current].isNaN ? 0 : max(scalars[.current], 0)
    let shaft = scalars[.power].isNaN ? 0 : max(scalars[.power], 0)
    // A drive of 93 % efficiency on 230/400 V; apparent power is never less than active.
    let active_W = shaft / 0.93 * 1000
    if let last_s { energy_kWh += active_W / 1000 * max(0, now.machine_s - last_s) / 3600 }
    last_s = now.machine_s
    let imbalance = scalars[.currentImbalance]
    let block = PowerMeterFirmware.block(
      voltage: 230, current: current, active_W: active_W, energy_kWh: energy_kWh,
      imbalance: imbalance.isNaN ? 0 : imbalance / 100)
    guard let words = block.slice(address, count) else { throw .illegalAddress }
    return words
  }

  /// - Parameter imbalance: the first phase's current less the mean, over the mean; the others share the rest.
  static func block(
    voltage: Double, current: Double, active_W: Double, energy_kWh: Double, imbalance: Double = 0
  ) -> RegisterBlock {
    let apparent = max(3 * voltage * current, active_W)
    let reactive = (apparent * apparent - active_W * active_W).squareRoot()
    let factor = apparent > 0 ? active_W / apparent : 1
    var block = RegisterBlock(start: 0, count: 0x158)
    func put(_ address: Int, _ value: Double) { block.put(Float(value), at: address) }
    for phase in 0..<3 {
      put(2 * phase, voltage)
      put(0x06 + 2 * phase, current * (phase == 0 ? 1 + imbalance : 1 - imbalance / 2))
      put(0x0C + 2 * phase, active_W / 3)
      put(0x12 + 2 * phase, apparent / 3)
      put(0x18 + 2 * phase, reactive / 3)
      put(0x1E + 2 * phase, factor)
    }
    put(0x34, active_W)
    put(0x38, apparent)
    put(0x3C, reactive)
    put(0x3E, factor)
    put(0x46, 50)
    put(0x48, energy_kWh)
    put(0x156, energy_kWh)
    return block
  }
}
