// SPDX-License-Identifier: Apache-2.0

/// The exceptions of the Modbus application protocol that the simulated devices answer.
public enum ModbusException: UInt8, Error, Sendable {
  case illegalFunction = 1
  case illegalAddress = 2
  case illegalValue = 3
  case deviceBusy = 6
  /// A gateway's word for a unit that does not answer.
  case targetSilent = 11
}

/// A device with registers. Addresses are those of the PDU, from zero.
public protocol RegisterDevice: Sendable {
  /// The words at `address`, by function 3 (holding) or 4 (input).
  mutating func read(
    _ function: UInt8, _ address: Int, _ count: Int, at now: Moment
  ) throws(ModbusException) -> [UInt16]
  /// Stores words; devices that only measure refuse every address.
  mutating func write(_ address: Int, _ words: [UInt16], at now: Moment) throws(ModbusException)
}

extension RegisterDevice {
  /// Refuses: nothing here can be written.
  public mutating func write(
    _ address: Int, _ words: [UInt16], at now: Moment
  ) throws(ModbusException) { throw .illegalAddress }
}

/// A run of registers being filled, big-endian, high word first.
struct RegisterBlock {
  let start: Int
  private(set) var words: [UInt16]

  init(start: Int, count: Int) {
    self.start = start
    words = [UInt16](repeating: 0, count: count)
  }

  mutating func put(_ value: UInt16, at address: Int) { words[address - start] = value }

  mutating func put(_ value: UInt32, at address: Int) {
    put(UInt16(truncatingIfNeeded: value >> 16), at: address)
    put(UInt16(truncatingIfNeeded: value), at: address + 1)
  }

  mutating func put(_ value: UInt64, at address: Int) {
    put(UInt32(truncatingIfNeeded: value >> 32), at: address)
    put(UInt32(truncatingIfNeeded: value), at: address + 2)
  }

  mutating func put(_ value: Float, at address: Int) { put(value.bitPattern, at: address) }

  /// An unsigned register of `value` steps, held at its ends; a value that is not a number reads 0xFFFF.
  mutating func put(unsigned value: Double, at address: Int) {
    put(value.isNaN ? 0xFFFF : UInt16(min(max(value.rounded(), 0), 65535)), at: address)
  }

  /// A signed register, held at its ends; a value that is not a number reads 0x8000.
  mutating func put(signed value: Double, at address: Int) {
    let steps = value.isNaN ? Int16.min : Int16(min(max(value.rounded(), -32768), 32767))
    put(UInt16(bitPattern: steps), at: address)
  }

  /// The words of a request that lies inside, or nil.
  func slice(_ address: Int, _ count: Int) -> [UInt16]? {
    guard address >= start, address + count <= start + words.count else { return nil }
    return Array(words[(address - start)..<(address - start + count)])
  }
}
