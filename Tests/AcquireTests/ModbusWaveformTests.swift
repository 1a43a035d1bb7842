// SPDX-License-Identifier: Apache-2.0

import Acquire
import Fieldbus
import Machine
import Testing

@Suite("Waveforms over registers")
struct ModbusWaveformTests {
  /// The simulator's node with 1000 samples: a capture takes a second from the trigger.
  private func bench(samples: Int = 1000, readyAfter_s: Double = 1) async throws -> ModbusBench {
    let line = try modbusConnection(
      """
      tcp: h
      devices:
        - { name: n, unit: 1, profile: millwright-sim-node, allow-writes: [waveform.trigger] }
      """)
    let bench = try ModbusBench(
      line, [("n.waveform", pump("DE-H"), .acceleration), ("n.speed", pump("speed"), .rotationalSpeed)])
    await bench.bus.set { bus in
      bus.registers[1] = [101: 0, 102: 7, 103: 0, 104: 12800, 105: UInt16(samples), 110: 32767]
      bus.put(0.005, unit: 1, at: 106)
      bus.put(1480, unit: 1, at: 108)
      bus.put(1480, unit: 1, at: 10)
      // 2026-01-01T00:00:05Z in ms, four words.
      for (index, shift) in [48, 32, 16, 0].enumerated() {
        bus.registers[1]?[111 + index] = UInt16(
          truncatingIfNeeded: 1_767_225_605_000 as UInt64 >> UInt64(shift))
      }
      bus.before = { bus, call in bus.simulate(call, samples: samples, readyAfter_s: readyAfter_s) }
    }
    return bench
  }

  @Test("a triggered capture arrives whole, scaled, with its speed, full scale and time")
  func whole() async throws {
    let bench = try await bench()
    await bench.run(until: 5)
    let waveform = try #require(bench.waveforms.first)
    #expect(bench.waveforms.count == 1 && waveform.quality.isGood)
    #expect(waveform.facts == CaptureFacts(expectedCount: 1000))
    #expect(waveform.samples == (0..<1000).map { Float(Double($0 - 500) * Double(Float(0.005))) })
    #expect(waveform.sampleRate_Hz == 12800 && waveform.speed_rpm == 1480)
    #expect(waveform.fullScale == Float(32767 * Double(Float(0.005))))
    #expect(waveform.stamp.source == WallTime(seconds: 1_767_225_605))
    #expect(bench.audit.map(\.register) == ["waveform.trigger"])
    #expect(bench.audit.allSatisfy { $0.address == 100 && $0.value == 1 && $0.failure == nil })
    // 1000 words are 8 blocks; a block is never longer than 125 registers.
    #expect(await bench.bus.calls.count { $0.address >= 1000 } == 8)
    await bench.run(until: 61.9)
    #expect(await bench.bus.calls.count { $0.isWrite } == 2)  // once a period
  }

  @Test("scalars keep their schedule while a long waveform is read over a slow bus")
  func interleaving() async throws {
    let bench = try await bench(samples: 12288)
    await bench.bus.set { $0.request_s = 0.27 }  // 9600 baud
    await bench.run(until: 45)
    let times = bench.readings.map(\.stamp.monotonic.seconds)
    #expect(times.count >= 44)
    #expect(zip(times.dropFirst(), times).allSatisfy { $0 - $1 <= 1 + 0.27 + 0.01 })
    #expect(await bench.poller.status().missedSchedules == 0)
  }

