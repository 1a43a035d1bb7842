// SPDX-License-Identifier: Apache-2.0

public import Fieldbus
public import Machine
public import Settings

/// What the words of a register mean.
public enum RegisterType: String, CaseIterable, Sendable {
  case u16, i16, u32, i32, f32, u64, i64, f64
  /// One bit of a word, or one coil or discrete input.
  case bit
  /// Neighbouring bits of one word, read as an unsigned number.
  case bitfield
  /// Two characters a word.
  case string

  /// Words that one value takes; nil for text, whose length the profile gives.
  var fixedWords: Int? {
    switch self {
    case .u16, .i16, .bit, .bitfield: 1
    case .u32, .i32, .f32: 2
    case .u64, .i64, .f64: 4
    case .string: nil
    }
  }

  var isBits: Bool { self == .bit || self == .bitfield }
}

/// One value of a device and where its registers are, as its profile describes it.
public struct Register: Sendable {
  /// Name within the device, like `velocity-z`.
  public var name: String
  /// Which of the four Modbus tables it is read from.
  public var function: RegisterFunction
  /// Address in the request, counted from 0 whatever base the profile is written in.
  public var address: UInt16
  /// Registers that it takes; 1 for a coil or discrete input.
  public var words: Int
  public var type: RegisterType
  public var order: ByteOrder
  /// Lowest bit (`bit`, `bitfield`), 0 the least significant.
  public var bit: Int
  /// Number of bits (`bit`, `bitfield`).
  public var width: Int
  /// value = raw * scale + offset, in `unit`.
  public var scale: Double
  public var offset: Double
  public var unit: Unit
  /// Raw numbers, before scaling, by which the device says "no value".
  public var invalid: [Double]
  /// What the sensor can measure, in `unit`.
  public var range: ClosedRange<Double>?
  /// Seconds between two reads.
  public var period_s: Double
  /// Where the profile says so.
  public var place: Place

  /// The addresses that it takes, one after the last included.
  public var extent: Range<Int> { Int(address)..<Int(address) + words }

  /// Whether both live in one word and share no bit of it, or in different words.
  func isApart(from other: Register) -> Bool {
    guard function == other.function, extent.overlaps(other.extent) else { return true }
    guard type.isBits, other.type.isBits else { return false }
    return bit + width <= other.bit || other.bit + other.width <= bit
  }
}
