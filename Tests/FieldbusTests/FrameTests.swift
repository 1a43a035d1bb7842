// SPDX-License-Identifier: Apache-2.0

import Fieldbus
import Testing

@Suite("Frames")
struct FrameTests {
  /// The first three are printed in Banner's tutorial for the QM30VT2, the fourth is the XY-MD02's read; then
  /// the response in Wikipedia's article on Modbus, the reading request at simplymodbus.ca, and the check
  /// value of CRC-16/MODBUS in the catalogue of reveng.sourceforge.io.
  @Test(
    "Checksums agree with published frames",
    arguments: [
      ([0x01, 0x03, 0x00, 0x10, 0x00, 0x06], 0x0DC4),
      ([0x01, 0x03, 0x00, 0x20, 0x00, 0x06], 0x02C4),
      ([0x01, 0x03, 0x14, 0x50, 0x00, 0x06], 0x29C0),
      ([0x01, 0x04, 0x00, 0x01, 0x00, 0x02], 0x0B20),
      ([0x01, 0x04, 0x02, 0xFF, 0xFF], 0x80B8),
      ([0x11, 0x03, 0x00, 0x6B, 0x00, 0x03], 0x8776),
      (Array("123456789".utf8), 0x4B37),
    ] as [([UInt8], UInt16)])
  func checksums(bytes: [UInt8], checksum: UInt16) {
    #expect(RTUFrame.checksum(bytes.span) == checksum)
  }

  @Test("A frame is taken as soon as it is whole, and no sooner")
  func whole() {
    let body: [UInt8] = [0x01, 0x04, 0x02, 0xFF, 0xFF]
    let frame = body + [0xB8, 0x80]
    for length in 0..<frame.count {
      #expect(RTUFrame.scan(Array(frame[..<length]).span) == .incomplete, "\(length) bytes")
    }
    #expect(RTUFrame.scan((frame + [0x01, 0x04]).span) == .frame(length: 7))
    #expect(Reply(unitAndPDU: body.span) == .answer(.items(function: 4, bytes: 2)))
  }

  @Test("Every frame with one bit turned over is refused")
  func bitErrors() {
    let body = Asked([7, 3, 0x12, 0x34, 0, 4]).answer(epoch: 9)
    let frame = body + slowChecksum(body)
    for bit in 0..<frame.count * 8 {
      var bad = frame
      bad[bit / 8] ^= 1 << UInt8(bit % 8)
      if case .frame = RTUFrame.scan((bad + [0, 0]).span) { Issue.record("bit \(bit)") }
    }
  }

  @Test(
    "Bytes that start no reply are noise",
    arguments: [
      [0x00], [0xF8], [0x01, 0x07, 0x00], [0x01, 0x03, 0x00], [0x01, 0x03, 0xFF], [0x01, 0x83, 2, 0, 0],
    ]
      as [[UInt8]])
  func noise(bytes: [UInt8]) { #expect(RTUFrame.scan(bytes.span) == .garbage) }

  @Test("Errors read as an operator needs them")
  func words() {
    let request = FieldbusError.Request(unit: 3, function: 4, address: 5200, count: 22)
    #expect(
      "\(FieldbusError.exception(request, code: 2))"
        == "unit 3 function 4 address 5200 count 22: exception 2, no such address")
    let line = Endpoint.rtu(device: "/dev/ttyUSB0", baud: 19200, parity: .even, stopBits: 1)
    #expect("\(FieldbusError.descriptorsExhausted(line))".hasPrefix("/dev/ttyUSB0 19200 8E1: "))
    #expect("\(Endpoint.tcp(host: "::1", port: 502))" == "[::1]:502")
  }
}
