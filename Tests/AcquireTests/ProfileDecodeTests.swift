// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Settings
import Testing

@Suite("Decoding recorded words")
struct ProfileDecodeTests {
  /// One register from its profile text, and what it makes of the words.
  private func decode(_ register: String, _ words: [UInt16]) throws -> DecodedValue {
    try modbusProfile("    - { name: a, address: 0, \(register) }").registers[0].decode(words[...])
  }

  @Test("vendors' published replies decode to their published values")
  func publishedValues() throws {
    // XY-MD02 sheet: 01 04 04 01 31 02 22 2A CE is 30.5 degC and 54.6 %.
    let climate = try shippedProfiles.modbus(Setting.parse("xy-md02", file: "t")).registers
    #expect(abs(try #require(climate[0].decode([0x0131]).value) - 30.5) < 1e-9)
    #expect(abs(try #require(climate[1].decode([0x0222]).value) - 54.6) < 1e-9)
    // Eastron protocol sheet: 01 04 04 43 66 33 34 1B 38 is 230.2 V.
    let meter = try shippedProfiles.modbus(Setting.parse("eastron-sdm630", file: "t")).registers
    #expect(abs(try #require(meter[0].decode([0x4366, 0x3334]).value) - 230.2) < 1e-4)
    // Banner QM42VT1 through a DX80, published: 00 2E 00 6C 06 25 02 06; degF and degC, both / 20, agree.
    let fahrenheit = try decode("type: i16, scale: 0.05, quantity: temperature, unit: degF", [0x0625])
    let celsius = try decode("type: i16, scale: 0.05, quantity: temperature, unit: degC", [0x0206])
    #expect(abs(try #require(fahrenheit.value) - (78.65 - 32) / 1.8) < 1e-9)
    #expect(abs(try #require(celsius.value) - 25.9) < 1e-9)
  }

  /// struct.pack in Python, words rearranged by hand: 1234567.0 and 0x12345678 as four bytes,
  /// -123456789.125 and 0x0123456789ABCDEF as eight.
  static let orders: [(String, String, [UInt16], Double)] = [
    ("ABCD", "f32", [0x4996, 0xB438], 1_234_567), ("CDAB", "f32", [0xB438, 0x4996], 1_234_567),
    ("BADC", "f32", [0x9649, 0x38B4], 1_234_567), ("DCBA", "f32", [0x38B4, 0x9649], 1_234_567),
    ("ABCD", "u32", [0x1234, 0x5678], 305_419_896), ("CDAB", "u32", [0x5678, 0x1234], 305_419_896),
    ("BADC", "u32", [0x3412, 0x7856], 305_419_896), ("DCBA", "u32", [0x7856, 0x3412], 305_419_896),
    ("ABCD", "i32", [0xFFFF, 0xFFFE], -2), ("CDAB", "i32", [0xFFFE, 0xFFFF], -2),
    ("ABCD", "f64", [0xC19D, 0x6F34, 0x5480, 0x0000], -123_456_789.125),
    ("CDAB", "f64", [0x0000, 0x5480, 0x6F34, 0xC19D], -123_456_789.125),
    ("BADC", "f64", [0x9DC1, 0x346F, 0x8054, 0x0000], -123_456_789.125),
    ("DCBA", "f64", [0x0000, 0x8054, 0x346F, 0x9DC1], -123_456_789.125),
    ("GHEFCDAB", "f64", [0x0000, 0x5480, 0x6F34, 0xC19D], -123_456_789.125),
    ("EFGHABCD", "f64", [0x5480, 0x0000, 0xC19D, 0x6F34], -123_456_789.125),
    ("CDABGHEF", "f64", [0x6F34, 0xC19D, 0x0000, 0x5480], -123_456_789.125),
    ("HGFEDCBA", "u64", [0x0807, 0x0605, 0x0403, 0x0200], 0x0002_0304_0506_0708),
    ("ABCD", "i64", [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFD], -3), ("BADC", "u16", [0x3412], 0x1234),
    ("ABCD", "u16", [0xFFFF], 65535), ("ABCD", "i16", [0xFFFF], -1),
  ]

  @Test("every type in every order", arguments: orders)
  func order(_ order: String, _ type: String, _ words: [UInt16], _ expected: Double) throws {
    #expect(try decode("type: \(type), order: \(order), quantity: count", words).value == expected)
  }

  @Test("bits, bit fields and text")
  func bitsAndText() throws {
    #expect(try decode("type: bit, bit: 3", [0x0008]).value == 1)
    #expect(try decode("type: bit, bit: 3", [0xFFF7]).value == 0)
    #expect(try decode("type: bitfield, bit: 4, width: 3", [0x0055]).value == 5)
    #expect(try decode("type: string, length: 5", [0x4142, 0x4344, 0x4500]).text == "ABCDE")
    #expect(try decode("type: string, length: 4, order: BADC", [0x4241, 0x2043]).text == "ABC")
  }

  @Test("what a device marks as invalid is missing, never a number")
  func invalid() throws {
    let marked = try decode("type: i16, invalid: 0x7FFF, quantity: temperature, unit: degC", [0x7FFF])
    #expect(marked.value == nil && marked.quality.defect?.kind == .invalidMark)
    let nan = try decode("type: f32, quantity: pressure, unit: bar", [0x7FC0, 0x0000])
    #expect(nan.value == nil && nan.quality.defect?.kind == .invalidMark)
    let overflow = try decode("type: f32, quantity: pressure, unit: bar", [0xFF80, 0x0000])
    #expect(overflow.value == nil && overflow.quality.defect?.kind == .outOfRange)
    let wild = try decode("type: u16, scale: 0.1, range: [0, 100], quantity: humidity, unit: \"%\"", [2000])
    #expect(wild.value == 200 && wild.quality.isBad)
    #expect(wild.quality.defect?.evidence == "a: 200 % is outside 0 to 100 %")
  }

  @Test("values arrive in the canonical unit")
  func canonical() throws {
    let velocity = try decode("type: u16, scale: 0.0001, quantity: velocity, unit: in/s", [1000])
    #expect(abs(try #require(velocity.value) - 2.54) < 1e-12)
    let shifted = try decode("type: u16, scale: 0.1, offset: -40, quantity: temperature, unit: degC", [650])
    #expect(shifted.value == 25)
  }
}
