// SPDX-License-Identifier: Apache-2.0

/// What stands around the shaft and carries instruments of its own.
public struct ProcessSpec: Sendable, Hashable {
  /// Duct and filter, if the machine is a fan.
  public var duct: FanDuct?
  /// Cylinders, screws or wheel, if it is a compressor.
  public var compressor: Compressor?
  /// A mechanical seal with barrier liquid.
  public var seal: SealSpec?
  /// A coupling with a temperature sensor on its guard.
  public var hasCoupling = false
  /// A circulating oil system.
  public var oil: OilSpec?
  /// The healthy difference of the phase currents: the largest less the mean over the mean, %.
  public var currentImbalance_pct = 1.2

  /// What usually stands around a machine of this class and size.
  init(_ kind: MachineSpec.Kind, power_kW: Double, bearings: MachineSpec.Bearings, hasCoupling: Bool) {
    self.hasCoupling = hasCoupling
    // 85 % of the motor at the rated point; rises and efficiencies of common machines.
    switch kind {
    case .pump: seal = SealSpec(barrier_bar: 3.5)
    case .fan: duct = FanDuct(ratedFlow_m3h: 920 * power_kW, ratedRise_bar: 0.025)
    case .compressor:
      compressor = .centrifugal(CentrifugalCompressor(ratedFlow_m3h: 30 * power_kW, ratedRatio: 2))
    case .reciprocatingCompressor:
      compressor = .reciprocating(ReciprocatingCompressor(ratedFlow_m3h: 8.3 * power_kW, discharge_bar: 7))
    case .screwCompressor:
      compressor = .screw(ScrewCompressor(ratedFlow_m3h: 10 * power_kW, discharge_bar: 7.5))
    case .motor, .gearbox: break
    }
    switch kind {
    case .gearbox: oil = OilSpec(pressure_bar: 2.2, rise_K: 32)
    case .reciprocatingCompressor: oil = OilSpec(pressure_bar: 3, rise_K: 28)
    case .screwCompressor: oil = OilSpec(pressure_bar: 5.5, rise_K: 30)
    default: if bearings == .sleeve { oil = OilSpec(pressure_bar: 1.6, rise_K: 24) }
    }
  }
}

/// A double mechanical seal: barrier liquid at a held pressure between two pairs of faces.
public struct SealSpec: Sendable, Hashable {
  /// Pressure of the barrier liquid, bar gauge.
  public var barrier_bar: Double
  /// What its faces heat it above the pumped liquid at rated speed, K.
  public var rise_K = 14.0
  public init(barrier_bar: Double) { self.barrier_bar = barrier_bar }
}

/// An oil sump, pump and cooler.
public struct OilSpec: Sendable, Hashable {
  /// Pressure with oil at 45 degC and rated speed, bar gauge.
  public var pressure_bar: Double
  /// Rise of the sump above ambient at rated speed and load, K.
  public var rise_K: Double
  public init(pressure_bar: Double, rise_K: Double) {
    self.pressure_bar = pressure_bar
    self.rise_K = rise_K
  }

  /// Pressure at this oil temperature and speed, bar: thin oil leaks back, 0.6 % a kelvin.
  func pressure(oil_degC: Double, speed: Double) -> Double {
    pressure_bar * speed * max(0.3, 1 - 0.006 * (oil_degC - 45))
  }
}
