// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The alarms of one machine as others are told of them.
public struct MachineAlarms: Sendable, Equatable {
  /// Those that need a person, most urgent first.
  public var standing: [Alarm]
  /// Shelved, out of service, and suppressed while their condition is there; the most severe first.
  public var aside: [Alarm]
  /// By identifier of a standing alarm, those that it brings about.
  public var consequences: [String: [Alarm]]

  /// Alarms as they are given.
  public init(standing: [Alarm] = [], aside: [Alarm] = [], consequences: [String: [Alarm]] = [:]) {
    self.standing = standing
    self.aside = aside
    self.consequences = consequences
  }
}

extension AlarmBook {
  /// The alarms of one machine.
  public func alarms(of machine: MachineID) -> MachineAlarms {
    let standing = standing(of: machine)
    let all = identifiers(of: machine).compactMap { alarm($0) }
    let aside = all.filter {
      $0.state.isSetAside && ($0.state != .suppressed || $0.returned == nil)
    }
    var consequences: [String: [Alarm]] = [:]
    // Only an alarm with something under it costs the walk.
    let parents = Set(aside.compactMap { $0.hold?.parent })
    for alarm in standing where parents.contains(alarm.id) {
      consequences[alarm.id] = self.consequences(of: alarm.id)
    }
    return MachineAlarms(standing: standing, aside: AlarmBook.inOrder(aside), consequences: consequences)
  }
}
