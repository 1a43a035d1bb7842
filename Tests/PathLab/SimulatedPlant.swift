// SPDX-License-Identifier: Apache-2.0

public import Agent
import Alert
public import Diagnose
public import Infer
public import Machine
public import Simulation
public import Store

/// One simulated machine in front of the product's own path, on a clock that runs as fast as the CPU allows.
///
/// Nothing is stubbed between the two but transport: waveforms and readings enter where acquisition would
/// deliver them.
public struct SimulatedPlant: ~Copyable {
  /// When and what the machine is asked.
  public struct Cadence: Sendable {
    /// Seconds between two waveforms of each channel.
    public var waveform_s = 600.0
    /// Seconds between two readings of each scalar.
    public var reading_s = 60.0
    public var channels: [Channel] = [.driveEndHorizontal, .driveEndAxial]
    public init() {}
  }

  private var source: SimulatedMachine
  private var path: PlantPath
  private let machine: Machine
  /// May be changed on the way.
  public var cadence: Cadence
  /// When people will grease it and say so, machine time, seconds.
  private var greasings: ArraySlice<Double>
  /// Machine time of the next readings, seconds.
  public private(set) var time_s: Double

  /// - Parameters:
  ///   - start_s: machine time of the first sample, seconds.
  public init(
    _ spec: MachineSpec, kind: MachineKind, seed: UInt64, faults: [FaultPlan] = [],
    cadence: Cadence = Cadence(),
    options: PlantPath.Options = PlantPath.Options(), detector: AnomalyDetector? = nil, start_s: Double = 0
  ) {
    var source = SimulatedMachine(spec, seed: seed)
    source.faults = faults
    self.init(source, kind: kind, cadence: cadence, options: options, detector: detector, start_s: start_s)
  }

  /// A machine that exists, like that of a scenario.
  public init(
    _ source: SimulatedMachine, kind: MachineKind, cadence: Cadence = Cadence(),
    options: PlantPath.Options = PlantPath.Options(), calibration: Calibration = .identity,
    detector: AnomalyDetector? = nil, classifier: (any FaultClassifier)? = nil,
    memory: [MachineID: Baseline] = [:], start_s: Double = 0
  ) {
    self.source = source
    machine = Machine(source.spec, kind: kind, channels: cadence.channels)
    path = PlantPath(
      plant: Plant(site: "lab", machines: [machine]), knowledge: shippedKnowledge, calibration: calibration,
      options: options, detector: detector, classifier: classifier, memory: memory)
    self.cadence = cadence
    greasings = source.spec.plan.greasings_s.filter { $0 >= start_s }.sorted()[...]
    time_s = start_s
  }

  /// Runs until machine time `end_s` and gives every transition of an alarm with the time it happened; `until`
  /// may end the run early.
  public mutating func run(
    to end_s: Double, until isDone: (AlarmTransition) -> Bool = { _ in false }
  ) -> [(time_s: Double, transition: AlarmTransition)] {
    var all: [(time_s: Double, transition: AlarmTransition)] = []
    while time_s < end_s {
      let now_s = time_s
      let batch = advance()
      all += batch.transitions.map { (now_s, $0) }
      if batch.transitions.contains(where: isDone) { break }
    }
    return all
  }

  /// One round of readings, with waveforms where they are due; then the clock moves on by `Cadence.reading_s`.
  public mutating func advance() -> StoreBatch {
    if let next = greasings.first, time_s >= next {
      note(.lubrication)
      greasings.removeFirst()
    }
    let batch = path.advance(samples(), at: stamp)
    time_s += cadence.reading_s
    return batch
  }

  /// What was learned so far.
  public var memory: [MachineID: Baseline] { path.memory }
  /// What the last judgement said, the best explanation first.
  public var findings: [Finding] { path.findings(of: machine.id) }
  /// Takes note of what people did at the machine at this moment.
  private mutating func note(_ kind: MaintenanceEvent.Kind) {
    path.note(MaintenanceEvent(kind: kind, machine: machine.id, time: stamp.wall))
  }

  /// Hands in a maintenance record now, as the daemon would.
  public mutating func take(_ record: MaintenanceRecord) -> (effect: RecordEffect, steps: [AlarmTransition]) {
    var batch = StoreBatch()
    let effect = path.take(record, at: stamp, into: &batch)
    return (effect, batch.transitions)
  }

  /// What is wrong with the machine from now on.
  public mutating func suffer(_ faults: [FaultPlan]) { source.faults = faults }

  /// The time on its wall clock.
  public var now: WallTime { stamp.received }
  /// Whether the path has learned what is normal in the present state.
  public var isLearned: Bool { path.isLearned(machine.id) == true }
  /// Whether anything is known of its slow signals, which takes a week to be learned.
  public var knowsSlowSignals: Bool {
    path.slowMemory[machine.id] != SlowDetector(machine).snapshot
  }
  /// Standing alarms.
  public var standing: [Alarm] { path.alarms.standing }

