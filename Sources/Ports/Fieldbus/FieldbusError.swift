// SPDX-License-Identifier: Apache-2.0

/// Why a request brought no value, with what an operator needs to find the cause.
public enum FieldbusError: Error, Sendable, Equatable {
  /// No connection could be made: refused, no route, no such device, name unknown, in use by another program.
  case unreachable(Endpoint, reason: String)
  /// The connection or the serial device went away during a request.
  case connectionLost(Endpoint, reason: String)
  /// The process may open no more files; nothing is wrong with the device.
  case descriptorsExhausted(Endpoint)
  /// No reply before the deadline.
  case timeout(Request, after_s: Double)
  /// The device refused: 1 function, 2 address, 3 value, 4 failure, 6 busy, 10 and 11 gateway.
  case exception(Request, code: UInt8)
  /// Something arrived that is not the reply to this request: bad checksum, other unit, function or length.
  case invalidReply(Request, reason: String)
  /// Replies to earlier requests may still be on their way, and this one could not be told from them; it was
  /// not sent. The bus gets back into step by itself in later calls.
  case outOfStep(Request, reason: String)
  /// The request breaks the protocol: count, address range or unit.
  case invalidRequest(Request, reason: String)
  /// `close()` was called.
  case closed(Endpoint)

  /// What was asked.
  public struct Request: Sendable, Hashable {
    /// The unit (slave) address.
    public var unit: UInt8
    /// The Modbus function code: 1 to 4 for reads, 6 for a write.
    public var function: UInt8
    /// PDU address, from 0.
    public var address: UInt16
    /// Registers or bits; 1 for a write.
    public var count: Int

    /// Says what was asked.
    public init(unit: UInt8, function: UInt8, address: UInt16, count: Int) {
      self.unit = unit
      self.function = function
      self.address = address
      self.count = count
    }
  }
}

extension FieldbusError.Request: CustomStringConvertible {
  /// For people: unit, function, address, count.
  public var description: String { "unit \(unit) function \(function) address \(address) count \(count)" }
}

extension FieldbusError: CustomStringConvertible {
  /// One line for an operator.
  public var description: String {
    switch self {
    case .unreachable(let endpoint, let reason): "\(endpoint) is not reachable: \(reason)"
    case .connectionLost(let endpoint, let reason): "\(endpoint) was lost: \(reason)"
    case .descriptorsExhausted(let endpoint): "\(endpoint): no file descriptor left in this process"
    case .timeout(let request, let after_s): "\(request): no reply within \(after_s) s"
    case .exception(let request, let code): "\(request): exception \(code), \(Self.meaning(of: code))"
    case .invalidReply(let request, let reason): "\(request): invalid reply: \(reason)"
    case .outOfStep(let request, let reason): "\(request): out of step: \(reason)"
    case .invalidRequest(let request, let reason): "\(request): invalid request: \(reason)"
    case .closed(let endpoint): "\(endpoint) is closed"
    }
  }

  /// Modbus Application Protocol 1.1b3, section 7.
  private static func meaning(of code: UInt8) -> String {
    switch code {
    case 1: "function not supported"
    case 2: "no such address"
    case 3: "value not allowed"
    case 4: "device failure"
    case 5: "accepted, still working"
    case 6: "device busy"
    case 8: "memory parity error"
    case 10: "gateway has no path"
    case 11: "gateway got no answer from the device"
    default: "unknown code"
    }
  }
}
