// SPDX-License-Identifier: Apache-2.0

public import Clockwork

/// One Modbus connection, TCP or RTU, on a thread of its own. It connects at the first request, and again
/// after every loss.
///
/// ```swift
/// let bus = ModbusBus(.tcp(host: "192.168.1.20", port: 502))
/// let words = try await bus.read(unit: 1, .holding, address: 10, count: 2, timeout_s: 0.5)
/// ```
/// An actor that reads a lot names the bus's executor as its own; its calls then stay on the bus's thread and
/// cost no switch between threads:
/// ```swift
/// nonisolated var unownedExecutor: UnownedSerialExecutor { bus.unownedExecutor }
/// ```
public actor ModbusBus: RegisterBus {
  /// Where this bus leads.
  public nonisolated let endpoint: Endpoint
  private let thread: DedicatedThread
  private let clock: any Timekeeper
  private let link: any Link
  private var isClosed = false

  /// The thread of this bus.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

  /// Does not connect yet. `clock` tells when deadlines pass.
  public init(_ endpoint: Endpoint, clock: any Timekeeper = SystemClock()) {
    self.endpoint = endpoint
    self.clock = clock
    switch endpoint {
    case .tcp(let host, let port):
      thread = DedicatedThread(name: "modbus-\(port)")
      link = TCPLink(host: host, port: port)
    case .rtu(let device, let baud, let parity, let stopBits):
      thread = DedicatedThread(name: "modbus-\(device.split(separator: "/").last ?? "rtu")")
      link = RTULink(endpoint, device: device, baud: baud, parity: parity, stopBits: stopBits)
    }
  }

  /// Reads `count` items from `address`; see `RegisterBus`.
  public func read(
    unit: UInt8, _ function: RegisterFunction, address: UInt16, count: Int, timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    guard (1...function.mostItems).contains(count), Int(address) + count <= 0x1_0000 else {
      throw .invalidRequest(
        .init(unit: unit, function: function.rawValue, address: address, count: count),
        reason: "1 to \(function.mostItems) items within addresses 0 to 65535")
    }
    return try transact(
      Query(unit: unit, read: function, address: address, count: UInt16(count)), timeout_s: timeout_s)
  }

  /// Writes one holding register; see `RegisterBus`.
  public func write(unit: UInt8, address: UInt16, value: UInt16, timeout_s: Double) throws(FieldbusError) {
    _ = try transact(Query(unit: unit, write: value, address: address), timeout_s: timeout_s)
  }

  /// Ends the connection; later calls throw `closed`.
  public func close() {
    isClosed = true
    link.disconnect()
  }

  private func transact(_ query: Query, timeout_s: Double) throws(FieldbusError) -> [UInt16] {
    if isClosed { throw .closed(endpoint) }
    guard timeout_s > 0, timeout_s <= 3600 else {
      throw .invalidRequest(query.request, reason: "a timeout is more than 0 and at most 3600 s")
    }
    if case .rtu = endpoint, !(1...247).contains(query.unit) {
      throw .invalidRequest(query.request, reason: "units on a serial line are 1 to 247")
    }
    return try link.transact(query, by: Deadline(clock, after_s: timeout_s), timeout_s: timeout_s)
  }
}
