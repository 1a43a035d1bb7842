// SPDX-License-Identifier: Apache-2.0

/// A machine that can be asked, at any moment of its own time axis, what its sensors would give.
///
/// ```swift
/// var pump = SimulatedMachine(.pump("P-101"), seed: 1)
/// pump.faults = [FaultPlan(.bearingOuterRace, onset_s: 3600, growth_s: 7200)]
/// let slow = pump.scalars(at: 5000)                    // slow[.bearingTemperature], degC
/// let fast = pump.waveform(                            // m/s2
///   at: 5000, channel: .driveEndHorizontal, sampleRate_Hz: 12_800, count: 16_384)
/// ```
/// Time is in seconds; midnight is at multiples of 86 400. The same spec, seed, faults and times give the
/// same numbers, bit for bit. Only temperatures and held values are carried from call to call; everything
/// else is a function of time, so calls may lie minutes or days apart. Asking for a time before the last one
/// starts the temperatures anew.
public struct SimulatedMachine: Sendable {
  /// What the machine is.
  public let spec: MachineSpec
  /// What goes wrong and when; may be changed at any time.
  public var faults: [FaultPlan] = []
  let seed: UInt64
  private var thermal: (time_s: Double, state: ThermalState)?
  var held: MachineScalars?

  /// A healthy machine.
  public init(_ spec: MachineSpec, seed: UInt64) {
    self.spec = spec
    // Two machines of one scenario differ although they share its seed.
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in spec.id.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    self.seed = Simulation.seed(seed, hash)
  }

  /// All slow measurements at time `t`, seconds.
  public mutating func scalars(at t: Double) -> MachineScalars {
    let state = spec.state(at: t, faults: faults, seed: seed)
    let temperature = advance(to: t, state)
    var result = MachineScalars(
      isOn: state.isOn,
      hasSensorFault: faults.contains { $0.kind.isSensorFault && $0.severity(at: t) > 0 })
    result[.speed] = state.rotation_Hz * 60
    result[.load] = state.load * 100
    result[.ambientTemperature] = spec.thermal.ambient(at: t, seed: seed)
    result[.current] = state.current_A
    result[.power] = state.power * spec.ratedPower_kW
    if state.isOn {
      result[.currentImbalance] = spec.process.currentImbalance_pct + state.burden.imbalance_pct
    }
    let heard = spec.signature(state, channel: .driveEndHorizontal, faults: faults, seed: seed)
    result[.velocityRMS] = heard.velocity_mm_s
    result[.accelerationRMS] = heard.acceleration_m_s2(bandwidth_Hz: 5000)
    fill(&result, state, temperature)
    measure(&result, at: t, cavitation: state.stream?.unrest.cavitation ?? 0)
    return result
  }

  /// One capture of `count` samples in m/s2 that begins at time `t`, as a 16-bit sensor would give it; empty while the
  /// sensor gives no data.
  public mutating func waveform(at t: Double, channel: Channel, sampleRate_Hz: Double, count: Int) -> [Float]
  {
    if faults.contains(where: { $0.kind == .sensorNoData && $0.covers(channel) && $0.severity(at: t) > 0 }) {
      return []
    }
    let state = spec.state(at: t, faults: faults, seed: seed)
    let heard = spec.signature(state, channel: channel, faults: faults, seed: seed)
    let own = Simulation.seed(
      seed, 6, UInt64(channel.rawValue.utf8.reduce(0) { $0 &* 31 + Int($1) }), t.bitPattern)
    var samples = heard.samples(count: count, rate_Hz: sampleRate_Hz, seed: own)
    spoil(&samples, channel: channel, at: t, rate_Hz: sampleRate_Hz, seed: own)
    quantise(&samples)
    return samples
  }

  /// Shaft speed at time `t`, r/min, without a transmitter's noise.
  public func shaftSpeed_rpm(at t: Double) -> Double {
    spec.state(at: t, faults: faults, seed: seed).rotation_Hz * 60
  }

  /// Fault severities at time `t`, of faults that are present: the ground truth.
  public func truth(at t: Double) -> [(fault: FaultKind, severity: Double)] {
    faults.compactMap { plan in
      let severity = plan.severity(at: t)
      return severity > 0 ? (plan.kind, severity) : nil
    }
  }

  /// Temperatures at `t`, advanced in steps of at most two minutes, each an exact first-order step.
  private mutating func advance(to t: Double, _ last: MachineState) -> ThermalState {
    let warmUp_s = 7200.0
    if thermal.map({ $0.time_s > t || t - $0.time_s > 10 * OperatingPlan.day_s }) ?? true {
      let then = spec.state(at: t - warmUp_s, faults: faults, seed: seed)
      thermal = (t - warmUp_s, spec.equilibrium(then, seed: seed).goal)
    }
    guard var (time, temperature) = thermal else { return ThermalState() }
    while time < t {
      let step = min(120, t - time)
      time = step < 120 ? t : time + step
      let state = time == t ? last : spec.state(at: time, faults: faults, seed: seed)
      let (goal, lag) = spec.equilibrium(state, seed: seed)
      temperature.advance(to: goal, lag: lag, step_s: step)
    }
    thermal = (t, temperature)
    return temperature
  }

  private func quantise(_ samples: inout [Float]) {
    let scale = Float(spec.sensor.scale)
    let rail = Float(SensorSpec.counts)
    for i in samples.indices {
      samples[i] = min(max((samples[i] / scale).rounded(), -rail), rail) * scale
    }
  }

  /// What a faulty accelerometer makes of the true signal.
  private func spoil(
    _ x: inout [Float], channel: Channel, at t: Double, rate_Hz: Double, seed own: UInt64
  ) {
    var random = Xoshiro(seed: Simulation.seed(own, 8))
    for plan in faults where plan.kind.isSensorFault && plan.covers(channel) {
      let severity = plan.severity(at: t)
      if severity > 0 { plan.kind.spoil(&x, severity, spec.sensor, rate_Hz: rate_Hz, random: &random) }
    }
  }
}
