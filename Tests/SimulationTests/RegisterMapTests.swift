// SPDX-License-Identifier: Apache-2.0

import Firmware
import Simulation
import Testing

@Suite("Register maps give what the data sheets say")
struct RegisterMapTests {
  @Test(
    "CRC vectors: published Banner tutorial, XY-MD02",
    arguments: [
      ([0x01, 0x03, 0x00, 0x10, 0x00, 0x06], 0x0DC4),
      ([0x01, 0x03, 0x00, 0x20, 0x00, 0x06], 0x02C4), ([0x01, 0x03, 0x14, 0x50, 0x00, 0x06], 0x29C0),
      ([0x01, 0x04, 0x00, 0x01, 0x00, 0x02], 0x0B20),
    ] as [([UInt8], UInt16)])
  func crc(frame: [UInt8], expected: UInt16) { #expect(crc16(frame) == expected) }

  @Test("QM30VT2: a sine of 1 g at 25 Hz, by closed form")
  func banner() throws {
    var device = BannerFirmware(StubMachine())
    // g to velocity for 1 g peak at 25 Hz: 44.1454 mm/s RMS; crest sqrt 2, kurtosis 1.5.
    #expect(abs(Double(try device.word(3, 5205)) / 1000 - 44.1454) < 0.5)
    #expect(abs(Double(try device.word(3, 5204)) / 10000 * 25.4 - 44.1454) < 0.5)
    #expect(abs(Double(try device.word(3, 5211)) / 1000 - 0.7071) < 0.001)
    #expect(abs(Double(try device.word(3, 5207)) / 1000 - 1) < 0.002)
    #expect(abs(Double(try device.word(3, 5215)) / 1000 - 1.4142) < 0.003)
    #expect(abs(Double(try device.word(3, 5213)) / 1000 - 1.5) < 0.003)
    #expect(try device.word(3, 5209) == 250)
    #expect(try device.word(3, 5221) < 10)  // nothing above 1 kHz
    // Scalar 2 is the bearing temperature: 4.5 degC, 40.1 degF.
    #expect(try device.word(3, 5203) == 450)
    #expect(try device.word(3, 5202) == 4010)
    #expect(throws: ModbusException.illegalAddress) { try device.read(3, 5221, 2, at: moment(0)) }
    #expect(throws: ModbusException.illegalFunction) { try device.read(4, 5200, 1, at: moment(0)) }
  }

  @Test("WTVB01: acceleration of 16 g full scale, velocity in 0.01 mm/s, gravity on Z")
  func witMotion() throws {
    var device = WitMotionFirmware(StubMachine())
    #expect(abs(Double(try device.word(3, 0x34)) / 32768 * 16 - 0.7071) < 0.001)
    #expect(abs(Double(try device.word(3, 0x36)) / 32768 * 16 - 1.7071) < 0.001)
    #expect(abs(Double(try device.word(3, 0x3A)) / 100 - 44.15) < 0.5)
    #expect(try device.word(3, 0x40) == 450)
    #expect(try device.word(3, 0x44) == 250)
    // 44.15 mm/s RMS at 25 Hz is 281 um RMS.
    #expect(abs(Double(try device.word(3, 0x41)) - 281) < 4)
  }

  @Test("KELLER: f32 high word first, i32 in 1/100 mbar and 1/100 degC, f32 low word first")
  func keller() throws {
    var device = KellerFirmware(StubMachine())
    #expect(try device.float(3, 0).isNaN)
    #expect(try device.float(3, 2) == StubMachine.value(5))
    #expect(try device.float(3, 4) == StubMachine.value(6))
    #expect(try device.float(3, 6) == StubMachine.value(4) + 3)
    #expect(try device.read(3, 0x12, 2, at: moment(0)) == [13, 48_032])
    #expect(try device.read(3, 0x16, 2, at: moment(0)) == [0, 1050])
    #expect(try device.read(3, 0x10, 2, at: moment(0)) == [0x7FFF, 0xFFFF])
    #expect(try device.read(3, 0x102, 2, at: moment(0)) == [0, 0x4110])  // 9.0 is 0x41100000
  }

  @Test("XY-MD02: 0.1 degC signed and 0.1 % at input registers 1 and 2")
  func climate() throws {
    var device = ClimateFirmware(StubMachine())
    #expect(try device.word(4, 1) == 75)
    #expect((50...950).contains(try device.word(4, 2)))
    #expect(throws: ModbusException.illegalAddress) { try device.read(4, 0, 1, at: moment(0)) }
  }

  @Test("SDM630: phase and total values of one motor agree with each other")
  func powerMeter() throws {
    var device = PowerMeterFirmware(StubMachine())
    #expect(try device.read(4, 0, 2, at: moment(0)) == [0x4366, 0])  // 230.0 is 0x43660000
    let phases = try [0x06, 0x08, 0x0A].map { try device.float(4, $0) }
    let mean = phases.reduce(0, +) / 3
    #expect(abs(mean - StubMachine.value(8)) < 1e-5)
    #expect(abs(((phases.max() ?? 0) - mean) / mean - StubMachine.value(12) / 100) < 1e-6)
    let total = try device.float(4, 0x34)
    #expect(abs(total - StubMachine.value(9) / 0.93 * 1000) < 0.01)
    #expect(abs(try device.float(4, 0x0C) + device.float(4, 0x0E) + device.float(4, 0x10) - total) < 0.01)
    #expect(abs(try device.float(4, 0x3E) - total / device.float(4, 0x38)) < 1e-6)
    #expect(try device.float(4, 0x46) == 50)
    _ = try device.read(4, 0x48, 2, at: moment(3600))
    #expect(abs(try device.float(4, 0x48) - total / 1000) < 0.01)
    #expect(try device.float(4, 0x156) == device.float(4, 0x48))
  }

  @Test("AVM 2000R: a date, acceleration in mm/s2, ISO velocity in mm/s")
  func amc() throws {
    var device = AmcFirmware(StubMachine())
    #expect(try device.read(3, 2025, 6, at: moment(0)) == [1, 1, 2026, 0, 0, 0])
    #expect(abs(Double(try device.word(3, 2050)) / 1000 - 6.934) < 0.01)
    #expect(try device.word(3, 2054) == 44)
  }
}

@Suite("The node's capture is a state machine")
struct NodeTests {
  @Test("Trigger, capturing for the length of the samples, ready, next sequence")
  func capture() throws {
    var node = NodeFirmware(StubMachine())
    func control(_ s: Double) throws -> [UInt16] { try node.read(3, 100, 15, at: moment(s)) }
    #expect(try control(0)[1...2] == [0, 0])
    #expect(throws: ModbusException.illegalAddress) { try node.read(3, 1000, 1, at: moment(0)) }
    try node.write(100, [1], at: moment(0))
    #expect(try control(1.27)[1...2] == [1, 0])
    let ready = try control(1.29)
    #expect(ready[1...5] == [2, 1, 0, 12_800, 16_384])
    #expect(ready[10] == 32_767)
    // 2026-01-01T00:00:00Z in unix ms.
    #expect(ready[11...14].reduce(0) { $0 << 16 | UInt64($1) } == 1_767_225_600_000)
    let scale = Float(bitPattern: UInt32(ready[6]) << 16 | UInt32(ready[7]))
    let words = try node.read(4, 1000, 125, at: moment(2))
    let expected = StubMachine().capture(at: 0, channel: .driveEndHorizontal).samples
    for (word, sample) in zip(words, expected) {
      #expect(abs(Float(Int16(bitPattern: word)) * scale - sample) <= scale / 2 * 1.01)
    }
    try node.write(100, [1], at: moment(3))
    #expect(try control(3.1)[1...2] == [1, 1])
    #expect(try control(4.4)[1...2] == [2, 2])
  }

