// SPDX-License-Identifier: Apache-2.0

/// The four register tables of Modbus, by the function code that reads them (Modbus Application Protocol
/// 1.1b3, 6.1 to 6.4).
public enum RegisterFunction: UInt8, Sendable, Hashable, CaseIterable {
  case coils = 1
  case discreteInputs = 2
  case holding = 3
  case input = 4

  /// True when one item is one bit.
  public var readsBits: Bool { self == .coils || self == .discreteInputs }
  /// Most items that one request may ask for: 2000 bits or 125 registers.
  public var mostItems: Int { readsBits ? 2000 : 125 }
}

/// A line of devices whose registers can be read, and written where an operator allowed it.
///
/// A call ends at its deadline, whatever the devices do: `timeout_s` seconds after its turn came.
public protocol RegisterBus: Actor {
  /// Reads `count` items from `address` (PDU address, from 0). Bits come back as words 0 and 1.
  func read(
    unit: UInt8, _ function: RegisterFunction, address: UInt16, count: Int, timeout_s: Double
  ) async throws(FieldbusError) -> [UInt16]

  /// Writes one holding register (function 06) and waits for the confirmation.
  func write(unit: UInt8, address: UInt16, value: UInt16, timeout_s: Double) async throws(FieldbusError)
}
