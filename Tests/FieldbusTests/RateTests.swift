// SPDX-License-Identifier: Apache-2.0

import CModbus
import Clockwork
import Fieldbus
import Foundation
import Synchronization
import Testing

extension WireTests {
  /// What a read costs, against the C library that it replaces on the receiving side.
  @Suite("Rate")
  struct RateTests {
    @Test(
      "Reads of 125 registers over loopback keep up with a bare libmodbus loop",
      .enabled(if: environment("MILLWRIGHT_BENCH") != nil, "a measurement; set MILLWRIGHT_BENCH"))
    func rate() async throws {
      let server = LibmodbusServer()
      defer { server.stop() }
      let bus = ModbusBus(.tcp(host: "127.0.0.1", port: server.port))
      let neighbour = Neighbour(bus)
      let bare = BareClient(port: server.port)
      let (rounds, reads) = (31, 2000)
      var ratios: [String: [Double]] = [:]
      var bareRates: [Double] = []
      for _ in 0..<rounds {
        let base = await Double(reads) / seconds { bare.read(reads) }
        let own = try await Double(reads) / seconds { try await neighbour.read(reads) }
        let hopping =
          try await Double(reads)
          / seconds {
            for _ in 0..<reads {
              _ = try await bus.read(unit: 1, .holding, address: 0, count: 125, timeout_s: 1)
            }
          }
        bareRates.append(base)
        ratios["on the bus's thread", default: []].append(own / base)
        ratios["from the shared pool", default: []].append(hopping / base)
      }
      print("bare libmodbus: \(Int(median(bareRates))) reads/s, median of \(rounds) rounds of \(reads)")
      for (name, values) in ratios {
        let sorted = values.sorted()
        print("\(name): \(median(values)) of bare, quartiles \(sorted[rounds / 4]) \(sorted[rounds * 3 / 4])")
      }
      #expect(median(ratios["on the bus's thread"] ?? []) >= 0.9)
    }

    private func seconds(_ body: () async throws -> Void) async rethrows -> Double {
      let clock = ContinuousClock()
      let began = clock.now
      try await body()
      return (clock.now - began) / .seconds(1)
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
  }
}

/// An actor on the bus's own thread, as a poller is.
private actor Neighbour {
  private let bus: ModbusBus
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe bus.unownedExecutor }
  init(_ bus: ModbusBus) { self.bus = bus }
  func read(_ times: Int) async throws {
    for _ in 0..<times {
      _ = try await bus.read(unit: 1, .holding, address: 0, count: 125, timeout_s: 1)
    }
  }
}

/// The plain way to use the C library.
@safe private struct BareClient: ~Copyable {
  // SAFETY: made and freed here, used by one task.
  private let context: OpaquePointer
  init(port: UInt16) {
    unsafe context = modbus_new_tcp("127.0.0.1", Int32(port))
    precondition(unsafe modbus_connect(context) == 0)
    unsafe modbus_set_slave(context, 1)
  }
  deinit {
    unsafe modbus_close(context)
    unsafe modbus_free(context)
  }
  func read(_ times: Int) {
    var words = [UInt16](repeating: 0, count: 125)
    for _ in 0..<times { precondition(unsafe modbus_read_registers(context, 0, 125, &words) == 125) }
  }
}

/// libmodbus's own server: one thread for each connection.
private final class LibmodbusServer: Sendable {
  let port: UInt16
  private let listener: Int32

  init() {
    var port: UInt16 = 0
    var made: Int32 = -1
    for candidate in UInt16(21_502)..<21_602 {
      let context = unsafe modbus_new_tcp("127.0.0.1", Int32(candidate))
      made = unsafe modbus_tcp_listen(context, 4)
      unsafe modbus_free(context)
      if made >= 0 {
        port = candidate
        break
      }
    }
    precondition(made >= 0)
    self.port = port
    listener = made
    let socket = made
    Thread.detachNewThread {
      while true {
        let connection = accept(socket, nil, nil)
        if connection < 0 { return }
        Thread.detachNewThread { LibmodbusServer.serve(connection) }
      }
    }
  }

  private static func serve(_ connection: Int32) {
    let context = unsafe modbus_new_tcp(nil, 0)
    let mapping = unsafe modbus_mapping_new(0, 0, 200, 0)
    unsafe modbus_set_socket(context, connection)
    var request = [UInt8](repeating: 0, count: Int(MODBUS_TCP_MAX_ADU_LENGTH))
    while true {
      let length = unsafe modbus_receive(context, &request)
      if length < 0 { break }
      unsafe modbus_reply(context, request, length, mapping)
    }
    unsafe modbus_mapping_free(mapping)
    unsafe modbus_close(context)
    unsafe modbus_free(context)
  }

  func stop() { shutdown(listener, Int32(SHUT_RDWR)) }
}
