// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The MQTT topics of one gateway, `millwright/<site>/<machine or node>/<what>`.
///
/// Names come from people: what would be a wildcard, a level of its own or forbidden in a topic (`+ # / %`,
/// control characters) is percent-encoded, byte by byte, so that different names stay different.
public struct AlertTopics: Sendable, Equatable {
  private let site: String
  private let node: String

  /// The topics of one gateway.
  public init(site: String, node: String) {
    self.site = topicLevel(site)
    self.node = topicLevel(node)
  }

  /// A machine's retained alarm message.
  public func alarm(_ machine: MachineID) -> String { of(machine) + "/alarm" }
  /// Steps of a machine's alarms.
  public func event(_ machine: MachineID) -> String { of(machine) + "/event" }
  /// Whether the gateway's daemon is there, retained.
  public var status: String { "millwright/\(site)/\(node)/status" }

  /// Where the gateway takes commands; answers come on `<this>/answer`.
  public var command: String { "millwright/\(site)/\(node)/command" }

  private func of(_ machine: MachineID) -> String { "millwright/\(site)/\(topicLevel(machine.rawValue))" }
}

/// One level of a topic for a name. An empty name becomes `%`, which no other name gives.
func topicLevel(_ name: String) -> String {
  if name.isEmpty { return "%" }
  var level = ""
  for scalar in name.unicodeScalars {
    let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
    guard isControl || "+#/%".unicodeScalars.contains(scalar) else {
      level.unicodeScalars.append(scalar)
      continue
    }
    for byte in String(scalar).utf8 {
      level += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }
  }
  return level
}
