// SPDX-License-Identifier: Apache-2.0

import Fieldbus

/// What a failed request says about the device and the line.
enum FailureMeaning: Equatable {
  /// Exception 2 or 3: the device lives and refuses these addresses.
  case refusedAddress
  /// Exception 5 or 6: the device lives and asks to be asked again.
  case busy
  /// Another exception: the device lives and could not answer this.
  case refused
  /// The unit did not answer, or not sensibly, or not in time to be asked this.
  case unitSilent
  /// There is no way to any unit of the connection.
  case linkDown
}

extension FieldbusError {
  var meaning: FailureMeaning {
    switch self {
    case .exception(_, code: 2), .exception(_, code: 3): .refusedAddress
    case .exception(_, code: 5), .exception(_, code: 6): .busy
    case .exception(_, code: 10), .exception(_, code: 11): .unitSilent  // a gateway speaks for it
    case .exception, .invalidRequest: .refused
    // A gateway may drop the connection because of one unit; if the line itself is gone, the next request
    // finds it unreachable.
    case .timeout, .invalidReply, .connectionLost, .outOfStep: .unitSilent
    case .unreachable, .descriptorsExhausted, .closed: .linkDown
    }
  }
}
