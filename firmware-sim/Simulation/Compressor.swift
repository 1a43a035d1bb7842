// SPDX-License-Identifier: Apache-2.0

/// A compressor of one of three types, and the air through it.
public enum Compressor: Sendable, Hashable {
  case reciprocating(ReciprocatingCompressor)
  case screw(ScrewCompressor)
  case centrifugal(CentrifugalCompressor)
}

/// Two stages with a cooler between them, on one crankshaft. Pressures are gauge, bar.
public struct ReciprocatingCompressor: Sendable, Hashable {
  /// Free air at rated speed, m3/h.
  public var ratedFlow_m3h: Double
  /// At the receiver, bar.
  public var discharge_bar: Double
  /// Clearance over swept volume, of both stages.
  public var clearance = 0.06
  /// Exponent of the compression, between isothermal 1 and isentropic 1.4.
  public var exponent = 1.32
  /// What the intercooler leaves above ambient, K.
  public var approach_K = 14.0

  /// A compressor by its rated point.
  public init(ratedFlow_m3h: Double, discharge_bar: Double) {
    self.ratedFlow_m3h = ratedFlow_m3h
    self.discharge_bar = discharge_bar
  }

  /// What wears at one moment, 0...1.
  public struct Condition: Sendable {
    /// Valves of the first and second stage that leak; rings and packing.
    public var firstValve = 0.0
    public var secondValve = 0.0
    public var packing = 0.0
    public init() {}
  }

  /// Share of the swept volume that is drawn in at this pressure ratio: what the clearance holds expands first.
  public func volumetricEfficiency(ratio: Double) -> Double {
    1 - clearance * (power(ratio, 1 / exponent) - 1)
  }

  /// Absolute temperature ratio of a compression.
  public func temperatureRatio(_ ratio: Double) -> Double { power(ratio, (exponent - 1) / exponent) }

