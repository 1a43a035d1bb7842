// SPDX-License-Identifier: Apache-2.0

public import Alert
public import Budget
public import Condition
public import Diagnose
import Features
public import Infer
public import Knowledge
public import Machine
public import Store

/// The way of a whole plant from samples to alarms: condition, features, inference, diagnosis, alarms.
///
/// No clock and no I/O: the same samples at the same stamps give the same batches, live or replayed.
/// ```swift
/// var path = PlantPath(plant: plant, knowledge: knowledge, detector: detector)
/// let batch = path.advance(samples, at: stamp)   // what is to be stored and published
/// ```
public struct PlantPath: ~Copyable {
  /// How the path is set up; the defaults suit waveforms every few seconds to minutes.
  public struct Options: Sendable {
    /// Healthy windows per operating state before its baseline is used.
    public var learningWindows = 60
    /// A machine without new waveforms is judged this often, seconds.
    public var judgePeriod_s = 10.0
    /// A reading older than this is missing, seconds.
    public var readingAge_s = 120.0
    /// A waveform older than this is missing, seconds.
    public var waveformAge_s = 1800.0
    public var slowSignals = SlowDetector.Schedule()
    public var alarms = AlarmPolicy()
    public init() {}
  }

  /// In the order of the plant.
  var machines: [MachinePath]
  let places: [MachineID: Int]
  /// By fault, the component that fails.
  let components: [String: String]
  var gate: ValidityGate
  private var extractor = FeatureExtractor()
  var detector: AnomalyDetector?
  public private(set) var alarms: AlarmBook
  /// The newest valid waveform of each point, as evidence for an alarm that it may raise.
  private var newest: [PointID: Waveform] = [:]

  /// - Parameters:
  ///   - knowledge: what is known of faults; each machine is judged by those that it can have.
  ///   - calibration: from their scores to probabilities.
  ///   - sensors: which points are of one sensor; where nothing is said, less is checked.
  ///   - detector: the INT8 model with its calibration; nil runs on rules and limits alone.
  ///   - classifier: the INT8 model that ranks what rules name; nil ranks by rules alone.
  ///   - memory: what an earlier run learned, by machine.
  ///   - slow: what an earlier run learned of slow signals, by machine; what cannot be sound is learned anew.
  ///   - stored: alarms of an earlier run.
  ///   - trackRecord: outcomes of earlier diagnoses at this site.
  ///   - lubricated: when each machine was last greased, where that is known.
  ///   - seen: what diagnosis had seen of each machine's faults in the end, and when this run begins.
  ///   - watched: what the book of that run was watching, and when this one begins.
  public init(
    plant: Plant, knowledge: KnowledgeBase, calibration: Calibration = .identity,
    sensors: SensorLayout = SensorLayout(), options: Options = Options(), detector: AnomalyDetector? = nil,
    classifier: (any FaultClassifier)? = nil,
    memory: [MachineID: Baseline] = [:], slow: [MachineID: SlowDetector.Snapshot] = [:],
    restoring stored: [Alarm] = [], watched: (memory: AlarmMemory, at: Stamp)? = nil,
    trackRecord: TrackRecord = TrackRecord(), lubricated: [MachineID: WallTime] = [:],
    seen: (memory: [MachineID: Diagnostician.Snapshot], at: Stamp)? = nil
  ) {
    let timing = MachinePath.Timing(
      judgePeriod_s: options.judgePeriod_s, readingAge_s: options.readingAge_s,
      waveformAge_s: options.waveformAge_s)
    let layers = knowledge.layers
    machines = plant.machines.map { machine in
      let baseline =
        memory[machine.id] ?? Baseline(windows: LearningSchedule(armAfter: options.learningWindows))
      var detector = SlowDetector(machine, schedule: options.slowSignals)
      if let snapshot = slow[machine.id] { _ = detector.restore(snapshot) }
      return MachinePath(
        machine: machine, timing: timing, baseline: baseline, slow: detector,
        diagnostician: Diagnostician(
          machine: machine, models: knowledge.models(for: machine), calibration: calibration,
          trackRecord: trackRecord, classifier: classifier, layers: layers))
    }
    components = Dictionary(knowledge.all.map { ($0.id, $0.component) }) { first, _ in first }
    places = Dictionary(plant.machines.enumerated().map { ($1.id, $0) }) { first, _ in first }
    for (machine, time) in lubricated {
      if let place = places[machine] { machines[place].remember(lubrication: time) }
    }
    if let seen {
      for (machine, snapshot) in seen.memory {
        if let place = places[machine] { machines[place].restore(snapshot, at: seen.at) }
      }
    }
    gate = ValidityGate(plant: plant, layout: sensors)
    self.detector = detector
    if let watched {
      alarms = AlarmBook(policy: options.alarms, restoring: stored, memory: watched.memory, at: watched.at)
    } else {
      alarms = AlarmBook(policy: options.alarms, restoring: stored)
    }
  }

  /// Takes what acquisition delivered since the last call and says what is to be stored; samples of machines
  /// that the plant does not name are ignored.
  ///
  /// - Parameter account: where the CPU time of each stage is booked.
  public mutating func advance(_ samples: [Sample], at now: Stamp, account: StageAccount? = nil) -> StoreBatch
  {
    var batch = StoreBatch()
    condition(samples, at: now, account, into: &batch)
    for place in machines.indices { judge(place, at: now, account, into: &batch) }
    keep(measure(.alert, account) { alarms.tick(at: now) }, in: &batch)
    return batch
  }

