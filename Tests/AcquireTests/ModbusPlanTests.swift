// SPDX-License-Identifier: Apache-2.0

import Acquire
import Machine
import Testing

@Suite("Reading registers in few requests, around the refused ones")
struct ModbusPlanTests {
  /// Neighbouring u16 registers r0, r1 ... at these addresses, all bound, on one device.
  private func bench(_ addresses: [Int], type: String = "u16", limits: String = "") throws -> ModbusBench {
    let lines = addresses.enumerated().map {
      "    - { name: r\($0.offset), address: \($0.element), type: \(type), quantity: count }"
    }
    let profile = try modbusProfile(
      lines.joined(separator: "\n"), extra: limits.isEmpty ? "" : "  limits: { \(limits) }")
    var line = try modbusConnection("tcp: h\ndevices: [{ name: n, unit: 1, profile: xy-md02 }]")
    line.devices[0].profile = profile
    return try ModbusBench(
      line, addresses.indices.map { ("n.r\($0)", pump("r\($0)"), Quantity.count) })
  }

  private func spans(_ bench: ModbusBench) async -> [[Int]] {
    await bench.bus.calls.map { [$0.address, $0.count] }
  }

  @Test("what a count of a 16-bit register is worth follows from its scale and unit; a counter has none")
  func countWorth() throws {
    var line = try modbusConnection("tcp: h\ndevices: [{ name: n, unit: 1, profile: xy-md02 }]")
    line.devices[0].profile = try modbusProfile(
      """
          - { name: t, address: 0, type: i16, scale: 0.1, quantity: temperature, unit: degF }
          - { name: v, address: 1, type: u16, scale: 0.0001, quantity: velocity, unit: in/s }
          - { name: f, address: 2, type: f32, quantity: velocity, unit: mm/s }
          - { name: beats, address: 4, type: u16, quantity: count }
          - { name: energy, address: 5, type: u16, quantity: energy, unit: kWh }
      """)
    #expect(abs(try #require(line.countWorth(of: "n.t")) - 0.1 / 1.8) < 1e-12)
    #expect(abs(try #require(line.countWorth(of: "n.v")) - 0.00254) < 1e-12)
    for other in ["n.f", "n.beats", "n.energy", "n.none", "m.t", "t"] {
      #expect(line.countWorth(of: other) == nil)
    }
  }

  @Test("requests are joined over gaps, up to the limits, and no value is cut")
  func joining() async throws {
    let near = try bench([0, 1, 5, 22, 40])
    await near.run(until: 0.5)
    #expect(await spans(near) == [[0, 23], [40, 1]])  // 22 lies 16 after the end of 5, 40 lies 17 after 22

    let narrow = try bench([0, 2, 4, 6, 8], type: "f32", limits: "max-registers: 5")
    await narrow.run(until: 0.5)
    #expect(await spans(narrow) == [[0, 4], [4, 4], [8, 2]])

    let long = try bench(Array(0..<126))
    await long.run(until: 0.5)
    #expect(await spans(long) == [[0, 125], [125, 1]])
  }

  @Test(
    "one bad register costs at most log2(n) + 2 requests once, and no other value",
    arguments: [
      2, 3, 4, 5, 7, 8, 16, 31, 60, 64, 100, 125,
    ])
  func oneBad(_ count: Int) async throws {
    let bound = Int((log2Ceiling(count))) + 2
    for bad in Set([0, 1, count / 3, count / 2, count - 2, count - 1].filter { (0..<count).contains($0) }) {
      let bench = try bench(Array(0..<count))
      await bench.bus.set { bus in
        bus.registers[1] = Dictionary(uniqueKeysWithValues: (0..<count).map { ($0, UInt16($0 + 1000)) })
        bus.refused[1] = [bad]
      }
      await bench.run(until: 0.9)
      #expect(await bench.bus.calls.count - 1 <= bound, "\(count) registers, \(bad) bad")
      try expect(bench.readings, of: count, without: [bad])
      #expect(await bench.poller.status().units[0].refusedRegisters == ["r\(bad)"])

      let before = await bench.poller.status()
      await bench.run(until: 9.9)  // nine more polls
      let after = await bench.poller.status()
      #expect(after.exceptions == before.exceptions)
      #expect(after.requests - before.requests <= 18)
      try expect(Array(bench.readings.suffix(count)), of: count, without: [bad])
    }
  }

