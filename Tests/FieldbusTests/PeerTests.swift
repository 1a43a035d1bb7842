// SPDX-License-Identifier: Apache-2.0

import CModbus
import Clockwork
import Fieldbus
import Foundation
import Synchronization
import Testing

extension WireTests {
  /// Against other people's implementations.
  @Suite("Peers")
  struct PeerTests {
    /// A Python that has pymodbus 3.
    static let python = environment("MILLWRIGHT_PYTHON") ?? "python3"
    static let hasPymodbus: Bool = {
      let check = Process()
      check.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      check.arguments = [python, "-c", "import pymodbus; assert pymodbus.__version__.startswith('3.')"]
      check.standardError = FileHandle.nullDevice
      return (try? check.run()).map { check.waitUntilExit() } != nil && check.terminationStatus == 0
    }()

    /// Coil i is set when i % 3 == 0, input i when i % 5 == 0; holding register i is 1000 + i, input register
    /// i is 2000 + i.
    static let server = """
      import asyncio, socket, sys
      from pymodbus.server import ModbusTcpServer
      from pymodbus.datastore import (
          ModbusDeviceContext, ModbusSequentialDataBlock, ModbusServerContext)
      async def main():
          block = lambda f: ModbusSequentialDataBlock(1, [f(i) for i in range(300)])
          device = ModbusDeviceContext(
              co=block(lambda i: i % 3 == 0), di=block(lambda i: i % 5 == 0),
              hr=block(lambda i: 1000 + i), ir=block(lambda i: 2000 + i))
          with socket.socket() as s:
              s.bind(("127.0.0.1", 0)); port = s.getsockname()[1]
          server = ModbusTcpServer(ModbusServerContext(devices=device), address=("127.0.0.1", port))
          task = asyncio.create_task(server.serve_forever())
          await asyncio.sleep(0.3)
          print(port, flush=True)
          await asyncio.to_thread(sys.stdin.read)
          task.cancel()
      asyncio.run(main())
      """

    @Test(
      "pymodbus serves all four tables, takes a write, and refuses what it does not have",
      .enabled(if: hasPymodbus, "pymodbus 3 is not installed for MILLWRIGHT_PYTHON or python3"))
    func pymodbus() async throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments = [Self.python, "-c", Self.server]
      let (input, output) = (Pipe(), Pipe())
      process.standardInput = input
      process.standardOutput = output
      try process.run()
      defer {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
      }
      let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
      let port = try #require(UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)))
      let bus = ModbusBus(.tcp(host: "localhost", port: port))
      func read(_ table: RegisterFunction, _ address: UInt16, _ count: Int) async throws(FieldbusError)
        -> [UInt16]
      {
        try await bus.read(unit: 1, table, address: address, count: count, timeout_s: 2)
      }
      #expect(try await read(.coils, 5, 37) == (5..<42).map { $0 % 3 == 0 ? 1 : 0 })
      #expect(try await read(.discreteInputs, 0, 200) == (0..<200).map { $0 % 5 == 0 ? 1 : 0 })
      #expect(try await read(.holding, 100, 125) == (1100..<1225).map { UInt16($0) })
      #expect(try await read(.input, 299, 1) == [2299])
      try await bus.write(unit: 1, address: 17, value: 0xBEEF, timeout_s: 2)
      #expect(try await read(.holding, 16, 3) == [1016, 0xBEEF, 1018])
      let refused = FieldbusError.exception(.init(unit: 1, function: 3, address: 299, count: 2), code: 2)
      await #expect(throws: refused) { try await read(.holding, 299, 2) }
      await bus.close()
    }
  }
}
