// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `signal-lab` counts what its own process asks of the allocator while the gate judges.
@Suite struct GateAllocationTests {
  private struct Answer: Decodable {
    var allocations: Int
    var refused: Int
  }

  @Test("No waveform and no reading that passes the gate allocates, with every check that a site can ask for")
  func none() throws {
    let rate = 25_600.0
    let axes = (1...3).flatMap { axis in
      Signals.sum(
        Signals.sines([(5, 50), (1, 1200)], rate: rate, count: 25_600),
        Signals.gaussian(0.5, count: 25_600, seed: UInt64(axis)))
    }
    let file = FileManager.default.temporaryDirectory.appending(
      path: "gate-\(UInt64.random(in: 0...(.max))).f32")
    defer { try? FileManager.default.removeItem(at: file) }
    let words = axes.flatMap { value in
      (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) }
    }
    try Data(words).write(to: file)
    let (process, orders, answers) = (Process(), Pipe(), Pipe())
    // Executables lie beside the bundle of the tests.
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process.executableURL = tests.appending(path: "signal-lab")
    process.arguments = [file.path, "\(rate)", "3000"]
    process.standardInput = orders
    process.standardOutput = answers
    try process.run()
    try orders.fileHandleForWriting.write(contentsOf: Data("gate 20\n".utf8))
    try orders.fileHandleForWriting.close()
    let line = try #require(try answers.fileHandleForReading.readToEnd())
    process.waitUntilExit()
    let answer = try JSONDecoder().decode(Answer.self, from: line)
    #expect(answer.refused == 0)
    #expect(answer.allocations == 0)
  }
}
