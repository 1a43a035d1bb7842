// SPDX-License-Identifier: Apache-2.0

public import Settings

/// Why the agent could not begin or go on; each case says what to do.
public enum AgentError: Error, CustomStringConvertible {
  /// The site file or a device profile is wrong.
  case settings(SettingsError)
  /// `devices/` was found in none of these folders.
  case noResources(tried: [String])
  /// The model file was refused.
  case model(file: String, reason: String)
  /// The fault files, or the calibration beside them, are wrong: everything that is, a line each.
  case knowledge(String)
  /// The data directory cannot be used.
  case storage(String)
  /// A recording has a line that cannot be read.
  case recording(file: String, line: Int, reason: String)
  /// No daemon answers here.
  case notRunning(String)
  /// A helper program of the demonstration is missing or failed.
  case demo(String)
  /// A recorded waveform that cannot be read or found.
  case unreadable(file: String, reason: String)
  /// A bearing that no table knows, or a machine or point that the site has not.
  case unknown(String)
  /// The daemon, or a check before it, refused a command, in words.
  case refused(String)
  /// A peer cannot be reached.
  case unreachable(String)

  public var description: String {
    switch self {
    case .settings(let error): "\(error)"
    case .unreadable(let file, let reason): "\(file): \(reason)"
    case .noResources(let tried):
      "devices/ not found in \(tried.joined(separator: ", ")); set MILLWRIGHT_RESOURCES to the folder that holds it"
    case .model(let file, let reason): "\(file): model refused: \(reason)"
    case .knowledge(let reason), .storage(let reason): reason
    case .recording(let file, let line, let reason): "\(file):\(line): \(reason)"
    case .notRunning(let reason): reason
    case .demo(let reason): reason
    case .unreachable(let reason), .unknown(let reason), .refused(let reason): reason
    }
  }

  /// The exit code after sysexits.h: 64 wrong usage, 65 bad recording, 69 not reachable, 78 bad configuration, 74 input or output.
  public var exitCode: Int32 {
    switch self {
    case .settings, .noResources, .model, .knowledge: 78
    case .notRunning, .unreachable, .demo: 69
    case .storage: 74
    case .recording, .unreadable: 65
    case .unknown, .refused: 64
    }
  }
}
