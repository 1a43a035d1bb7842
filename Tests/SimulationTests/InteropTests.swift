// SPDX-License-Identifier: Apache-2.0

import Firmware
import Foundation
import Simulation
import Testing

@Suite("Other people's Modbus clients understand the rack")
struct InteropTests {
  /// Runs a program and gives its output; throws when it cannot be started.
  private func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  private struct Look: Decodable {
    var status: [Int]
    var scalars: [Double?]
    var sequence: Int
    var samples: [Double]
    var exceptions: [Int]
  }

  @Test(
    "pymodbus reads scalars and a waveform, and is refused with exceptions 1, 2 and 3, over TCP and a pty")
  func pymodbus() throws {
    var rack = Rack()
    let port = try rack.addTCP(units: [1: NodeFirmware(StubMachine())])
    let line = try rack.addSerial(units: [1: NodeFirmware(StubMachine())])
    let running = rack.start()
    defer { running.stop() }
    let python = ProcessInfo.processInfo.environment["MILLWRIGHT_PYTHON"] ?? "python3"
    let result = try run(python, ["-c", interopScript, "\(port)", line])
    try #require(result.status == 0, "\(result.output)")
    let looks = try JSONDecoder().decode([Look].self, from: Data(result.output.utf8))
    let expected = StubMachine().capture(at: 0, channel: .driveEndHorizontal).samples
    for look in looks {
      #expect(look.status == [0x4D57, 1, 1])
      #expect(look.sequence == 1)
      for (i, scalar) in Scalar.allCases.enumerated() {
        #expect(look.scalars[i] == (scalar == .flow ? nil : StubMachine.value(i)))
      }
      #expect(look.samples.count == 16_384)
      let worst = zip(look.samples, expected).map { abs($0 - Double($1)) }.max() ?? 1
      #expect(worst < 0.0025)
      #expect(look.exceptions == [2, 2, 1, 3, 2, 2])
    }
  }

  @Test("mbpoll reads floats over TCP and RTU, and says what an absent unit is")
  func mbpoll() throws {
    var rack = Rack()
    let link = NSTemporaryDirectory() + "sim-\(UUID().uuidString)"
    let port = try rack.addTCP(units: [1: NodeFirmware(StubMachine())])
    _ = try rack.addSerial(link: link, units: [1: NodeFirmware(StubMachine())], baud: 9600)
    let running = rack.start()
    let read = ["-t", "4:float", "-B", "-0", "-r", "10", "-c", "3", "-1"]
    for arguments in [
      ["-m", "tcp", "-p", "\(port)", "-a", "1"] + read + ["127.0.0.1"],
      ["-m", "rtu", "-b", "9600", "-P", "none", "-a", "1"] + read + [link],
    ] {
      let result = try run("mbpoll", arguments)
      #expect(result.status == 0)
      for line in ["[10]: \t1.5", "[12]: \t3", "[14]: \t4.5"] { #expect(result.output.contains(line)) }
    }
    let absent = try run("mbpoll", ["-m", "tcp", "-p", "\(port)", "-a", "9"] + read + ["127.0.0.1"])
    #expect(absent.output.contains("Target device failed to respond"))
    running.stop()
    #expect(!FileManager.default.fileExists(atPath: link))
  }

  @Test(
    "Every fault of transport keeps a client from taking a wrong value", arguments: TransportFault.allCases)
  func spoiled(fault: TransportFault) throws {
    var rack = Rack()
    let port = try rack.addTCP(
      units: [1: NodeFirmware(StubMachine())],
      faults: TransportFaults(rates: [fault: 1], delay_s: 0.4...0.6, drip_s: 0.001))
    let running = rack.start()
    defer { running.stop() }
    let result = try run(
      "mbpoll",
      [
        "-m", "tcp", "-p", "\(port)", "-a", "1", "-t", "4:float", "-B", "-0", "-r", "10", "-c", "3", "-o",
        "0.2", "-1", "127.0.0.1",
      ])
    let isWhole = fault == .drip || fault == .duplicate
    #expect(result.output.contains("[10]: \t1.5") == isWhole)
    #expect(running.injected[fault, default: 0] >= 1)
  }
}
