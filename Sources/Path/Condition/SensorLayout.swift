// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Which points belong to one sensor, where a site says so. What is not said is not assumed: a sensor that does
/// not pass constant acceleration, as IEPE sensors do not, shows no gravity.
public struct SensorLayout: Sendable, Equatable {
  /// A sensor that feels gravity on three axes at right angles.
  public struct Triaxial: Sendable, Equatable {
    public var x: PointID
    public var y: PointID
    public var z: PointID
    public init(x: PointID, y: PointID, z: PointID) {
      self.x = x
      self.y = y
      self.z = z
    }
    var axes: [PointID] { [x, y, z] }
  }

  /// Two scalar points that tell one measurement, in units of their own.
  public struct Redundant: Sendable, Equatable {
    public var first: PointID
    public var second: PointID
    /// Share of the larger value by which they may differ.
    public var tolerance: Double
    public init(_ first: PointID, _ second: PointID, tolerance: Double = 0.05) {
      self.first = first
      self.second = second
      self.tolerance = tolerance
    }
  }

  public var triaxial: [Triaxial] = []
  public var redundant: [Redundant] = []
  /// What one count of a 16-bit register is worth, in the canonical unit, by scalar point.
  public var countWorth: [PointID: Double] = [:]
  /// The point at which a sensor tells the overall velocity of the waveform that it sends at another point.
  public var ownVelocity: [PointID: PointID] = [:]

  /// A layout of which nothing is known.
  public init() {}
}
