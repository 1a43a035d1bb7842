// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Where the files that come with the program lie: `devices/` and `models/`.
public struct Resources: Sendable {
  public let root: String

  /// Device profiles, one file each.
  public var devices: String { root + "/devices" }
  /// INT8 models with their cards.
  public var models: String { root + "/models" }
  /// What is known of faults, one file a family.
  public var faults: String { models + "/faults" }

  /// Looks in `MILLWRIGHT_RESOURCES`, then upward from the executable, then in `/usr/share/millwright`.
  public static func find() throws(AgentError) -> Resources {
    var tried: [String] = []
    if let named = ProcessInfo.processInfo.environment["MILLWRIGHT_RESOURCES"] {
      tried.append(named)
    } else {
      var folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()
      while folder.path != "/" {
        tried.append(folder.path)
        folder = folder.deletingLastPathComponent()
      }
      tried.append("/usr/share/millwright")
    }
    for place in tried where FileManager.default.fileExists(atPath: place + "/devices/bearings.yaml") {
      return Resources(root: place)
    }
    throw .noResources(tried: tried)
  }
}
