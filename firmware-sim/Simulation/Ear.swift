// SPDX-License-Identifier: Apache-2.0

/// How a force moves the bearing housings: its share in each direction, what is left of it elsewhere, and how its phase
/// turns between the places, in turns.
struct Pattern {
  var horizontal = 1.0
  var vertical = 0.8
  var axial = 0.3
  /// What the other end of the same shaft gets of it, and the neighbour across the coupling.
  var far = 0.65
  var across = 0.3
  /// Vertical behind horizontal: a quarter turn for a force that rotates, none for one that swings.
  var lag = 0.25
  /// Between the ends, and across the coupling.
  var farRadialTurn = 0.0
  var farAxialTurn = 0.0
  var acrossTurn = 0.0

  /// A force that turns with the shaft.
  static let rotating = Pattern()
  /// A force that swings in one plane.
  static let swinging = Pattern(lag: 0)
  /// What electric fields pull at: the whole stator.
  static let magnetic = Pattern(horizontal: 0.9, vertical: 1, axial: 0.25, far: 0.9, across: 0.3, lag: 0)
}

/// What one channel hears at one moment, while it is put together.
///
/// Every line passes from its source to the channel through the machine's own structure: a gain and a phase that are
/// drawn once per machine, channel and frequency, wide at kilohertz and narrow at shaft speed, where a casing is still
/// stiff. Levels at the source scatter from run to run and wander over hours.
struct Ear {
  let spec: MachineSpec
  let state: MachineState
  let channel: Channel
  let faults: [FaultPlan]
  /// The machine's own seed.
  let base: UInt64
  var signature = Signature()
  /// A lightly damped mode of the support that this channel's direction moves in.
  private var support: Support?

  init(_ spec: MachineSpec, _ state: MachineState, _ channel: Channel, _ faults: [FaultPlan], seed: UInt64) {
    self.spec = spec
    self.state = state
    self.channel = channel
    self.faults = faults
    base = seed
    support = Support(spec, state, channel, faults, seed: seed)
  }

  /// Share of rated speed squared: how forces of mass grow.
  var n2: Double { state.speed * state.speed }
  /// Shaft speed, Hz.
  var f: Double { state.rotation_Hz }
  /// Twice the electrical frequency, Hz.
  var twiceLine: Double { 2 * state.supply_Hz }
  /// The motor's shaft speed, Hz.
  var motor: Double { state.rotation_Hz / spec.shaftRatio }
  /// Poles times slip frequency, Hz.
  var polePass: Double { Double(spec.poles) * (2 * state.supply_Hz / Double(spec.poles) - motor) }

  /// A property of this machine, uniform from `low` to `high`, that does not change.
  func trait(_ stream: UInt64, _ low: Double, _ high: Double) -> Double {
    low + (high - low) * chance(base, 20, stream)
  }

  /// A level at its source as it is now: wanders over hours, differs from run to run by `spread`.
  func unsteady(_ stream: UInt64, _ spread: Double = 0.03) -> Double {
    let run =
      chance(base, 20_000 &+ 2 &* stream, state.time_s.bitPattern)
      + chance(base, 20_001 &+ 2 &* stream, state.time_s.bitPattern)
    return max(0.05, 1 + 0.05 * drift(base, stream: 100 + stream, at: state.time_s, period_s: 9000))
      * (1 + spread * 2.4 * (run - 1))
  }

  /// What a pattern leaves at this channel.
  func share(_ pattern: Pattern, near: Channel.End = .drive) -> Double {
    let way =
      switch channel.way {
      case .horizontal: pattern.horizontal
      case .vertical: pattern.vertical
      case .axial: pattern.axial
      }
    if channel.end == near { return way }
    return way * (channel.end == .coupled || near == .coupled ? pattern.across : pattern.far)
  }

  /// A line that is fixed to the shaft: phases of all channels belong together, and turn with the shaft's.
  mutating func add(
    order: Double, _ velocity_mm_s: Double, _ pattern: Pattern = .rotating, near: Channel.End = .drive,
    stream: UInt64
  ) {
    let turn = chance(base, 3, state.time_s.bitPattern)
    add(order * f, velocity_mm_s, pattern, near: near, stream: stream, turn: order * turn)
  }

  /// A line that runs free of the shaft, with a phase of its own from moment to moment.
  mutating func add(
    free frequency_Hz: Double, _ velocity_mm_s: Double, _ pattern: Pattern = .swinging,
    near: Channel.End = .drive, stream: UInt64
  ) {
    let turn = chance(base, 40_000 &+ stream, state.time_s.bitPattern)
    add(frequency_Hz, velocity_mm_s, pattern, near: near, stream: stream, turn: turn)
  }

