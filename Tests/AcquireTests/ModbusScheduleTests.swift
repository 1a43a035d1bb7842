// SPDX-License-Identifier: Apache-2.0

import Acquire
import Fieldbus
import Machine
import Testing

@Suite("Keeping the schedule beside silent units")
struct ModbusScheduleTests {
  /// Units 1 to `units`, each an XY-MD02 with its temperature bound, read every second.
  private func bench(units: Int, timeout: String = "500ms") throws -> ModbusBench {
    let list = (1...units).map { "  - { name: u\($0), unit: \($0), profile: xy-md02, period: 1s }" }
    let line = try modbusConnection("tcp: h\ntimeout: \(timeout)\ndevices:\n" + list.joined(separator: "\n"))
    return try ModbusBench(
      line, (1...units).map { ("u\($0).temperature", pump("u\($0)"), Quantity.temperature) })
  }

  private func good(_ bench: ModbusBench, unit: Int) -> Int {
    bench.readings.count { $0.point.name == "u\(unit)" && $0.quality.isGood }
  }

  @Test("each register is read once a period, in one batch a poll")
  func period() async throws {
    let bench = try bench(units: 10)
    await bench.run(until: 100)
    #expect((1...10).allSatisfy { good(bench, unit: $0) == 100 })
    #expect(bench.batchSizes.allSatisfy { $0 == 1 })
    #expect(await bench.poller.status().missedSchedules == 0)
  }

  @Test(
    "silent units cost the others less than 5 % of their schedule",
    arguments: [[3], [1, 2, 3, 4, 5], [6, 10]])
  func silentUnits(_ silent: [Int]) async throws {
    let bench = try bench(units: 10)
    await bench.bus.set { $0.silent = Set(silent.map { UInt8($0) }) }
    await bench.run(until: 600)
    for unit in 1...10 where !silent.contains(unit) {
      #expect(good(bench, unit: unit) >= 570, "unit \(unit): \(good(bench, unit: unit)) of 600")
    }
    for unit in silent {
      let told = bench.readings.filter { $0.point.name == "u\(unit)" }
      #expect(told.allSatisfy { $0.value == nil && $0.quality.defect?.kind == .noData })
      #expect((10...12).contains(told.count), "told when it falls silent, then once a minute")
    }
  }

  @Test("timeouts longer than the period cost the others less than 5 % as well, because probes keep apart")
  func longTimeouts() async throws {
    let bench = try bench(units: 10, timeout: "2s")
    await bench.bus.set { $0.silent = Set(6...10) }
    await bench.run(until: 600)
    for unit in 1...5 {
      #expect(good(bench, unit: unit) >= 570, "unit \(unit): \(good(bench, unit: unit)) of 600")
    }
  }

  @Test("a dead unit costs one timeout per backoff, and the backoff grows to a minute")
  func backoff() async throws {
    let bench = try bench(units: 2)
    await bench.bus.set { $0.silent = [2] }
    await bench.run(until: 1200)
    let asked = await bench.bus.calls.filter { $0.unit == 2 }.map(\.at_s)
    let pauses = zip(asked.dropFirst(), asked).map { $0 - $1 - 0.5 }
    // 0.5 s doubled each time, at random 0.5 less an eighth; probes keep 19 timeouts apart besides.
    for (index, pause) in pauses.enumerated() {
      let backoff = min(60, 0.5 * Double(1 << min(index, 20))) * 0.875
      #expect(pause >= backoff - 1e-6, "pause \(index): \(pause)")
      #expect(pause <= max(backoff, 9.5) + 1.1, "pause \(index): \(pause)")
    }
    #expect(pauses.count >= 18)
    #expect(await bench.poller.status().timeouts == asked.count)
  }

  @Test("a unit that comes back is read again within a minute")
  func recovery() async throws {
    let bench = try bench(units: 2)
    await bench.bus.set { $0.silent = [2] }
    await bench.run(until: 300)
    #expect(await bench.poller.status().units[1].answers == false)
    await bench.bus.set { $0.silent = [] }
    await bench.run(until: 362)
    #expect(bench.readings.last { $0.point.name == "u2" }?.quality.isGood == true)
    #expect(await bench.poller.status().units[1].failures == 0)
  }

