// SPDX-License-Identifier: Apache-2.0

import Foundation
public import Settings

/// The directories in which profiles are looked up by name, the site's own first.
public struct ProfileLibrary: Sendable {
  /// Looked through in order; a missing directory is passed over.
  public var directories: [String]

  /// - Parameter directories: first the site's own, last the shipped `devices`.
  public init(directories: [String]) { self.directories = directories }

  /// Names of all profiles, sorted; other YAML files, like the bearings' or the site's own, are none.
  public var names: [String] {
    var names: Set<String> = []
    for directory in directories {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      for file in files where file.hasSuffix(".yaml") && ProfileLibrary.isProfile("\(directory)/\(file)") {
        names.insert(String(file.dropLast(5)))
      }
    }
    return names.sorted()
  }

  /// Whether a file says what every profile says: whose device it is and how it is read.
  private static func isProfile(_ path: String) -> Bool {
    guard let keys = try? Setting.load(path: path).table().keys else { return false }
    return keys.contains("vendor") && (keys.contains("modbus") || keys.contains("mqtt"))
  }

  /// The text of the profile that `reference` names; errors point at the reference.
  public func load(_ reference: Setting) throws(SettingsError) -> Setting {
    let name = try reference.string()
    for directory in directories {
      let path = "\(directory)/\(name).yaml"
      if !name.contains("/"), FileManager.default.fileExists(atPath: path) {
        return try Setting.load(path: path)
      }
    }
    let hint =
      nearest(to: name, among: names).map { "did you mean '\($0)'?" }
      ?? "known: \(names.joined(separator: ", "))"
    throw reference.fail("the name of a device profile, found '\(name)'; \(hint)")
  }

  /// The Modbus profile that `reference` names.
  public func modbus(_ reference: Setting) throws(SettingsError) -> DeviceProfile {
    try DeviceProfile(load(reference))
  }
}
