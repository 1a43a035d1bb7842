// SPDX-License-Identifier: Apache-2.0

extension Xoshiro {
  mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }
  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    uniform(range.lowerBound, range.upperBound)
  }
  /// Uniform in the logarithm, from `1 / spread` to `spread`.
  mutating func factor(_ spread: Double) -> Double { power(spread, uniform(-1, 1)) }
  mutating func pick<T>(_ all: [T]) -> T { all[Int(next() % UInt64(all.count))] }
  mutating func happens(_ probability: Double) -> Bool { uniform() < probability }
}

extension MachineSpec {
  /// Another machine of this type, in good health: no two castings, foundations and halls are the same.
  ///
  /// Levels of vibration lie within a factor of 1.6 both ways, which keeps them in zones A and B of ISO 10816-3;
  /// temperature rises within 20 %; the hall is 15 to 29 degC warm with 2 to 6 K between day and night.
  public func individual(seed: UInt64) -> MachineSpec {
    var draw = Xoshiro(seed: Simulation.seed(seed, 0x1D1))
    var spec = self
    spec.vibration.orders_mm_s = vibration.orders_mm_s.map { $0 * draw.factor(1.6) }
    spec.vibration.vanePass_mm_s *= draw.factor(1.6)
    spec.vibration.lobePass_mm_s *= draw.factor(1.4)
    spec.vibration.twiceLine_mm_s *= draw.factor(1.6)
    spec.vibration.turbulence_mm_s *= draw.factor(1.5)
    spec.vibration.floor *= draw.factor(1.5)
    spec.vibration.resonanceNoise_m_s2 *= draw.factor(1.5)
    spec.vibration.resonance_Hz *= draw.factor(1.15)
    spec.thermal.ambientMean_degC = draw.uniform(17, 26)
    spec.thermal.ambientSwing_K = draw.uniform(2, 6)
    spec.thermal.ambientSeason_K = draw.uniform(2, 7)
    spec.thermal.bearingRise_K *= draw.factor(1.2)
    spec.thermal.windingRise_K *= draw.factor(1.12)
    spec.process.currentImbalance_pct = draw.uniform(0.4, 2.4)
    spec.process.seal?.rise_K *= draw.factor(1.25)
    spec.process.oil?.rise_K *= draw.factor(1.2)
    spec.process.oil?.pressure_bar *= draw.factor(1.1)
    spec.process.duct?.filterShare *= draw.factor(1.3)
    if let pump = hydraulics {
      spec.hydraulics?.strainer_bar = pump.strainer_bar * draw.factor(1.4)
      spec.hydraulics?.tank_bar = pump.tank_bar * draw.uniform(0.85, 1.2)
      spec.hydraulics?.static_bar = pump.static_bar * draw.uniform(0.6, 1.4)
      spec.hydraulics?.liquid_degC = draw.uniform(18, 45)
      spec.hydraulics?.npshRequired_m = pump.npshRequired_m * draw.uniform(0.9, 1.1)
    }
    return spec
  }
}

extension OperatingPlan {
  /// A day as plants run it: one to three shifts, by the hour of the change, each at its own speed and load, with
  /// scatter from day to day and, for two machines in three, a change of product every few hours. At the mains the
  /// speed is fixed.
  static func random(_ draw: inout Xoshiro, isInverter: Bool) -> OperatingPlan {
    let hours = draw.pick([[0.0], [0, 12], [0, 6, 14, 22], [0, 6, 18]])
    var plan = OperatingPlan(
      hours.map {
        Period(
          hour: $0 == 0 ? 0 : $0 + draw.uniform(-0.5, 0.5), speed: isInverter ? draw.uniform(0.75, 1) : 1,
          load: draw.uniform(0.68, 0.95))
      }, ramp_s: draw.uniform(20, 90), stopEveryDays: draw.pick([0, 0, 1, 2, 3]),
      stopHour: draw.uniform(1, 21), stop_s: draw.uniform(600, 5400))
    plan.scatter = draw.uniform(0.01, 0.06)
    if draw.happens(0.66) { plan.product_s = draw.uniform(3, 12) * 3600 }
    return plan
  }
}
