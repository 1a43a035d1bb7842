// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Testing

@Suite("Bus load")
struct ModbusBusLoadTests {
  /// Seconds for 3 x 4096 int16 with 125 registers a read and 5 ms turnaround, computed outside this code; there
  /// the last read counts as a full one, which is 0.7 % here.
  @Test(
    "a long waveform costs what was computed for four baud rates",
    arguments: [
      (9600, 28.4), (19200, 14.5), (38400, 7.6), (115_200, 3.1),
    ])
  func waveform(_ baud: Int, _ expected_s: Double) throws {
    var line = try modbusConnection(
      """
      rtu: /dev/ttyS0
      baud: \(baud)
      devices: [{ name: n, unit: 1, profile: millwright-sim-node, allow-writes: [waveform.trigger] }]
      """)
    line.devices[0].profile.limits.turnaround_s = 0.005
    line.devices[0].profile.waveform?.data.maximumSamples = 3 * 4096
    let load = try BusLoad(line, bindings: [("n.waveform", pump("w"), .acceleration)])
    let time_s = try #require(load.shares[0].waveform_s)
    // Trigger, state, sequence twice and header are 5 more short requests.
    #expect(time_s > expected_s * 0.98 && time_s < expected_s * 1.02 + 0.15, "\(time_s) s")
    #expect(abs(load.utilisation - time_s / 60) < 1e-12)
  }

  @Test("a poll's time on the wire follows baud rate, parity and the bytes sent")
  func poll() throws {
    // XY-MD02: 8 + 9 bytes, 3.5 characters of 11 bits twice, 5 ms turnaround; every 5 s.
    for (parity, bits) in [("none", 10.0), ("even", 11.0)] {
      let line = try modbusConnection(
        "rtu: /dev/ttyS0\nbaud: 9600\nparity: \(parity)\ndevices: [{ name: c, unit: 1, profile: xy-md02 }]")
      let load = try BusLoad(
        line, bindings: [("c.temperature", pump("t"), .temperature), ("c.humidity", pump("h"), .humidity)])
      let expected = (17 * bits / 9600 + 2 * 38.5 / 9600 + 0.005) / 5
      #expect(abs(load.utilisation - expected) < 1e-9)
      #expect(load.verdict == .fits && load.shares[0].requests == 1)
    }
  }

  @Test("a schedule over 80 % of the bus is tight, over 100 % impossible")
  func verdicts() throws {
    func verdict(_ devices: Int) throws -> BusLoad.Verdict {
      let list = (1...devices).map { "  - { name: d\($0), unit: \($0), profile: xy-md02, period: 1s }" }
      let line = try modbusConnection(
        "rtu: /dev/ttyS0\nbaud: 9600\ndevices:\n" + list.joined(separator: "\n"))
      return try BusLoad(
        line, bindings: (1...devices).map { ("d\($0).temperature", pump("t\($0)"), Quantity.temperature) }
      ).verdict
    }
    // 15 * 10 / 9600 + 77 / 9600 + 0.005 = 28.6 ms each.
    #expect(try verdict(27) == .fits)
    #expect(try verdict(29) == .tight)
    #expect(try verdict(34) == .tight)
    #expect(try verdict(35) == .impossible)
  }
}