  /// Pressure between the stages, bar absolute, at which both take the same mass. The second cylinder is cut
  /// so that two sound stages share the ratio evenly.
  public func interstage_bar(inlet: Double, outlet: Double, _ c: Condition) -> Double {
    let even = (inlet * outlet).squareRoot()
    var (low, high) = (inlet, outlet)
    for _ in 0..<40 {
      let middle = (low + high) / 2
      let first = volumetricEfficiency(ratio: middle / inlet) * (1 - 0.35 * c.firstValve) * inlet
      let second =
        volumetricEfficiency(ratio: outlet / middle) * (1 - 0.35 * c.secondValve) * (1 - 0.15 * c.packing)
        * middle * inlet / even
      if first > second { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// What goes through at speed `n`, unloaded to `load`.
  func stream(speed n: Double, load: Double, ambient_degC: Double, _ c: Condition) -> Stream {
    var result = Stream()
    let inlet = 1.0
    let outlet = discharge_bar + 1.013
    result.suction_bar = inlet - 1.013
    result.discharge_bar = discharge_bar
    guard n > 0.02 else {
      (result.flow_m3h, result.interstage_bar, result.differential_bar) = (0, 0, 0)
      (result.discharge_degC, result.valve_degC, result.vent_degC) = (
        ambient_degC, ambient_degC, ambient_degC
      )
      return result
    }
    let middle = interstage_bar(inlet: inlet, outlet: outlet, c)
    let first = middle / inlet
    let second = outlet / middle
    let drawn =
      volumetricEfficiency(ratio: first) * (1 - 0.35 * c.firstValve) * (1 - 0.2 * c.packing)
      / volumetricEfficiency(ratio: (outlet / inlet).squareRoot())
    result.flow_m3h = ratedFlow_m3h * n * load * drawn
    result.interstage_bar = middle - 1.013
    // Gas that leaks back hot is compressed again.
    let between_K = ambient_degC + approach_K + 273.15
    let out_K = between_K * temperatureRatio(second) * (1 + 0.18 * c.secondValve + 0.04 * c.packing)
    result.discharge_degC = out_K - 273.15
    let warm_K = max(c.firstValve, c.secondValve)
    result.valve_degC = ambient_degC + 30 + 10 * load + 65 * warm_K
    result.vent_degC = ambient_degC + 14 + 6 * load + 55 * c.packing
    let even = 2 * (temperatureRatio((outlet / inlet).squareRoot()) - 1)
    let work = (temperatureRatio(first) - 1 + temperatureRatio(second) - 1) / even
    result.power = n * (0.14 + 0.71 * load * work * (1 + 0.08 * c.packing + 0.1 * warm_K))
    result.unrest.leak = warm_K
    result.differential_bar = 0.012 * n * n * load * load
    return result
  }
}

/// An oil-flooded screw with separator and thermostat.
public struct ScrewCompressor: Sendable, Hashable {
  /// Free air at rated speed, m3/h.
  public var ratedFlow_m3h: Double
  /// In the line, bar gauge.
  public var discharge_bar: Double
  /// Heat that the injected oil takes up at rated speed, kW/K over rated shaft power in kW.
  public var oilCapacity = 0.03
  /// Share of the way from oil to ambient that the clean cooler goes.
  public var coolerEffectiveness = 0.5
  /// The thermostat lets no colder oil into the screw, degC.
  public var thermostat_degC = 45.0

  /// A compressor by its rated point.
  public init(ratedFlow_m3h: Double, discharge_bar: Double) {
    self.ratedFlow_m3h = ratedFlow_m3h
    self.discharge_bar = discharge_bar
  }

  /// Temperature of air and oil behind the screw, degC, for a shaft power in shares of the rated one: the cooler
  /// gives off what the shaft brings in, unless the thermostat holds the oil. `fouling` 0...1 of the cooler.
  public func discharge_degC(power: Double, ambient_degC: Double, fouling: Double) -> Double {
    let rise_K = power / oilCapacity
    let effectiveness = coolerEffectiveness * (1 - 0.42 * fouling)
    return max(ambient_degC + rise_K / effectiveness, thermostat_degC + rise_K)
  }

  /// What goes through at speed `n`; 0...1 of cooler fouled, separator blocked, rotors in contact.
  func stream(
    speed n: Double, load: Double, ambient_degC: Double, fouling: Double, separator: Double, contact: Double
  ) -> Stream {
    var result = Stream()
    result.suction_bar = -0.01 * n * n
    result.discharge_bar = discharge_bar
    (result.flow_m3h, result.differential_bar) = (0, 0)
    (result.discharge_degC, result.oil_degC) = (ambient_degC, ambient_degC)
    guard n > 0.02 else { return result }
    let flow = n * load
    result.differential_bar = 0.25 * flow * flow * (1 + 5 * separator)
    let extra = result.differential_bar - 0.25 * flow * flow
    result.flow_m3h = ratedFlow_m3h * flow * (1 - 0.04 * extra) * (1 - 0.08 * contact)
    result.discharge_bar = discharge_bar - 0.5 * extra
    // Each bar before the separator costs 7 % of power.
    result.power = n * (0.25 + 0.6 * load) * (1 + 0.07 * extra) * (1 + 0.1 * contact)
    result.discharge_degC =
      discharge_degC(power: result.power, ambient_degC: ambient_degC, fouling: fouling) + 8 * contact
    result.oil_degC = result.discharge_degC - result.power / oilCapacity
    return result
  }
}

/// One stage without a cooler, its valve behind it. Flow and speed are shares of the rated ones.
public struct CentrifugalCompressor: Sendable, Hashable {
  /// Free air at the rated point, m3/h.
  public var ratedFlow_m3h: Double
  /// Pressure ratio at the rated point.
  public var ratedRatio: Double
  /// Polytropic efficiency.
  public var efficiency = 0.78

  static let isentropic = 0.2857  // (kappa - 1) / kappa of air

  /// A compressor by its rated point.
  public init(ratedFlow_m3h: Double, ratedRatio: Double) {
    self.ratedFlow_m3h = ratedFlow_m3h
    self.ratedRatio = ratedRatio
  }

  /// Rise of absolute temperature over inlet temperature for a pressure ratio.
  public func temperatureRise(ratio: Double) -> Double {
    power(ratio, Self.isentropic / efficiency) - 1
  }

  /// What goes through at speed `n` with the valve that far open; `swing` in -1...1 is the phase of a surge.
  func stream(speed n: Double, valve: Double, ambient_degC: Double, swing: Double) -> Stream {
    var result = Stream()
    (result.flow_m3h, result.suction_bar, result.discharge_bar, result.differential_bar) = (0, 0, 0, 0)
    result.discharge_degC = ambient_degC
    guard n > 0.02 else { return result }
    // Head 1.25 n2 - 0.25 q2 of the rated one meets a resistance of q2 / valve2.
    let steady = n * (1.25 / (0.25 + 1 / max(valve * valve, 1e-4))).squareRoot()
    let surge = 1 - smoothStep(steady / n, from: 0.3, to: 0.52)
    let q = max(0, steady * (1 - 0.1 * surge + 0.7 * surge * swing))
    let head = 1.25 * n * n - 0.25 * steady * steady
    let rated = temperatureRise(ratio: ratedRatio)
    let rise = rated * head * 293.15 / (ambient_degC + 273.15)
    let ratio = power(1 + rise, efficiency / Self.isentropic) * (1 - 0.05 * surge + 0.12 * surge * swing)
    result.flow_m3h = q * ratedFlow_m3h
    result.differential_bar = 0.012 * q * q
    result.suction_bar = -result.differential_bar
    result.discharge_bar = (1.013 + result.suction_bar) * max(ratio, 1) - 1.013
    // Gas that flows back is compressed twice.
    result.discharge_degC = ambient_degC + (ambient_degC + 273.15) * rise * (1 + 0.45 * surge)
    result.power = 0.85 * n * n * (0.35 * n + 0.65 * q)
    result.unrest.surge = surge
    return result
  }
}
