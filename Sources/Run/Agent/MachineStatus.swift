// SPDX-License-Identifier: Apache-2.0

public import Machine

/// How one machine fares, for the status.
public struct MachineStatus: Codable, Sendable {
  public var id: MachineID
  public var state: OperatingState
  /// Whether a baseline is learned for the present state.
  public var isLearned: Bool
  public var standingAlarms: [String]
  /// Worst standing alarm about the machine itself.
  public var worst: Severity?
  /// Points that deliver nothing usable, with the reason.
  public var defects: [String: String]
  public var lastWindow: WallTime?
}
