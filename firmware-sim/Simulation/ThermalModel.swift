// SPDX-License-Identifier: Apache-2.0

/// How a machine and the air around it warm: every temperature follows its goal with a time constant.
public struct ThermalModel: Sendable, Hashable {
  /// Mean of the ambient temperature over a year, degC.
  public var ambientMean_degC: Double
  /// Half the difference between afternoon and early morning, K.
  public var ambientSwing_K: Double
  /// Half the difference between July and January, K; indoors a few kelvin. Time 0 is the first of January.
  public var ambientSeason_K = 0.0
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

  /// Coldest at 03:00 and in the middle of January, and weather of a few kelvin over days.
  func ambient(at t: Double, seed: UInt64) -> Double {
    let day = sine(2 * .pi * (t / OperatingPlan.day_s - 0.375))
    let season = -cosine(2 * .pi * (t / OperatingPlan.day_s - 15) / 365.25)
    return ambientMean_degC + ambientSwing_K * day + ambientSeason_K * season
      + 2 * drift(seed, stream: 0xA3B, at: t, period_s: 100_000)
  }
}

/// The bodies of a machine that have a temperature of their own.
enum ThermalBody: Int {
  case bearing, winding, seal, oil, coupling, liquid, discharge, valve, vent
}

/// One number for each body: temperatures in degC, or time constants in seconds.
struct ThermalState: Sendable {
  private var values = SIMD16<Double>(repeating: .nan)

  init() {}

  subscript(body: ThermalBody) -> Double {
    get { values[body.rawValue] }
    set { values[body.rawValue] = newValue }
  }

  /// One exact first-order step towards `goal` with time constants `lag`; a body without either stays NaN.
  mutating func advance(to goal: ThermalState, lag: ThermalState, step_s: Double) {
    for i in 0..<9 where !goal.values[i].isNaN {
      let share = 1 - exponential(-step_s / lag.values[i])
      values[i] = values[i].isNaN ? goal.values[i] : values[i] + (goal.values[i] - values[i]) * share
    }
  }
}

extension MachineSpec {
  /// Where the temperatures are heading, degC, and how fast, seconds.
  func equilibrium(_ state: MachineState, seed: UInt64) -> (goal: ThermalState, lag: ThermalState) {
    let burden = state.burden
    let ambient = thermal.ambient(at: state.time_s, seed: seed)
    let isOn = state.isOn
    var goal = ThermalState()
    var lag = ThermalState()
    func set(_ body: ThermalBody, _ goal_degC: Double, _ lag_s: Double) {
      goal[body] = isOn ? goal_degC : ambient
      lag[body] = lag_s
    }
    let current = state.current_A / ratedCurrent_A
    // Flow that turns back pushes the shaft aside.
    let friction = 1 + burden.friction + 0.12 * (state.stream?.unrest.recirculation ?? 0)
    set(
      .bearing,
      ambient + thermal.bearingRise_K * (0.35 * state.speed + 0.65 * state.speed * state.load) * friction
        * (1 + 0.3 * burden.cooling), thermal.bearingTime_s)
    set(
      .winding,
      ambient + thermal.windingRise_K * current * current * (1 + burden.winding) * (1 + 0.9 * burden.cooling),
      thermal.windingTime_s)
    if process.hasCoupling {
      set(.coupling, ambient + 9 * state.speed * (0.4 + 0.6 * state.load) + burden.coupling_K, 900)
    }
    if let oil = process.oil {
      let rise = oil.rise_K * state.speed * (0.4 + 0.6 * state.load) * (1 + burden.oilFriction)
      set(.oil, ambient + rise * (1 + 0.3 * burden.cooling), 2400)
    }
    guard let stream = state.stream else { return (goal, lag) }
    if !stream.discharge_degC.isNaN { set(.discharge, stream.discharge_degC, 420) }
    if !stream.oil_degC.isNaN { set(.oil, stream.oil_degC, 600) }
    if !stream.valve_degC.isNaN { set(.valve, stream.valve_degC, 600) }
    if !stream.vent_degC.isNaN { set(.vent, stream.vent_degC, 500) }
    if let hydraulics { heatLiquid(hydraulics, stream, ambient, &goal, &lag) }
    if let seal = process.seal {
      let liquid = goal[.liquid]
      set(.seal, liquid + seal.rise_K * state.speed + burden.seal_K + 75 * stream.unrest.dry, 360)
    }
    return (goal, lag)
  }

  /// Heat balance of the liquid in the casing: losses in; out with the liquid that passes and through the wall.
  ///
  /// `C dT/dt = loss - m c (T - T_in) - UA (T - T_ambient)`, so goal and time constant follow in closed form. A
  /// casing of a motor's size holds 2.7 kJ/K per kW and passes 3.3 W/K per kW.
  private func heatLiquid(
    _ hydraulics: Hydraulics, _ stream: Stream, _ ambient: Double, _ goal: inout ThermalState,
    _ lag: inout ThermalState
  ) {
    let wall = 0.0033 * ratedPower_kW
    let out = stream.capacity_kW_K + wall
    let heat =
      stream.lostHeat_kW + stream.capacity_kW_K * hydraulics.liquid_degC + wall * ambient
    // Water boils and lifts the relief valve before it is hotter than this.
    goal[.liquid] = min(heat / out, 165)
    lag[.liquid] = max(2.7 * ratedPower_kW / out, 60)
  }
}
