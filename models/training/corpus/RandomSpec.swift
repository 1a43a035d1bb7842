// SPDX-License-Identifier: Apache-2.0

import Glibc
import Simulation

/// SplitMix64, enough for drawing machines.
struct Draw: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func uniform(_ low: Double, _ high: Double) -> Double { .random(in: low..<high, using: &self) }
  /// Uniform in the logarithm: a factor from `1 / spread` to `spread`.
  mutating func factor(_ spread: Double) -> Double { exp(uniform(-log(spread), log(spread))) }
}

extension MachineSpec {
  /// A machine of a random kind whose levels, resonance, speed, sensor and day plan are drawn around a preset.
  static func random(_ id: String, _ draw: inout Draw) -> MachineSpec {
    let plan = OperatingPlan.random(&draw)
    var spec: MachineSpec
    switch draw.next() % 4 {
    case 0: spec = .pump(id, plan: plan)
    case 1: spec = .fan(id, plan: plan)
    case 2: spec = .motor(id, plan: plan)
    default: spec = .gearbox(id, plan: plan)
    }
    let speeds = [740.0, 985, 1480, 1480, 2955]
    if spec.gear == nil, let poles = [740.0: 8, 985: 6, 1480: 4, 2955: 2][speeds[Int(draw.next() % 5)]] {
      spec.poles = poles
      spec.ratedSpeed_rpm = [8: 740.0, 6: 985, 4: 1480, 2: 2955][poles] ?? 1480
    }
    spec.vibration.orders_mm_s = spec.vibration.orders_mm_s.map { $0 * draw.factor(2.5) }
    spec.vibration.vanePass_mm_s *= draw.factor(2.5)
    spec.vibration.twiceLine_mm_s *= draw.factor(2.5)
    spec.vibration.floor *= draw.factor(3)
    spec.vibration.resonanceNoise_m_s2 *= draw.factor(3)
    spec.vibration.resonance_Hz *= draw.factor(1.4)
    spec.vibration.decay_s *= draw.factor(1.5)
    if spec.vanes != nil { spec.vanes = 4 + Int(draw.next() % 9) }
    spec.driveEnd = draw.next() % 2 == 0 ? .skf6205 : .skf6203
    spec.sensor.noise *= draw.factor(4)
    let sensors: [(rate: Double, count: Int)] = [
      (12_800, 16_384), (12_800, 8192), (25_600, 16_384), (6400, 8192),
    ]
    (spec.sensor.sampleRate_Hz, spec.sensor.captureLength) = sensors[Int(draw.next() % 4)]
    return spec
  }
}

extension OperatingPlan {
  /// One to three shifts, each at its own speed and load.
  static func random(_ draw: inout Draw) -> OperatingPlan {
    let hours = [[0.0], [0, 12], [0, 6, 15]][Int(draw.next() % 3)]
    return OperatingPlan(
      hours.map { Period(hour: $0, speed: draw.uniform(0.65, 1), load: draw.uniform(0.45, 0.95)) },
      stopEveryDays: Int(draw.next() % 4))
  }
}
