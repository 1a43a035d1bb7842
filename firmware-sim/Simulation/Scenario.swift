// SPDX-License-Identifier: Apache-2.0

/// One machine's story, with its truth: health first, then perhaps what goes wrong, and when it has failed.
///
/// ```swift
/// let story = Scenario.failure(.cavitation, seed: 4)       // the machine is drawn too
/// var pump = story.machine
/// for t in stride(from: story.begin_s, to: story.end_s, by: 60) { _ = pump.scalars(at: t) }
/// let lead = story.failure_s! - firstAlarm_s
/// ```
/// The same arguments give the same story.
public struct Scenario: Sendable {
  /// The machine, drawn around its preset.
  public var spec: MachineSpec
  /// The preset's name.
  public var preset: String
  /// Of the machine's noise and of everything that was drawn.
  public var seed: UInt64
  /// What goes wrong; empty in health but for sensors.
  public var faults: [FaultPlan] = []
  /// The truth about the machine, the cause first, then what it brought about. A consequence that follows from the
  /// physics alone, as cavitation does from a blocked strainer, stands here and not in `faults`.
  public var chain: [FaultKind] = []
  /// First and last moment, seconds; the year begins at zero.
  public var begin_s: Double
  public var end_s: Double
  /// When the cause begins.
  public var onset_s: Double?
  /// When the last of the chain has reached severity 1: the machine has failed.
  public var failure_s: Double?

  /// The machine with its faults, before the first question.
  public var machine: SimulatedMachine {
    var machine = SimulatedMachine(spec, seed: seed)
    machine.faults = faults
    return machine
  }

  /// A machine of this preset that begins its story on some day of the year; nil for a preset that is not known.
  init?(_ preset: String, seed: UInt64, _ draw: inout Xoshiro) {
    guard let type = MachineSpec.preset(preset, id: "\(preset)-\(seed)") else { return nil }
    self.preset = preset
    self.seed = seed
    spec = type.individual(seed: seed)
    spec.plan = .random(&draw, isInverter: spec.drive == .inverter)
    begin_s = draw.uniform(0, 350).rounded(.down) * OperatingPlan.day_s
    end_s = begin_s
  }
}

extension Scenario {
  /// One fault from its first trace to failure, after `healthy_s` and up to a day more in health.
  ///
  /// - Parameters:
  ///   - preset: a name of `MachineSpec.presets`, or nil to draw one that has the part.
  ///   - growth_s: in place of the fault's usual course.
  /// - Returns: nil when the machine cannot suffer the fault.
  public static func failure(
    _ fault: FaultKind, preset: String? = nil, seed: UInt64, healthy_s: Double = 3 * 86_400,
    growth_s: ClosedRange<Double>? = nil
  ) -> Scenario? {
    var draw = Xoshiro(seed: Simulation.seed(seed, 0xFA11, fault.stream))
    let able = MachineSpec.presets.filter { MachineSpec.preset($0, id: "")?.canSuffer(fault) == true }
    guard !able.isEmpty, var story = Scenario(preset ?? draw.pick(able), seed: seed, &draw),
      story.spec.canSuffer(fault)
    else { return nil }
    let onset = story.begin_s + healthy_s + draw.uniform(0, OperatingPlan.day_s)
    let growth = draw.uniform(growth_s ?? fault.course.growth_s)
    story.faults = [
      plan(fault, onset_s: onset, growth_s: growth, place: story.place(of: fault, &draw), &draw)
    ]
    if fault == .waterHammer { story.addStops(every_s: 6 * 3600, &draw) }
    story.chain = fault.isSensorFault ? [] : [fault]
    story.onset_s = onset
    story.failure_s = onset + growth
    // Heat that settles and products that go again take half a day to tell.
    story.end_s = onset + max(growth, 12 * 3600) + 2 * 3600
    return story
  }

  static func plan(
    _ fault: FaultKind, onset_s: Double, growth_s: Double, place: String? = nil, _ draw: inout Xoshiro
  ) -> FaultPlan {
    var plan = FaultPlan(fault, onset_s: onset_s, growth_s: growth_s, place: place)
    plan.law = fault.course.law
    if growth_s > 6 * 3600 {
      plan.ripple = draw.uniform(0, 0.12)
      plan.rippleSeed = draw.next()
    }
    return plan
  }

  /// Which bearing, stage or sensor: drawn, as in plants; one in four bearings is at the far end.
  func place(of fault: FaultKind, _ draw: inout Xoshiro) -> String? {
    switch fault {
    case .bearingEarlyDamage, .bearingOuterRace, .bearingInnerRace, .bearingRollingElement, .bearingCage,
      .bearingLateStage, .underLubrication, .overGreasing, .bearingFluting, .falseBrinelling:
      return draw.happens(0.25) ? "NDE" : nil
    case .offDesignFlow: return draw.happens(0.3) ? "high" : nil
    case .sensorStuck, .sensorBias, .sensorClipped, .sensorDropout, .sensorNoData:
      return draw.happens(0.5) ? "DE-H" : draw.pick(processInstruments).rawValue
    default: return nil
    }
  }

  /// What a site would have wired besides the vibration sensor and the drive.
  var processInstruments: [Scalar] {
    spec.instruments.filter {
      $0 != .velocityRMS && $0 != .accelerationRMS && $0 != .load && $0 != .speed
    }
  }

  mutating func addStops(every_s: Double, _ draw: inout Xoshiro) {
    var t = begin_s + draw.uniform(0, every_s)
    while t < begin_s + 30 * OperatingPlan.day_s {
      spec.plan.stops.append(OperatingPlan.Stop(begin_s: t, length_s: draw.uniform(600, 2400)))
      t += every_s * draw.uniform(0.6, 1.4)
    }
  }
}

extension FaultKind {
  /// A number of its own, for seeds.
  var stream: UInt64 { rawValue.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } }
}
