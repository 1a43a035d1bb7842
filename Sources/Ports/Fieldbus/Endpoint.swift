// SPDX-License-Identifier: Apache-2.0

/// Where a bus is reached.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
  case tcp(host: String, port: UInt16)
  /// A serial line with 8 data bits.
  case rtu(device: String, baud: Int, parity: Parity, stopBits: Int)

  /// The parity bit of a serial line.
  public enum Parity: String, Sendable, Hashable, CaseIterable {
    case none, even, odd
    var letter: Character {
      switch self {
      case .none: "N"
      case .even: "E"
      case .odd: "O"
      }
    }
  }

  /// As people write it: `gateway:502`, `[::1]:502`, `/dev/ttyUSB0 19200 8E1`.
  public var description: String {
    switch self {
    case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    case .rtu(let device, let baud, let parity, let stopBits):
      "\(device) \(baud) 8\(parity.letter)\(stopBits)"
    }
  }
}