  /// Obeys a command of a person, a record or another system, or says why not.
  public mutating func obey(
    _ command: AlarmCommand, at now: Stamp, into batch: inout StoreBatch
  ) throws(AlarmError) -> [AlarmTransition] {
    let transitions = try alarms.apply(command, at: now)
    keep(transitions, in: &batch)
    return transitions
  }

  /// Whether the baseline of every vibration point of a machine is learned for its present state; nil for one that the
  /// plant does not have.
  public func isLearned(_ machine: MachineID) -> Bool? { places[machine].map { machines[$0].isLearned } }

  /// What was learned of each machine, to be kept over a restart.
  public var memory: [MachineID: Baseline] { places.mapValues { machines[$0].baseline } }

  /// What was learned of the slow signals of each machine, to be kept over a restart.
  public var slowMemory: [MachineID: SlowDetector.Snapshot] {
    places.mapValues { machines[$0].slow.snapshot }
  }

  /// What diagnosis saw of each machine's faults of late, to be kept over a restart.
  public func seen(at now: Stamp) -> [MachineID: Diagnostician.Snapshot] {
    places.mapValues { machines[$0].seen(at: now) }
  }

  /// What the model learned of each point, to be kept over a restart.
  public var calibration: AnomalyDetector.Calibration? { detector?.calibration }

  /// What the status says of each machine.
  public var lines: [MachineStatus] {
    machines.map { machine in
      let standing = alarms.standing(of: machine.machine.id)
      return MachineStatus(
        id: machine.machine.id, state: machine.state, isLearned: machine.isLearned,
        standingAlarms: standing.map(\.id),
        worst: standing.filter { $0.finding.subject == .machine }.map(\.severity).max(),
        defects: Dictionary(
          machine.defects.map { ($0.key.name, "\($0.value.kind.rawValue): \($0.value.evidence)") }
        ) { first, _ in first },
        lastWindow: machine.lastWindow)
    }
  }

  /// What the last judgement of one machine said, the best explanation first; faults that cannot be judged stand last.
  public func findings(of machine: MachineID) -> [Finding] {
    places[machine].map { machines[$0].findings } ?? []
  }

  /// Standing alarms of one machine, most urgent first.
  public func standing(of machine: MachineID) -> [Alarm] { alarms.standing(of: machine) }

  private mutating func condition(
    _ samples: [Sample], at now: Stamp, _ account: StageAccount?, into batch: inout StoreBatch
  ) {
    measure(.condition, account) {
      var touched: Set<Int> = []
      for case .reading(let raw) in samples {
        guard let place = places[raw.point.machine] else { continue }
        let reading = gate.judge(raw, machineRunning: machines[place].isRunning)
        machines[place].accept(reading)
        batch.readings.append(reading)
        touched.insert(place)
      }
      for place in touched { machines[place].updateState(at: now) }
    }
    for case .waveform(let waveform) in samples { take(waveform, account, into: &batch) }
  }

  private mutating func take(_ waveform: Waveform, _ account: StageAccount?, into batch: inout StoreBatch) {
    guard let place = places[waveform.point.machine] else { return }
    let path = machines[place]
    let defect = measure(.condition, account) {
      gate.judge(waveform, machineRunning: path.isRunning, speed_rpm: path.speed_rpm)
    }
    if let defect {
      machines[place].refuse(waveform, defect)
      return
    }
    let window = measure(.features, account) {
      extractor.extract(waveform, of: path.machine, speed_rpm: path.speed_rpm, state: path.state)
    }
    newest[waveform.point] = waveform
    machines[place].accept(window)
    batch.windows.append(window)
  }

  private mutating func judge(
    _ place: Int, at now: Stamp, _ account: StageAccount?, into batch: inout StoreBatch
  ) {
    guard machines[place].isDue(at: now) else { return }
    let id = machines[place].machine.id
    let alarmsStand = alarms.isAffected(id)
    let result = measure(.infer, account) {
      machines[place].judge(at: now, detector: &detector, alarmsStand: alarmsStand)
    }
    batch.scores += result.scores
    batch.findings += machines[place].news(in: result.findings, at: now)
    let motion = machines[place].state.motion
    keep(
      measure(.alert, account) { alarms.update(result.findings, for: id, motion: motion, at: now) },
      in: &batch)
  }

  /// Alarms' steps are stored; what is told has its evidence beside it.
  private mutating func keep(_ transitions: [AlarmTransition], in batch: inout StoreBatch) {
    batch.transitions += transitions
    for transition in transitions where transition.alarm.state == .unacknowledged {
      if let evidence = evidence(for: transition.alarm) { batch.evidence.append(evidence) }
    }
  }

  private mutating func evidence(for alarm: Alarm) -> EvidenceRecord? {
    let machine = places[alarm.finding.machine].map { machines[$0].machine }
    // A fault of the machine as a whole is shown by its first vibration point.
    guard let point = alarm.finding.point ?? machine?.points(.vibration).first?.id,
      let waveform = newest[point]
    else { return nil }
    let spectra = extractor.spectra(of: waveform)
    let isBearing = alarm.finding.fault.hasPrefix("bearing-")
    return EvidenceRecord(
      alarm: alarm.id, occurrence: alarm.occurrence, waveform: waveform,
      spectrum: isBearing ? spectra?.envelope : spectra?.velocity)
  }
}

/// Runs one stage and books its CPU time, where somebody counts.
func measure<Value, Failure: Error>(
  _ stage: Stage, _ account: StageAccount?, _ work: () throws(Failure) -> Value
) throws(Failure) -> Value {
  guard let account else { return try work() }
  return try account.measure(stage, work)
}
