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
    power(10, 8.07131 - 1730.63 / (233.426 + temperature_degC)) * 1.33322e-3
  }
}

extension Hydraulics {
  /// What wears or blocks the pump at one moment.
  struct Condition {
    /// How far the discharge valve stands open.
    var valve = 1.0
    /// 0...1 of the strainer's mesh lost, of the suction level lost, of the wheel worn, of the wear ring worn.
    var strainer = 0.0
    var starving = 0.0
    var wear = 0.0
    var leakage = 0.0
    /// Share of the volume that is gas.
    var gas = 0.0
    /// 0...1 of the prime lost.
    var dry = 0.0
    /// Density over that of water.
    var density = 1.0
  }

  /// Where pump and pipe meet at speed `n`, in this condition; `ratedPower_kW` is the motor's.
  func stream(speed n: Double, _ c: Condition, ratedPower_kW: Double) -> Stream {
    // A starving suction: the level falls until little is left above vapour pressure.
    let left = 1 - c.starving
    let tank = tank_bar - (1 - left * left * left) * (tank_bar + 0.62)
    var result = Stream()
    result.differential_bar = 0
    guard n > 0.02 else {
      (result.flow_m3h, result.suction_bar, result.discharge_bar) = (0, tank, max(static_bar, tank))
      return result
    }
    let mesh = strainer_bar * (1 + 24 * c.strainer * c.strainer)
    let valve = max(c.valve, 1e-4)
    // A pump gives up its head at 8-12 % of gas by volume (Gülich, Centrifugal Pumps, ch. 13).
    let filled = max(0, 1 - 2.5 * c.gas - 12 * c.gas * c.gas) * (1 - 0.98 * c.dry * c.dry.squareRoot())
    let weight = c.density * (1 - c.gas)
    // Water that the wear ring lets back makes the wheel move more than the pipe gets.
    func delivered(_ q: Double, _ rise: Double) -> Double {
      max(0, q - 0.3 * c.leakage * max(rise / ratedRise_bar, 0).squareRoot())
    }
    func margin_m(_ q: Double) -> Double {
      npshAvailable_m(suction_bar: tank - mesh * q * q) - npshRequired_m(flow: q, speed: n)
    }
    func rise(_ q: Double) -> Double {
      let worn =
        ratedRise_bar * (1.2 * n * n * (1 - 0.22 * c.wear) - 0.2 * q * q * (1 + c.wear))
      return max(0, worn) * filled * weight * (1 - Self.headLost(margin_m: margin_m(q)))
    }
    func excess(_ q: Double) -> Double {
      let rise = rise(q)
      let out = delivered(q, rise)
      return rise + tank - mesh * out * out - pipe_bar(flow: out, valve: valve)
    }
    var low = 0.0
    var high = 2.5 * n
    for _ in 0..<36 {
      let middle = (low + high) / 2
      if excess(middle) > 0 { low = middle } else { high = middle }
    }
    let inside = (low + high) / 2
    let gain = rise(inside)
    let q = delivered(inside, gain)
    result.flow_m3h = q * ratedFlow_m3h
    result.differential_bar = mesh * q * q
    result.suction_bar = tank - mesh * q * q
    result.discharge_bar = result.suction_bar + gain
    // At the rated point a pump takes 85 % of its motor.
    result.power =
      0.85 * shaftPower(flow: inside, speed: n) * weight * (1 - 0.15 * c.wear) * (0.15 + 0.85 * filled)
    let useful_kW = q * ratedFlow_m3h / 3600 * gain * 100
    result.lostHeat_kW = max(0, result.power * ratedPower_kW - useful_kW)
    result.capacity_kW_K = q * ratedFlow_m3h / 3600 * Self.density * 4.18
    let x = inside / n
    result.unrest.cavitation =
      (1 - smoothStep(margin_m(inside), from: -0.5 * npshRequired_m, to: 1.5 * npshRequired_m)) * (1 - c.dry)
    result.unrest.recirculation =
      max(1 - smoothStep(x, from: 0.2, to: 0.55), smoothStep(x, from: 1.12, to: 1.45)) * (1 - c.dry)
    result.unrest.gas = min(1, c.gas / 0.1)
    result.unrest.dry = c.dry
    return result
  }

  /// Share of the head that vapour takes: 3 % where NPSH is just what the pump needs, a third at the most.
  static func headLost(margin_m: Double) -> Double { min(0.03 * exponential(-margin_m / 0.6), 0.35) }
}