  @Test("Only 1 at register 100 can be written")
  func writes() {
    var node = NodeFirmware(StubMachine())
    #expect(throws: ModbusException.illegalValue) { try node.write(100, [2], at: moment(0)) }
    #expect(throws: ModbusException.illegalAddress) { try node.write(101, [1], at: moment(0)) }
    #expect(throws: ModbusException.illegalAddress) { try node.write(100, [1, 1], at: moment(0)) }
  }

  @Test("Scalars in the order of the map; none is NaN, a missing one is")
  func scalars() throws {
    var node = NodeFirmware(StubMachine())
    #expect(try node.read(3, 0, 3, at: moment(0)) == [0x4D57, 1, 1])
    for (i, scalar) in Scalar.allCases.enumerated() {
      let value = try node.float(4, 10 + 2 * i)
      if scalar == .flow { #expect(value.isNaN) } else { #expect(value == StubMachine.value(i)) }
    }
    #expect(throws: ModbusException.illegalAddress) { try node.read(3, 57, 2, at: moment(0)) }
  }

  @Test("A capture that is replaced in the middle of a transfer shows in its sequence")
  func torn() throws {
    var node = NodeFirmware(StubMachine(), recaptureAfterReads: 3)
    try node.write(100, [1], at: moment(0))
    let before = try node.read(3, 102, 1, at: moment(2))
    for block in 0..<4 { _ = try node.read(3, 1000 + 125 * block, 125, at: moment(2)) }
    #expect(try node.read(3, 102, 1, at: moment(2)) != before)
  }
}
