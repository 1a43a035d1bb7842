// SPDX-License-Identifier: Apache-2.0

/// Bearing and winding as first-order bodies in air that warms and cools with the day.
public struct ThermalModel: Sendable, Hashable {
  /// Mean of the ambient temperature over a day, degC.
  public var ambientMean_degC: Double
  /// Half the difference between afternoon and early morning, K.
  public var ambientSwing_K: Double
  /// Rise of the bearing above ambient at rated speed and load, K.
  public var bearingRise_K: Double
  /// Rise of the winding above ambient at rated current, K.
  public var windingRise_K: Double
  /// Time constant of the bearing, seconds.
  public var bearingTime_s: Double
  /// Time constant of the winding, seconds.
  public var windingTime_s: Double

  /// A model; see the properties for units.
  public init(
    ambientMean_degC: Double = 22, ambientSwing_K: Double = 4, bearingRise_K: Double = 27,
    windingRise_K: Double = 58, bearingTime_s: Double = 1500, windingTime_s: Double = 1200
  ) {
    self.ambientMean_degC = ambientMean_degC
    self.ambientSwing_K = ambientSwing_K
    self.bearingRise_K = bearingRise_K
    self.windingRise_K = windingRise_K
    self.bearingTime_s = bearingTime_s
    self.windingTime_s = windingTime_s
  }

  /// Coldest at 03:00, warmest at 15:00, and weather of a few kelvin over days.
  func ambient(at t: Double, seed: UInt64) -> Double {
    let day = sine(2 * .pi * (t / OperatingPlan.day_s - 0.375))
    return ambientMean_degC + ambientSwing_K * day + 2 * drift(seed, stream: 0xA3B, at: t, period_s: 100_000)
  }
}

/// The temperatures of one machine, as they are carried from moment to moment.
struct ThermalState: Sendable {
  var bearing_degC: Double
  var winding_degC: Double
}
