// SPDX-License-Identifier: Apache-2.0

/// Turns CPU time into energy by a stated model: joules = CPU seconds x active watts of one core. What the board
/// draws while idle is stated beside it and never shared out among stages. An estimate, not a measurement:
/// memory, radio and disk are not in it.
public struct EnergyModel: Sendable, Codable, Equatable {
  /// What the board draws while it does nothing.
  public var idle_W: Double
  /// What one busy core adds to that.
  public var activePerCore_W: Double
  /// Where the two figures come from.
  public var source: String

  /// A model from a site's own figures; negative watts become zero.
  public init(idle_W: Double, activePerCore_W: Double, source: String) {
    self.idle_W = max(0, idle_W)
    self.activePerCore_W = max(0, activePerCore_W)
    self.source = source
  }

  /// The default: Raspberry Pi 4, idle 1.8 to 2.4 W (their middle is taken), 5.4 W with its four cores busy.
  public static let raspberryPi4 = EnergyModel(
    idle_W: 2.1, activePerCore_W: (5.4 - 2.1) / 4,
    source: "Raspberry Pi 4: 1.8-2.4 W idle, 5.4 W with 4 cores busy (chipwired, 36 measurements)")

  /// Energy that CPU time costs beyond idling.
  public func joules(cpu_s: Double) -> Double { cpu_s * activePerCore_W }
}
