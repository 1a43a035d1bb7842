// SPDX-License-Identifier: Apache-2.0

/// A pair of gears in mesh. What is not known is nil, and lines that need it say so.
public struct GearPair: Sendable, Codable, Equatable {
  /// Its place in the machine, like `stage 1`.
  public var name: String
  /// Teeth of the gear that drives.
  public var driverTeeth: Int?
  /// Teeth of the gear that is driven.
  public var drivenTeeth: Int?
  /// Turns of the driver's shaft for one turn of the machine's shaft; the driven shaft of a first stage is
  /// the driver's of a second.
  public var shaftRatio: Double

  public init(name: String, driverTeeth: Int? = nil, drivenTeeth: Int? = nil, shaftRatio: Double = 1) {
    self.name = name
    self.driverTeeth = driverTeeth
    self.drivenTeeth = drivenTeeth
    self.shaftRatio = shaftRatio
  }
}

/// A belt on two pulleys, the driving one on the machine's shaft.
public struct BeltDrive: Sendable, Codable, Equatable {
  /// Its place in the machine, like `fan belt`.
  public var name: String
  /// Length of the closed belt.
  public var length_mm: Double?
  /// Pitch diameter of the driving pulley.
  public var pulleyDiameter_mm: Double?

  public init(name: String, length_mm: Double? = nil, pulleyDiameter_mm: Double? = nil) {
    self.name = name
    self.length_mm = length_mm
    self.pulleyDiameter_mm = pulleyDiameter_mm
  }
}
