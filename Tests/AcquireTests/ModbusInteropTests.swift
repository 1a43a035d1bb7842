// SPDX-License-Identifier: Apache-2.0

import Acquire
import Fieldbus
import Foundation
import Glibc
import Machine
import Testing

/// Python with pymodbus, as `scripts/test` sets it up.
private let python = ProcessInfo.processInfo.environment["MILLWRIGHT_PYTHON"]

@Suite(
  "Against a pymodbus server",
  .enabled(
    if: python != nil, "needs pymodbus: MILLWRIGHT_PYTHON names a Python that has it; scripts/test sets it"))
struct ModbusInteropTests {
  /// Starts the server and gives its port to `body`; stops it afterwards.
  private func withNode(_ body: (Int) async throws -> Void) async throws {
    let script = #filePath.replacing(
      "AcquireTests/ModbusInteropTests.swift", with: "Interop/pymodbus_node.py")
    let (process, output) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: try #require(python))
    process.arguments = [script]
    process.standardOutput = output
    try process.run()
    defer {
      kill(process.processIdentifier, SIGKILL)  // SIGTERM is blocked in children of a Swift task's thread
      process.waitUntilExit()
    }
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    try await body(try #require(Int(line.trimmingCharacters(in: .whitespacesAndNewlines))))
  }

  private func line(_ port: Int) throws -> ModbusConnection {
    try modbusConnection(
      """
      tcp: 127.0.0.1:\(port)
      timeout: 2s
      devices:
        - { name: n, unit: 1, profile: millwright-sim-node, period: 100ms, allow-writes: [waveform.trigger] }
      """)
  }

  @Test("values, a missing value, a refused register and a waveform arrive as served")
  func poller() async throws {
    try await withNode { port in
      var line = try line(port)
      var refused = try #require(line.devices[0].profile.registers.last)
      (refused.name, refused.address) = ("refused", 61)
      line.devices[0].profile.registers.append(refused)
      let bindings: [ModbusBinding] = [
        ("n.speed", pump("speed"), .rotationalSpeed), ("n.flow", pump("flow"), .flow),
        ("n.velocity-rms", pump("v"), .velocity), ("n.refused", pump("refused"), .temperature),
        ("n.waveform", pump("DE-H"), .acceleration),
      ]
      let samples = ModbusGathered<[Sample]>()
      let bus = ModbusBus(line.endpoint)
      let poller = try ModbusPoller(line, bindings: bindings, bus: bus) { samples.add($0) }
      let running = Task { await poller.run() }
      var waveform: Waveform?
      for _ in 0..<200 where waveform == nil {  // the server needs a moment to listen, the capture 0.2 s
        try await Task.sleep(for: .milliseconds(50))
        for case .waveform(let found) in samples.all.flatMap(\.self) where found.quality.isGood {
          waveform = found
        }
      }
      running.cancel()
      await running.value
      await bus.close()

      let capture = try #require(waveform)
      #expect(capture.samples == (0..<700).map { Float(Double($0 - 350) * Double(Float(0.005))) })
      #expect(capture.stamp.source == WallTime(seconds: 1_767_225_605) && capture.speed_rpm == 1480.5)
      func last(_ name: String) -> Reading? {
        for case .reading(let reading) in samples.all.flatMap(\.self).reversed()
        where reading.point == pump(name) {
          return reading
        }
        return nil
      }
      #expect(last("speed")?.value == 1480.5 && last("v")?.value == 2.25)
      #expect(last("flow")?.value == nil && last("flow")?.quality.defect?.kind == .invalidMark)
      #expect(last("refused")?.quality.defect?.evidence == "refused: the device refuses this register")
      #expect(await poller.status().units[0].refusedRegisters == ["refused"])
    }
  }

  @Test("probe shows every register with its words, value and quality")
  func probe() async throws {
    try await withNode { port in
      let line = try line(port)
      let bus = ModbusBus(line.endpoint)
      var lines: [ProbedRegister] = []
      for _ in 0..<100 {
        lines = await line.probe(line.devices[0], on: bus)
        if lines[0].quality.isGood { break }
        try await Task.sleep(for: .milliseconds(50))
      }
      await bus.close()
      let byName = Dictionary(uniqueKeysWithValues: lines.map { ($0.name, $0) })
      #expect(byName["id"]?.words == [0x4D57])
      #expect(byName["load"]?.value == 75 && byName["load"]?.unit == "%")
      #expect(byName["machine-on"]?.value == 1 && byName["sensor-fault"]?.value == 0)
      #expect(byName["flow"]?.quality.isBad == true && byName["flow"]?.words == [0x7FC0, 0])
      #expect(byName["waveform.sample-rate"]?.value == 12800 && byName["waveform.trigger"] == nil)
    }
  }
}