  @Test("a capture that changes while it is read is rejected")
  func torn() async throws {
    let bench = try await bench()
    await bench.bus.set { bus in
      bus.before = { bus, call in
        bus.simulate(call, samples: 1000, readyAfter_s: 1)
        if call.address == 1375 { bus.registers[1]?[102] = 9 }
      }
    }
    await bench.run(until: 5)
    let waveform = try #require(bench.waveforms.first)
    #expect(waveform.samples.isEmpty && waveform.quality.defect?.kind == .incomplete)
    #expect(
      waveform.quality.defect?.evidence == "waveform: capture 8 was overwritten by 9 while it was read")
    #expect(await bench.poller.status().rejectedWaveforms == 1)
  }

  @Test("a new capture that has begun but not ended while the old is read makes it torn too")
  func beginning() async throws {
    let bench = try await bench()
    await bench.bus.set { bus in
      bus.before = { bus, call in
        bus.simulate(call, samples: 1000, readyAfter_s: 1)
        if call.address == 1875 { bus.registers[1]?[101] = 1 }
      }
    }
    await bench.run(until: 5)
    #expect(bench.waveforms.first?.quality.defect?.evidence.contains("a new capture began") == true)
  }

  @Test("a capture that never gets ready is given up after its time limit")
  func late() async throws {
    let bench = try await bench(readyAfter_s: 1000)
    await bench.run(until: 45)
    let defect = try #require(bench.waveforms.first?.quality.defect)
    #expect(defect.kind == .incomplete)
    #expect(defect.evidence.hasPrefix("waveform: given up after 30 s, not ready"))
    #expect(bench.readings.count == 45 && bench.readings.allSatisfy { $0.quality.isGood })
  }

  @Test("the capture before the trigger is not taken for the new one")
  func stale() async throws {
    let bench = try await bench()
    await bench.bus.set { bus in
      bus.registers[1]?[101] = 2  // ready with capture 7, and slow to notice the trigger
      bus.before = { bus, call in
        if call.isWrite { bus.triggered_s = call.at_s }
        guard let start = bus.triggered_s else { return }
        if call.at_s >= start + 0.5 { bus.registers[1]?[101] = 1 }
        if call.at_s >= start + 1.5 { bus.finishCapture(samples: 1000) }
      }
    }
    await bench.run(until: 5)
    #expect(bench.waveforms.count == 1 && bench.waveforms[0].quality.isGood)
    #expect(bench.waveforms[0].samples.count == 1000)
    #expect(await bench.bus.calls.first { $0.address >= 1000 }.map { $0.at_s >= 1.5 } == true)
  }

  @Test("a device that reports an error, refuses a block or announces nonsense is believed")
  func refusals() async throws {
    let failing = try await bench()
    await failing.bus.set { $0.before = { bus, call in if call.isWrite { bus.registers[1]?[101] = 3 } } }
    await failing.run(until: 5)
    #expect(failing.waveforms[0].quality.defect?.evidence.contains("failed capture (state 3)") == true)

    let refusing = try await bench()
    await refusing.bus.set { $0.refused[1] = [1300] }
    await refusing.run(until: 5)
    #expect(refusing.waveforms[0].quality.defect?.evidence.contains("exception 2") == true)

    let huge = try await bench()
    await huge.bus.set { $0.registers[1]?[105] = 60000 }
    await huge.run(until: 5)
    #expect(
      huge.waveforms[0].quality.defect?.evidence
        == "waveform: 60000 samples announced, 1 to 16384 possible")

    let scaleless = try await bench()
    await scaleless.bus.set { $0.put(.nan, unit: 1, at: 106) }
    await scaleless.run(until: 5)
    #expect(scaleless.waveforms[0].quality.defect?.evidence == "waveform: no scale")
  }

  @Test("a unit that is silent for a while goes on with its capture")
  func silence() async throws {
    let bench = try await bench()
    await bench.bus.set { bus in
      bus.before = { bus, call in
        bus.simulate(call, samples: 1000, readyAfter_s: 1)
        if call.address == 1500, call.at_s < 4 { bus.silent = [1] }
        if call.at_s > 2 { bus.silent = [] }
      }
    }
    await bench.run(until: 15)
    #expect(bench.waveforms.count == 1 && bench.waveforms[0].quality.isGood)
    #expect(await bench.poller.status().timeouts == 1)
  }

  @Test("a dead unit's waveform is said to be missing once a period")
  func dead() async throws {
    let bench = try await bench()
    await bench.bus.set { $0.silent = [1] }
    await bench.run(until: 179)
    #expect(bench.waveforms.count == 3)
    #expect(bench.waveforms.allSatisfy { $0.samples.isEmpty && $0.quality.defect?.kind == .noData })
    #expect(bench.audit.isEmpty)
  }
}

extension FakeBus {
  /// The node's side of a capture: busy after the trigger, ready `readyAfter_s` later.
  func simulate(_ call: Call, samples: Int, readyAfter_s: Double) {
    if call.isWrite {
      triggered_s = call.at_s
      registers[1]?[101] = 1
    } else if let start = triggered_s, call.at_s >= start + readyAfter_s {
      finishCapture(samples: samples)
    }
  }

  func finishCapture(samples: Int) {
    triggered_s = nil
    registers[1]?[101] = 2
    registers[1]?[102, default: 0] += 1
    for index in 0..<samples { registers[1]?[1000 + index] = UInt16(bitPattern: Int16(index - 500)) }
  }
}