  /// A carrier whose strength follows `modulation_Hz`: pairs of sidebands with the phases of one swelling, which the
  /// structure then favours or not. `depths` are amplitudes over the carrier's.
  mutating func add(
    modulated carrier_Hz: Double, acceleration_m_s2 level: Double, by modulation_Hz: Double, depths: [Double],
    _ pattern: Pattern, near: Channel.End = .drive, stream: UInt64
  ) {
    let carrier = chance(base, 3, state.time_s.bitPattern) * carrier_Hz / max(f, 1e-9)
    let swing = chance(base, 60_000 &+ stream, state.time_s.bitPattern)
    let velocity = level / (2 * .pi * carrier_Hz) * 1000
    add(carrier_Hz, velocity, pattern, near: near, stream: stream, turn: carrier)
    for (k, depth) in depths.enumerated() {
      for side in [-1.0, 1] {
        let away = side * Double(k + 1)
        let frequency = carrier_Hz + away * modulation_Hz
        guard frequency > 0 else { continue }
        add(
          frequency, velocity * depth * frequency / carrier_Hz, pattern, near: near, stream: stream,
          turn: carrier + away * swing)
      }
    }
  }

  private mutating func add(
    _ frequency_Hz: Double, _ velocity_mm_s: Double, _ pattern: Pattern, near: Channel.End, stream: UInt64,
    turn: Double
  ) {
    guard velocity_mm_s > 0, frequency_Hz > 0 else { return }
    var phase = turn + chance(base, 4, stream)
    if channel.way == .vertical { phase += pattern.lag }
    if channel.end != near {
      phase +=
        channel.end == .coupled || near == .coupled
        ? pattern.acrossTurn : channel.way == .axial ? pattern.farAxialTurn : pattern.farRadialTurn
    }
    // Housings differ by some ten degrees.
    phase += 0.06 * (chance(base, 80_000 &+ stream, channel.stream) - 0.5)
    let way = support?.answer(frequency_Hz) ?? (gain: 1, turn: 0)
    signature.add(
      Line(
        frequency_Hz,
        velocity_mm_s: velocity_mm_s * share(pattern, near: near) * transfer(frequency_Hz) * way.gain,
        phase: 2 * .pi * (phase + way.turn)))
  }

  /// The structure's own gain from any source to this channel at a frequency: within 12 % at shaft speed, a factor of
  /// 1.6 both ways at kilohertz, smooth over a third of an octave.
  func transfer(_ frequency_Hz: Double) -> Double {
    let octaves = logarithm(max(frequency_Hz, 1)) / logarithm(2)
    let spread = 0.11 + 0.36 * smoothStep(octaves, from: 6, to: 10.5)
    return exponential(spread * drift(base, stream: 5000 &+ channel.stream, at: octaves, period_s: 0.4))
  }
}

/// One lightly damped mode of the machine on its support, in one direction, near running speed.
///
/// The answer of a structure to a force through a mode with a share g of the moved mass is
/// 1 + g r^2 / (1 - r^2 + 2 i zeta r), r the forcing over the natural frequency (Ewins, Modal Testing, 2000, ch. 2).
struct Support {
  let natural_Hz: Double
  private let damping = 0.035
  private let massShare = 0.6

  /// Nil unless the machine has come near a resonance in this channel's direction.
  init?(_ spec: MachineSpec, _ state: MachineState, _ channel: Channel, _ faults: [FaultPlan], seed: UInt64) {
    guard let (severity, way) = Self.fault(faults, at: state.time_s, seed: seed), channel.way == way else {
      return nil
    }
    // What was tuned a third above running speed sinks towards it as stiffness is lost.
    natural_Hz = spec.ratedSpeed_rpm / 60 * (1 + 0.3 * (1 - severity))
  }

  private static func fault(_ faults: [FaultPlan], at t: Double, seed: UInt64) -> (Double, Channel.Way)? {
    var worst: (Double, Channel.Way)?
    for plan in faults where plan.kind == .resonance && plan.severity(at: t) > worst?.0 ?? 0 {
      let way =
        plan.place.flatMap(Channel.init)?.way
        ?? (chance(seed, 26) < 0.65 ? Channel.Way.horizontal : .vertical)
      worst = (plan.severity(at: t), way)
    }
    return worst
  }

  /// Gain and phase, turns, at a forcing frequency.
  func answer(_ frequency_Hz: Double) -> (gain: Double, turn: Double) {
    let r = frequency_Hz / natural_Hz
    let (real, imaginary) = (1 - r * r, 2 * damping * r)
    let size = massShare * r * r / (real * real + imaginary * imaginary)
    let (along, across) = (1 + size * real, -size * imaginary)
    return ((along * along + across * across).squareRoot(), arctangent(across, along) / (2 * .pi))
  }
}
