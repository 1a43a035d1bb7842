// SPDX-License-Identifier: Apache-2.0

/// A centrifugal pump between a suction tank and a pipe: head curve with affinity laws, system curve,
/// strainer, NPSH margin. Pressures are gauge, bar.
public struct Hydraulics: Sendable, Hashable {
  /// Flow at the rated point, m3/h.
  public var ratedFlow_m3h: Double
  /// Pressure rise at the rated point, bar.
  public var ratedRise_bar: Double
  /// Pressure at the strainer's inlet, bar.
  public var tank_bar: Double
  /// Back pressure of the pipe at no flow, bar.
  public var static_bar: Double
  /// NPSH that the pump needs at the rated point, m.
  public var npshRequired_m: Double

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

  /// What the pump does at one moment.
  struct State {
    var flow_m3h = 0.0
    var suction_bar = 0.0
    var discharge_bar = 0.0
    /// 0 none, 1 full.
    var cavitation = 0.0
    /// Share of rated hydraulic power.
    var power = 0.0
  }

  /// - Parameters: speed and valve as shares of rated; severities of the two hydraulic faults.
  func state(speed: Double, valve: Double, cavitationFault: Double, strainerFault: Double) -> State {
    // The rated point lies at 1/1.2 of the shut-off rise; losses at rated flow: strainer 0.08 bar, and the
    // rest of what the pump gives is the pipe's.
    let shutOff = 1.2 * ratedRise_bar * speed * speed
    let curve = 0.2 * ratedRise_bar
    let strainer = 0.08 * (1 + 20 * strainerFault * strainerFault)
    // A starving suction: the level falls until little is left above vapour pressure.
    let left = 1 - cavitationFault
    let tank = tank_bar - (1 - left * left * left) * (tank_bar + 0.62)
    let pipe = (ratedRise_bar + tank_bar - 0.08 - static_bar) / max(valve * valve, 0.01)
    let driving = shutOff + tank - static_bar
    guard driving > 0, speed > 0.02 else {
      return State(suction_bar: tank, discharge_bar: max(static_bar, tank))
    }
    let q2 = driving / (curve + strainer + pipe)
    let suction = tank - strainer * q2
    let available_m = (suction + 1.013 - 0.03) * 10.2
    let required_m = npshRequired_m * speed * speed * (0.4 + 0.6 * q2)
    let cavitation = 1 - smoothStep(available_m - required_m, from: 0.3, to: 3.5)
    let rise = (shutOff - curve * q2) * (1 - 0.12 * cavitation)
    let q = q2.squareRoot() * (1 - 0.06 * cavitation)
    return State(
      flow_m3h: q * ratedFlow_m3h, suction_bar: suction, discharge_bar: suction + rise,
      cavitation: cavitation, power: q * rise / ratedRise_bar)
  }
}