  @Test("one lost reply costs one reading and half a second")
  func oneLostReply() async throws {
    let bench = try bench(units: 1)
    await bench.run(until: 9.5)
    await bench.bus.set { $0.silent = [1] }
    await bench.run(until: 10.2)
    await bench.bus.set { $0.silent = [] }
    await bench.run(until: 20)
    #expect(good(bench, unit: 1) == 19)
  }

  @Test("while nothing is reachable one request a backoff is sent for all units, and each point says why")
  func unreachable() async throws {
    let bench = try bench(units: 50)
    await bench.bus.set { $0.isUnreachable = true }
    await bench.run(until: 3600)
    let calls = await bench.bus.calls.count
    #expect(calls >= 60 && calls <= 80, "\(calls) requests in an hour")
    #expect(Set(bench.readings.map(\.point)).count == 50)
    #expect(bench.readings[0].quality.defect?.evidence.contains("connection refused") == true)
    #expect(await bench.poller.status().isLinkUp == false)
    await bench.bus.set { $0.isUnreachable = false }
    await bench.run(until: 3670)
    #expect((1...50).allSatisfy { good(bench, unit: $0) >= 1 })
  }

  @Test("a busy device is asked again at its next turn and not given up")
  func busy() async throws {
    let bench = try bench(units: 1)
    await bench.bus.set { $0.exceptions[1] = 6 }
    await bench.run(until: 9.5)
    #expect(await bench.poller.status().polls == 10)
    #expect(bench.readings.count == 10 && bench.readings.allSatisfy { $0.quality.isBad })
  }

  @Test("registers of one device keep their own periods")
  func periods() async throws {
    let line = try modbusConnection("tcp: h\ndevices: [{ name: m, unit: 1, profile: eastron-sdm630 }]")
    let bench = try ModbusBench(
      line, [("m.power", pump("power"), .power), ("m.energy-total", pump("energy"), .energy)])
    await bench.run(until: 120)
    #expect(bench.readings.count { $0.point.name == "power" } == 120)
    #expect(bench.readings.count { $0.point.name == "energy" } == 2)
  }

  @Test("a schedule that the bus cannot keep is counted, and its phase stays")
  func overload() async throws {
    let bench = try bench(units: 4)
    await bench.bus.set { $0.request_s = 0.5 }  // 2 s of requests each second
    await bench.run(until: 100)
    let status = await bench.poller.status()
    #expect(status.polls >= 195 && status.polls <= 201)
    #expect(status.polls + status.missedSchedules >= 395)
  }

  @Test("values in two units that disagree are refused, both of them")
  func crossCheck() async throws {
    let line = try modbusConnection("tcp: h\ndevices: [{ name: b, unit: 1, profile: banner-qm30vt2 }]")
    let bench = try ModbusBench(
      line, [("b.velocity-rms-z", pump("v"), .velocity), ("b.temperature", pump("t"), .temperature)])
    await bench.bus.set {
      // 2.54 mm/s and 0.1000 in/s; 25.00 degC and 77.00 degF.
      $0.registers[1] = [5200: 1000, 5201: 2540, 5202: 7700, 5203: 2500]
    }
    await bench.run(until: 0.5)
    #expect(bench.readings.map(\.value) == [2.54, 25] && bench.readings.allSatisfy { $0.quality.isGood })
    await bench.bus.set { $0.registers[1] = [5200: 1000, 5201: 254, 5202: 7700, 5203: 2500] }
    await bench.run(until: 1.5)
    let defect = bench.readings[2].quality.defect
    #expect(defect?.kind == .crossCheck && bench.readings[3].quality.isGood)
    #expect(defect?.evidence.hasPrefix("velocity-rms-z says 0.254 and velocity-rms-z-inch says 2.54") == true)
    // What nobody bound is read for the check alone: five registers would be four requests too many.
    #expect(await bench.bus.calls.map(\.count) == [4, 4])
  }
}
