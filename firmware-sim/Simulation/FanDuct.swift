// SPDX-License-Identifier: Apache-2.0

/// A fan between an inlet filter and a duct with a damper; flow, speed and pressures are shares of the rated ones.
public struct FanDuct: Sendable, Hashable {
  /// Flow at the rated point, m3/h.
  public var ratedFlow_m3h: Double
  /// Static pressure rise at the rated point, bar.
  public var ratedRise_bar: Double
  /// Share of the rated rise that the clean filter takes at rated flow.
  public var filterShare = 0.08

  /// A fan by its rated point.
  public init(ratedFlow_m3h: Double, ratedRise_bar: Double) {
    self.ratedFlow_m3h = ratedFlow_m3h
    self.ratedRise_bar = ratedRise_bar
  }

  /// What stands in the way of the air at one moment.
  public struct Condition: Sendable {
    /// How far the damper stands open.
    public var damper = 1.0
    /// 0...1 of the blades covered; of the filter blocked.
    public var fouling = 0.0
    public var filter = 0.0
    /// Density over that at 20 degC.
    public var density = 1.0
    public init() {}
  }

  /// Flow where fan and duct meet, in closed form: rise `rho (1.3 n2 - 0.3 q2)`, resistance `q2 (duct / damper2 + filter)`.
  public func flow(speed n: Double, _ c: Condition) -> Double {
    let (fan, drop) = (1.3 * (1 - 0.28 * c.fouling), 0.3 * (1 + 0.6 * c.fouling))
    return n * (fan / (drop + resistance(c))).squareRoot()
  }

  /// Of duct and filter, rated rise per rated flow squared, at the density of the air.
  private func resistance(_ c: Condition) -> Double {
    (1 - filterShare) / max(c.damper * c.damper, 1e-4) + filterShare * (1 + 9 * c.filter * c.filter)
  }

  /// Where fan and duct meet; `swing` in -1...1 is where the stalled flow is in its pulsation.
  func stream(speed n: Double, _ c: Condition, swing: Double) -> Stream {
    var result = Stream()
    (result.flow_m3h, result.suction_bar, result.discharge_bar, result.differential_bar) = (0, 0, 0, 0)
    guard n > 0.02 else { return result }
    let steady = flow(speed: n, c)
    // Blades stall below about half of the best flow, and the pressure falls as the flow goes back.
    let stall = 1 - smoothStep(steady / n, from: 0.28, to: 0.5)
    let q = steady * (1 - 0.12 * stall + 0.3 * stall * swing)
    let rise = c.density * steady * steady * resistance(c) * (1 - 0.15 * stall + 0.2 * stall * swing)
    let filter = c.density * filterShare * (1 + 9 * c.filter * c.filter) * q * q
    result.flow_m3h = q * ratedFlow_m3h
    result.suction_bar = -filter * ratedRise_bar
    result.differential_bar = filter * ratedRise_bar
    result.discharge_bar = (rise - filter) * ratedRise_bar
    result.power = 0.85 * c.density * n * n * (0.4 * n + 0.6 * q) * (1 + 0.04 * c.fouling)
    result.unrest.stall = stall
    return result
  }
}
