// SPDX-License-Identifier: Apache-2.0

/// A centrifugal pump between a suction tank and a pipe: head curve with affinity laws, system curve, strainer,
/// NPSH. Pressures are gauge, bar; flow, speed and valve are shares of the rated ones.
public struct Hydraulics: Sendable, Hashable {
  /// Flow at the rated point, m3/h.
  public var ratedFlow_m3h: Double
  /// Pressure rise at the rated point, bar.
  public var ratedRise_bar: Double
  /// Pressure at the strainer's inlet, bar.
  public var tank_bar: Double
  /// Back pressure of the pipe at no flow, bar.
  public var static_bar: Double
  /// NPSH that the pump needs at the rated point, m: there the head has fallen by 3 % (ISO 9906).
  public var npshRequired_m: Double
  /// Temperature of the water that is pumped, degC.
  public var liquid_degC = 35.0
  /// Drop over the clean strainer at rated flow, bar.
  public var strainer_bar = 0.08

  /// Density of the water, kg/m3, and the head of one bar, m.
  static let density = 1000.0
  static let metresPerBar = 1e5 / (density * 9.80665)
  static let atmosphere_bar = 1.013

  /// A pump by its rated point; see the properties for units.
  public init(
    ratedFlow_m3h: Double, ratedRise_bar: Double, tank_bar: Double, static_bar: Double, npshRequired_m: Double
  ) {
    self.ratedFlow_m3h = ratedFlow_m3h
    self.ratedRise_bar = ratedRise_bar
    self.tank_bar = tank_bar
    self.static_bar = static_bar
    self.npshRequired_m = npshRequired_m
  }

  /// Rise of a sound pump, bar: 1.2 of the rated rise at no flow. Speed `n` scales flow with n and rise with n squared.
  public func rise_bar(flow q: Double, speed n: Double) -> Double {
    ratedRise_bar * (1.2 * n * n - 0.2 * q * q)
  }

  /// What the pipe behind the flange takes at flow `q` with its valve that far open, bar.
  public func pipe_bar(flow q: Double, valve: Double) -> Double {
    static_bar + (ratedRise_bar + tank_bar - strainer_bar - static_bar) * q * q / (valve * valve)
  }

  /// NPSH at which the head has fallen by 3 %, m; scales with the square of speed.
  public func npshRequired_m(flow q: Double, speed n: Double) -> Double {
    npshRequired_m * (0.4 * n * n + 0.6 * q * q)
  }

  /// NPSH at the flange, m, for a gauge pressure there in bar.
  public func npshAvailable_m(suction_bar: Double) -> Double {
    (suction_bar + Self.atmosphere_bar - Self.vapourPressure_bar(liquid_degC)) * Self.metresPerBar
  }

  /// Shaft power over that at the rated point: a radial wheel takes 46 % at no flow; scales with the cube of speed.
  public func shaftPower(flow q: Double, speed n: Double) -> Double { n * n * (0.46 * n + 0.54 * q) }

  /// Vapour pressure of water, bar absolute, after Antoine (coefficients of NIST, 1-100 degC).
  public static func vapourPressure_bar(_ temperature_degC: Double) -> Double {
    power(10, 8.07131 - 1730.63 / (233.426 + temperature_degC)) * 1.3332237e-3
  }
}

extension Hydraulics {
  /// Share of the head that vapour takes: 3 % where NPSH is just what the pump needs, a third at the most.
  public static func headLost(margin_m: Double) -> Double { min(0.03 * exponential(-margin_m / 0.6), 0.35) }
}
