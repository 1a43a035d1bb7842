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
      let neighbour = Neighbour(ModbusBus(.tcp(host: "127.0.0.1", port: server.port)))
      let bare = BareLine(port: server.port)
      // Short rounds, taken in turn, so that whatever else runs here slows all three alike.
      let (rounds, reads) = (101, 300)
      var (bareRates, own, pool, cpu) = ([Double](), [Double](), [Double](), [Double]())
      for _ in 0..<rounds {
        var bareCPU = 0.0
        var ownCPU = 0.0
        let base = await Double(reads) / seconds { bareCPU = await bare.read(reads) }
        let near = try await Double(reads) / seconds { ownCPU = try await neighbour.read(reads) }
        let far =
          try await Double(reads)
          / seconds {
            for _ in 0..<reads {
              _ = try await bus.read(unit: 1, .holding, address: 0, count: 125, timeout_s: 1)
            }
          }
        bareRates.append(base)
        own.append(near / base)
        pool.append(far / base)
        cpu.append(bareCPU / ownCPU)
      }
      print("bare libmodbus: \(quartiles(bareRates)) reads/s; \(rounds) rounds of \(reads)")
      print("on the bus's thread: \(quartiles(own)) of bare; by CPU time of the thread \(quartiles(cpu))")
      print("from the shared pool: \(quartiles(pool)) of bare")
      #expect(own.sorted()[rounds / 2] >= 0.9)
    }

    private func quartiles(_ values: [Double]) -> String {
      let sorted = values.sorted()
      return [1, 2, 3].map { String(format: "%.2f", sorted[values.count * $0 / 4]) }.joined(separator: " | ")
    }

    private func seconds(_ body: () async throws -> Void) async rethrows -> Double {
      let clock = ContinuousClock()
      let began = clock.now
      try await body()
      return (clock.now - began) / .seconds(1)
    }
  }
}

/// CPU time of the calling thread so far.
private func threadSeconds() -> Double {
  var time = timespec()
  // SAFETY: fills one timespec on this frame.
  _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// An actor on the bus's own thread, as a poller is.
private actor Neighbour {
  private let bus: ModbusBus
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe bus.unownedExecutor }
  init(_ bus: ModbusBus) { self.bus = bus }
  /// Returns the CPU time of the thread, which stays the same one: the awaits below do not switch.
  func read(_ times: Int) async throws -> Double {
    let began = threadSeconds()
    for _ in 0..<times {
      _ = try await bus.read(unit: 1, .holding, address: 0, count: 125, timeout_s: 1)
    }
    return threadSeconds() - began
  }
}

/// The plain way to use the C library.
/// The bare loop on a thread of its own, as the bus has one: which processor the scheduler gives a thread decides
/// on a small machine what waking the other end costs.
private actor BareLine {
  private let thread = DedicatedThread(name: "bare")
  private let client: BareClient
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }
  init(port: UInt16) { client = BareClient(port: port) }
  func read(_ times: Int) -> Double { client.read(times) }
}

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
  func read(_ times: Int) -> Double {
    let began = threadSeconds()
    for _ in 0..<times {
      var words = [UInt16](repeating: 0, count: 125)
      precondition(unsafe modbus_read_registers(context, 0, 125, &words) == 125)
    }
    return threadSeconds() - began
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
