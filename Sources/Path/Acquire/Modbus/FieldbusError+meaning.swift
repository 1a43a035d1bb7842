// SPDX-License-Identifier: Apache-2.0

import Fieldbus

/// What a failed request says about the device and the line.
enum FailureMeaning: Equatable {
  /// Exception 2 or 3: the device lives and refuses these addresses.
  case refusedAddress
  /// Another exception: the device lives and could not answer now.
  case refusedNow(code: UInt8)
  /// The unit did not answer, or not sensibly.
  case unitSilent
  /// There is no way to any unit of the connection.
  case linkDown
  /// Says nothing about the unit: the request was not sent.
  case notSent
}

extension FieldbusError {
  var meaning: FailureMeaning {
    switch self {
    case .exception(_, code: 2), .exception(_, code: 3): .refusedAddress
    case .exception(_, code: 10), .exception(_, code: 11): .unitSilent
    case .exception(_, let code): .refusedNow(code: code)
    // A gateway may drop the connection because of one unit; if the line itself is gone, the next request
    // finds it unreachable.
    case .timeout, .invalidReply, .connectionLost: .unitSilent
    case .unreachable, .descriptorsExhausted, .closed: .linkDown
    case .outOfStep, .invalidRequest: .notSent
    }
  }
}
