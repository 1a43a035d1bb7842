// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Foundation
import Synchronization

/// Modbus servers in front of any number of devices, all in one thread.
///
/// ```swift
/// var rack = Rack(Timebase(speedup: 60))
/// let port = try rack.addTCP(units: [1: NodeFirmware(SimulatedMachine(.pump(), seed: 1))])
/// let line = try rack.addSerial(units: [80: WitMotionFirmware(SimulatedMachine(.fan(), seed: 1))])
/// let running = rack.start()                        // devices answer on 127.0.0.1:port and on `line`
/// defer { running.stop() }
/// ```
public struct Rack: Sendable {
  struct Endpoint: Sendable {
    var framing: Framing
    /// Listening socket, or the near end of a serial line.
    var descriptor: Int32
    /// The far end of a serial line, held open.
    var far: Int32?
    /// The symbolic link to a serial line, removed at the end.
    var link: String?
    var units: [UInt8: any RegisterDevice]
    var faults: TransportFaults
    /// Bits per second of a serial line whose pace is kept; nil answers at once.
    var baud: Int?
  }

  var endpoints: [Endpoint] = []
  let timebase: Timebase

  /// An empty rack on this timebase.
  public init(_ timebase: Timebase = Timebase()) { self.timebase = timebase }

  /// Opens a Modbus TCP server on the loopback and returns its port.
  ///
  /// - Parameter port: 0 lets the system choose.
  public mutating func addTCP(
    port: UInt16 = 0, units: [UInt8: any RegisterDevice], faults: TransportFaults = TransportFaults()
  ) throws(FirmwareError) -> UInt16 {
    let socket = try listenOnLoopback(port)
    endpoints.append(
      Endpoint(
        framing: .tcp, descriptor: socket.descriptor, far: nil, link: nil, units: units, faults: faults,
        baud: nil))
    return socket.port
  }

  /// Opens a pseudo-terminal with Modbus RTU slaves on it and returns the path that a master opens.
  ///
  /// - Parameters:
  ///   - link: a symbolic link to make to it, replaced if it is there.
  ///   - baud: keeps the pace of a line of this speed, 11 bits a byte.
  public mutating func addSerial(
    link: String? = nil, units: [UInt8: any RegisterDevice], faults: TransportFaults = TransportFaults(),
    baud: Int? = nil
  ) throws(FirmwareError) -> String {
    let terminal = try openTerminal(link: link)
    endpoints.append(
      Endpoint(
        framing: .rtu, descriptor: terminal.near, far: terminal.far, link: link, units: units, faults: faults,
        baud: baud))
    return terminal.path
  }

  /// Starts the thread that serves all endpoints.
  public consuming func start() -> RunningRack {
    let running = RunningRack()
    let rack = self
    let thread = Thread {
      var loop = RackLoop(rack)
      loop.run(until: running)
      running.ended.signal()
    }
    thread.name = "rack"
    thread.start()
    return running
  }
}

/// A rack that serves, until it is stopped.
public final class RunningRack: Sendable {
  let ended = DispatchSemaphore(value: 0)
  private let isStopping = Atomic<Bool>(false)
  private let counts = Mutex<[TransportFault: Int]>([:])
  private let requests = Atomic<Int>(0)

  var shouldStop: Bool { isStopping.load(ordering: .acquiring) }

  /// Requests that reached a device so far.
  public var requestCount: Int { requests.load(ordering: .relaxed) }

  /// Spoiled replies so far, by kind.
  public var injected: [TransportFault: Int] { counts.withLock { $0 } }

  func count(request fault: TransportFault?) {
    requests.add(1, ordering: .relaxed)
    if let fault { counts.withLock { $0[fault, default: 0] += 1 } }
  }

  /// Closes all endpoints and waits for the thread to end, at most about 0.1 s.
  public func stop() {
    guard !isStopping.exchange(true, ordering: .acquiringAndReleasing) else { return }
    ended.wait()
  }
}