  @Test("a refused register is asked for again after ten minutes, and is back when it answers")
  func retry() async throws {
    let bench = try bench(Array(0..<10))
    await bench.bus.set { $0.refused[1] = [4] }
    await bench.run(until: 590)
    let exceptions = await bench.poller.status().exceptions
    await bench.run(until: 610)
    #expect(await bench.poller.status().exceptions > exceptions)
    await bench.bus.set { $0.refused[1] = [] }
    await bench.run(until: 1300)
    #expect(await bench.poller.status().units[0].refusedRegisters.isEmpty)
    #expect(bench.readings.suffix(10).allSatisfy { $0.quality.isGood })
  }

  @Test(
    "several bad registers are all found",
    arguments: [[0, 1], [3, 60], [10, 11, 12], [0, 31, 63], [7, 8, 40, 41]])
  func severalBad(_ bad: [Int]) async throws {
    let bench = try bench(Array(0..<64))
    await bench.bus.set { bus in
      bus.registers[1] = Dictionary(uniqueKeysWithValues: (0..<64).map { ($0, UInt16($0 + 1000)) })
      bus.refused[1] = Set(bad)
    }
    await bench.run(until: 1.9)
    for half in [bench.readings.prefix(64), bench.readings.suffix(64)] {
      try expect(Array(half), of: 64, without: Set(bad))
    }
  }

  @Test("a refused address between two registers costs neither of them")
  func hole() async throws {
    let bench = try bench([0, 1, 2, 6, 7, 8])
    await bench.bus.set { $0.refused[1] = [4] }
    await bench.run(until: 1.9)
    #expect(bench.readings.count == 12 && bench.readings.allSatisfy { $0.quality.isGood })
    let exceptions = await bench.poller.status().exceptions
    await bench.run(until: 10)
    #expect(await bench.poller.status().exceptions == exceptions)
    #expect(await bench.poller.status().units[0].refusedRegisters.isEmpty)
  }

  @Test("a device that takes short requests only is read in short requests, and nothing is called bad")
  func shortRequests() async throws {
    let bench = try bench(Array(0..<40))
    await bench.bus.set { $0.longestRequest = 7 }
    await bench.run(until: 5.9)
    #expect(bench.readings.count == 240 && bench.readings.allSatisfy { $0.quality.isGood })
    let status = await bench.poller.status()
    #expect(status.units[0].refusedRegisters.isEmpty)
    let exceptions = status.exceptions
    await bench.run(until: 20)
    #expect(await bench.poller.status().exceptions == exceptions)
  }

  @Test("a device that refuses everything is taken for one that is starting up")
  func refusesAll() async throws {
    let bench = try bench(Array(0..<16))
    await bench.bus.set { $0.refused[1] = Set(0..<16) }
    await bench.run(until: 20)
    await bench.bus.set { $0.refused[1] = [] }
    await bench.run(until: 90)
    #expect(bench.readings.suffix(16).allSatisfy { $0.quality.isGood })
    #expect(await bench.poller.status().units[0].refusedRegisters.isEmpty)
  }

  @Test("a device without some of its profile's blocks keeps its other values")
  func missingBlock() async throws {
    let line = try modbusConnection("tcp: h\ndevices: [{ name: m, unit: 1, profile: eastron-sdm630 }]")
    let bench = try ModbusBench(
      line,
      [
        ("m.power", pump("power"), .power), ("m.voltage-thd-l1", pump("thd"), .ratio),
        ("m.energy-total", pump("energy"), .energy),
      ])
    await bench.bus.set { $0.refused[1] = Set(0xEA...0xEF).union(0x156...0x157) }
    await bench.run(until: 60)
    #expect(bench.readings.count { $0.point.name == "power" && $0.quality.isGood } >= 58)
    #expect(bench.readings.count { $0.quality.isGood && $0.point.name != "power" } == 0)
    #expect(await bench.poller.status().units[0].refusedRegisters == ["voltage-thd-l1", "energy-total"])
  }

  private func expect(_ readings: [Reading], of count: Int, without bad: Set<Int>) throws {
    try #require(readings.count == count)
    for (index, reading) in readings.enumerated() {
      if bad.contains(index) {
        #expect(reading.value == nil && reading.quality.defect?.kind == .noData)
      } else {
        #expect(reading.value == Double(index + 1000) && reading.quality.isGood)
      }
    }
  }

  private func log2Ceiling(_ count: Int) -> Int {
    count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
  }
}
