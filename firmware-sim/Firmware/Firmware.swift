// SPDX-License-Identifier: Apache-2.0

// Firmware: sensor firmware in front of machines, for tests, demos and benchmarks.
//
//   MachineSource -> RegisterDevice (a vendor's register map) -> Rack (Modbus TCP and RTU, one poll loop)
//                 -> Telemetry (the simulator's MQTT payloads)
//
// The Modbus server is written here and not taken from a library, because it must also be able to break
// the protocol on purpose: see `TransportFaults`.

/// Why firmware could not be set up.
public enum FirmwareError: Error, CustomStringConvertible {
  /// A TCP port could not be opened.
  case cannotListen(port: UInt16, errno: Int32)
  /// No pseudo-terminal, or its link could not be made.
  case cannotOpenTerminal(link: String?, errno: Int32)
  /// The operating system refused something that every Linux has.
  case system(call: String, errno: Int32)
  /// A recording is missing or not what its name says.
  case badRecording(path: String, reason: String)

  /// For an operator.
  public var description: String {
    switch self {
    case .cannotListen(let port, let code): "TCP port \(port) cannot be opened: \(explain(code))"
    case .cannotOpenTerminal(let link, let code):
      "no serial line\(link.map { " at \($0)" } ?? ""): \(explain(code))"
    case .system(let call, let code): "\(call): \(explain(code))"
    case .badRecording(let path, let reason): "\(path): \(reason)"
    }
  }
}

/// Device time and machine time of one event. They differ when a scenario runs faster than real time:
/// device clocks then keep wall time, and only the machine's physics runs ahead.
public struct Moment: Sendable {
  /// The device's clock, unix seconds.
  public var device_s: Double
  /// The machine's time axis, seconds.
  public var machine_s: Double

  /// A moment; both in seconds.
  public init(device_s: Double, machine_s: Double) {
    self.device_s = device_s
    self.machine_s = machine_s
  }
}

/// How machine time follows wall time.
public struct Timebase: Sendable {
  /// Wall time at the start, unix seconds.
  public var start_s: Double
  /// Machine time at the start, seconds.
  public var machineStart_s: Double
  /// Machine seconds per wall second.
  public var speedup: Double

  /// A timebase that begins now.
  public init(machineStart_s: Double = 8 * 3600, speedup: Double = 1) {
    start_s = wallClock()
    self.machineStart_s = machineStart_s
    self.speedup = speedup
  }

  /// The moment at wall time `wall_s`, unix seconds.
  public func moment(at wall_s: Double) -> Moment {
    Moment(device_s: wall_s, machine_s: machineStart_s + (wall_s - start_s) * speedup)
  }

  /// The moment now.
  public func now() -> Moment { moment(at: wallClock()) }
}
