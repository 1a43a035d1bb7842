// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The MQTT topic of a machine's retained alarm message: `millwright/<site>/<machine>/alarm`.
///
/// Names come from people: what would be a wildcard, a level of its own or forbidden in a topic (`+ # / %`,
/// control characters) is percent-encoded, byte by byte, so that different names stay different.
public func alarmTopic(site: String, machine: MachineID) -> String {
  "millwright/\(topicLevel(site))/\(topicLevel(machine.rawValue))/alarm"
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
