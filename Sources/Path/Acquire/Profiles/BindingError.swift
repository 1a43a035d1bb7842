// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Why a point cannot be fed from the source that it names.
public enum BindingError: Error, Equatable, Sendable, CustomStringConvertible {
  /// No device of the connection has the name before the dot.
  case unknownDevice(source: String, point: PointID, nearest: String?, known: [String])
  /// The device's profile has no register or waveform with the name after the dot.
  case unknownRegister(source: String, point: PointID, profile: String, nearest: String?, known: [String])
  /// The point is of another quantity than the register.
  case wrongQuantity(source: String, point: PointID, wanted: Quantity, found: Quantity)
  /// The register holds characters.
  case notANumber(source: String, point: PointID)
  /// The waveform must be triggered by a write that the site does not allow.
  case writeNotAllowed(source: String, point: PointID, device: String, needed: String)

  /// What is wrong, and what to write instead.
  public var description: String {
    switch self {
    case .unknownDevice(let source, let point, let nearest, let known):
      "\(point): from '\(source)': no such device; " + BindingError.hint(nearest, known)
    case .unknownRegister(let source, let point, let profile, let nearest, let known):
      "\(point): from '\(source)': the profile '\(profile)' has no such register; "
        + BindingError.hint(nearest, known)
    case .wrongQuantity(let source, let point, let wanted, let found):
      "\(point): from '\(source)': the point is of \(wanted.rawValue), the register of \(found.rawValue)"
    case .notANumber(let source, let point):
      "\(point): from '\(source)': the register holds text, a point needs a number"
    case .writeNotAllowed(let source, let point, let device, let needed):
      "\(point): from '\(source)': a capture starts with a write; "
        + "add 'allow-writes: [\(needed)]' to the device '\(device)' to permit it"
    }
  }

  private static func hint(_ nearest: String?, _ known: [String]) -> String {
    nearest.map { "did you mean '\($0)'?" } ?? "known: \(known.joined(separator: ", "))"
  }
}
