// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestData
import Testing

/// `engine-lab` counts what its own process asks of the allocator while networks run.
@Suite(.enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"))
struct AllocationTests {
  private struct Answer: Decodable { var allocations: Int }

  @Test(
    "no run of the peers' models allocates, whatever its arithmetic", arguments: LoaderPeerModelTests.files)
  func none(_ file: URL) throws {
    let (process, orders, answers) = (Process(), Pipe(), Pipe())
    // Executables lie beside the bundle of the tests.
    let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    process.executableURL = tests.appending(path: "engine-lab")
    process.arguments = ["serve"]
    process.standardInput = orders
    process.standardOutput = answers
    try process.run()
    try orders.fileHandleForWriting.write(contentsOf: Data("load m \(file.path)\nrun m 5\n".utf8))
    try orders.fileHandleForWriting.close()
    let lines = try #require(try answers.fileHandleForReading.readToEnd()).split(
      separator: UInt8(ascii: "\n"))
    process.waitUntilExit()
    #expect(try JSONDecoder().decode(Answer.self, from: Data(try #require(lines.last))).allocations == 0)
  }
}
