// SPDX-License-Identifier: Apache-2.0

extension Hydraulics {
  /// What wears or blocks the pump at one moment.
  public struct Condition: Sendable {
    /// How far the discharge valve stands open.
    public var valve = 1.0
    /// 0...1 of the strainer's mesh lost, of the suction level lost, of the wheel worn, of the wear ring worn.
    public var strainer = 0.0
    public var starving = 0.0
    public var wear = 0.0
    public var leakage = 0.0
    /// Share of the volume that is gas.
    public var gas = 0.0
    /// 0...1 of the prime lost.
    public var dry = 0.0
    /// Density over that of water.
    public var density = 1.0

    /// A sound pump with water.
    public init(valve: Double = 1) { self.valve = valve }

    /// Share of the head that is left. A pump gives up at 8-12 % of gas by volume (Guelich, Centrifugal Pumps, ch. 13).
    var filled: Double {
      max(0, 1 - 2.5 * gas - 12 * gas * gas) * (1 - 0.98 * dry * dry.squareRoot())
    }
    var weight: Double { density * (1 - gas) }
  }

  /// Where pump and pipe meet.
  public struct OperatingPoint: Sendable {
    /// Through the pipe, and through the wheel with what the wear ring lets back; shares of the rated flow.
    public var flow = 0.0
    public var inside = 0.0
    public var rise_bar = 0.0
    public var suction_bar = 0.0
    /// NPSH that is there less what the pump needs.
    public var margin_m = 0.0
  }

  /// Where pump and pipe meet at speed `n`, by bisection of what the pump gives less what strainer and pipe take.
  public func operatingPoint(speed n: Double, _ c: Condition) -> OperatingPoint {
    let tank = tank_bar(c)
    let mesh = mesh_bar(c)
    let valve = max(c.valve, 1e-4)
    func point(_ inside: Double) -> OperatingPoint {
      var point = OperatingPoint(inside: inside)
      point.margin_m =
        npshAvailable_m(suction_bar: tank - mesh * inside * inside)
        - npshRequired_m(flow: inside, speed: n)
      let head =
        ratedRise_bar * (1.2 * n * n * (1 - 0.22 * c.wear) - 0.2 * inside * inside * (1 + c.wear))
      point.rise_bar = max(0, head) * c.filled * c.weight * (1 - Self.headLost(margin_m: point.margin_m))
      point.flow = max(0, inside - 0.3 * c.leakage * (point.rise_bar / ratedRise_bar).squareRoot())
      point.suction_bar = tank - mesh * point.flow * point.flow
      return point
    }
    var low = 0.0
    var high = 2.5 * n
    for _ in 0..<40 {
      let middle = point((low + high) / 2)
      let excess =
        middle.suction_bar + middle.rise_bar - pipe_bar(flow: middle.flow, valve: valve)
      if excess > 0 { low = middle.inside } else { high = middle.inside }
    }
    return point((low + high) / 2)
  }

  /// A starving suction: the level falls until little is left above vapour pressure.
  private func tank_bar(_ c: Condition) -> Double {
    let left = 1 - c.starving
    return tank_bar - (1 - left * left * left) * (tank_bar + 0.75)
  }

  /// Drop over the strainer at rated flow.
  private func mesh_bar(_ c: Condition) -> Double { strainer_bar * (1 + 24 * c.strainer * c.strainer) }

  /// What the instruments and the casing see at speed `n`; `ratedPower_kW` is the motor's.
  func stream(speed n: Double, _ c: Condition, ratedPower_kW: Double) -> Stream {
    var result = Stream()
    guard n > 0.02 else {
      result.flow_m3h = 0
      result.differential_bar = 0
      result.suction_bar = tank_bar(c)
      result.discharge_bar = max(static_bar, result.suction_bar)
      return result
    }
    let point = operatingPoint(speed: n, c)
    let flow_m3s = point.flow * ratedFlow_m3h / 3600
    result.flow_m3h = point.flow * ratedFlow_m3h
    result.differential_bar = mesh_bar(c) * point.flow * point.flow
    result.suction_bar = point.suction_bar
    result.discharge_bar = point.suction_bar + point.rise_bar
    // At the rated point a pump takes 85 % of its motor.
    result.power =
      0.85 * shaftPower(flow: point.inside, speed: n) * c.weight * (1 - 0.15 * c.wear)
      * (0.15 + 0.85 * c.filled)
    result.lostHeat_kW = max(0, result.power * ratedPower_kW - flow_m3s * point.rise_bar * 100)
    result.capacity_kW_K = flow_m3s * Self.density * 4.18
    let x = point.inside / n
    let needed = npshRequired_m
    result.unrest.cavitation =
      (1 - smoothStep(point.margin_m, from: -0.5 * needed, to: 1.5 * needed)) * (1 - c.dry)
    result.unrest.recirculation =
      max(1 - smoothStep(x, from: 0.2, to: 0.55), smoothStep(x, from: 1.12, to: 1.45)) * (1 - c.dry)
    result.unrest.gas = min(1, c.gas / 0.1)
    result.unrest.dry = c.dry
    return result
  }
}