  private var stamp: Stamp {
    let time = Int64((time_s * 1e9).rounded())
    return Stamp(
      received: WallTime(nanoseconds: 1_767_225_600_000_000_000 + time),
      monotonic: MonotonicTime(nanoseconds: time))
  }

  private mutating func samples() -> [Sample] {
    let stamp = stamp
    let scalars = source.scalars(at: time_s)
    var samples: [Sample] = Scalar.allCases.compactMap { scalar in
      guard let point = machine.point(scalar.rawValue) else { return nil }
      let value = scalar.canonical(scalars[scalar])
      // Of a machine at rest some transmitters have nothing to say.
      if value.isNaN, !scalars.isOn, !scalars.hasSensorFault { return nil }
      return .reading(
        Reading(
          point: point.id, quantity: point.quantity, value: value.isNaN ? nil : value, stamp: stamp,
          quality: value.isNaN ? .bad(SensorDefect(.invalidMark, "the sensor says NaN")) : .good))
    }
    guard time_s.truncatingRemainder(dividingBy: cadence.waveform_s) < cadence.reading_s else {
      return samples
    }
    for channel in cadence.channels {
      let capture = source.capture(at: time_s, channel: channel)
      // A sensor that sends nothing sends no waveform either.
      if capture.samples.isEmpty { continue }
      samples.append(
        .waveform(
          Waveform(
            point: PointID(machine.id, channel.rawValue), sampleRate_Hz: capture.sampleRate_Hz,
            samples: capture.samples, fullScale: Float(capture.fullScale_m_s2), speed_rpm: capture.speed_rpm,
            stamp: stamp)))
    }
    return samples
  }
}

extension Machine {
  /// What a site file would say of a simulated machine.
  public init(_ spec: MachineSpec, kind: MachineKind, channels: [Channel]) {
    let id = MachineID(spec.id)
    func bearing(_ name: String, _ bearing: RollingBearing) -> Bearing {
      Bearing(
        name: name, designation: bearing.designation, rollingElements: bearing.elements,
        elementDiameter_mm: bearing.ratio * 100, pitchDiameter_mm: 100, source: "simulated machine")
    }
    self.init(
      id: id, name: spec.id, kind: kind, ratedPower_kW: spec.ratedPower_kW,
      ratedSpeed_rpm: spec.ratedSpeed_rpm,
      support: .rigid,
      bearings: spec.bearings == .rolling
        ? [bearing("DE", spec.driveEnd), bearing("NDE", spec.nonDriveEnd)] : [],
      vaneCount: spec.vanes, lineFrequency_Hz: spec.lineFrequency_Hz,
      points: channels.map { channel in
        let name = channel.rawValue
        return Point(
          id: PointID(id, name), role: .vibration, quantity: .acceleration,
          direction: name.hasSuffix("A") ? .axial : name.hasSuffix("V") ? .vertical : .horizontal,
          bearing: name.hasPrefix("CE")
            ? nil : name.hasPrefix("DE") ? "DE" : "NDE")
      }
        // What the vibration sensor makes of its own waveform is left out: the waveform is here.
        + spec.instruments.filter { $0 != .velocityRMS && $0 != .accelerationRMS }.compactMap { scalar in
          let role = scalar == .speed ? PointRole.shaftSpeed : PointRole(rawValue: scalar.rawValue)
          return role.map { Point(id: PointID(id, scalar.rawValue), role: $0, quantity: scalar.quantity) }
        }, poleCount: spec.poles, rotorBarCount: spec.rotorBars,
      gears: spec.gear.map {
        [GearPair(name: "stage 1", driverTeeth: $0.pinionTeeth, drivenTeeth: $0.wheelTeeth)]
      } ?? [],
      belts: spec.belt.map {
        [BeltDrive(name: "belt", length_mm: $0.length_mm, pulleyDiameter_mm: $0.pulley_mm)]
      } ?? [],
      bearingType: BearingType(rawValue: spec.bearings.rawValue),
      drive: DriveType(rawValue: spec.drive.rawValue),
      rotor: RotorType(rawValue: spec.rotor.rawValue))
  }
}

extension Scalar {
  /// A value of the simulator in the canonical unit of the quantity: it gives the imbalance of currents in per cent.
  public func canonical(_ value: Double) -> Double { self == .currentImbalance ? 0.01 * value : value }

  /// What it measures.
  var quantity: Quantity {
    switch self {
    case .speed: .rotationalSpeed
    case .load, .currentImbalance: .ratio
    case .bearingTemperature, .windingTemperature, .ambientTemperature, .casingTemperature,
      .dischargeTemperature, .valveTemperature, .ventTemperature, .sealTemperature, .oilTemperature,
      .couplingTemperature:
      .temperature
    case .suctionPressure, .dischargePressure, .interstagePressure, .differentialPressure, .sealPressure,
      .oilPressure:
      .pressure
    case .flow: .flow
    case .current: .current
    case .power: .power
    case .velocityRMS: .velocity
    case .accelerationRMS: .acceleration
    }
  }
}
