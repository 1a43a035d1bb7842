// SPDX-License-Identifier: Apache-2.0

import Alert
import Diagnose
import Infer
import Machine

/// What the path remembers of one machine: its newest data, its baseline, its detector, its diagnostician.
struct MachinePath {
  /// How old data may be and still count, and when the machine is judged.
  struct Timing: Sendable {
    /// A machine without new waveforms is judged this often, seconds.
    var judgePeriod_s: Double
    /// A reading older than this is missing, seconds.
    var readingAge_s: Double
    /// A waveform older than this is missing, seconds.
    var waveformAge_s: Double
  }

  let machine: Machine
  private let timing: Timing
  private(set) var state = OperatingState(motion: .unknown)
  private(set) var baseline: Baseline
  private(set) var slow: SlowDetector
  private var tracker: OperatingStateTracker
  private var diagnostician: Diagnostician
  private var readings: [PointID: Reading] = [:]
  /// The operating state in which each of them was taken, and those that wait for theirs.
  private var readingStates: [PointID: OperatingState] = [:]
  private var arrived: [Reading] = []
  private var windows: [PointID: FeatureWindow] = [:]
  private(set) var defects: [PointID: SensorDefect] = [:]
  private var refused: [PointID: MonotonicTime] = [:]
  private var fresh: [FeatureWindow] = []
  /// Whether a waveform was refused since the last judgement.
  private var hasNews = false
  private var judged: MonotonicTime?
  /// What was last told of each finding, by alarm id.
  private var told: [String: (severity: Severity, at: MonotonicTime)] = [:]
  /// Whether the last judgement found nothing wrong with the machine.
  private var wasHealthy = true
  /// Whether no alarm about the machine stood then either.
  private var mayLearn = true
  /// What the last judgement said, the best explanation first.
  private(set) var findings: [Finding] = []

  /// - Parameter diagnostician: one without memory, for this machine.
  init(
    machine: Machine, timing: Timing, baseline: Baseline, slow: SlowDetector, diagnostician: Diagnostician
  ) {
    self.machine = machine
    self.timing = timing
    self.baseline = baseline
    self.slow = slow
    tracker = OperatingStateTracker(machine: machine)
    self.diagnostician = diagnostician
  }

  /// Newest shaft speed that may be used, r/min.
  var speed_rpm: Double? {
    machine.points(.shaftSpeed).lazy.compactMap { readings[$0.id]?.usable }.first
  }

  /// Whether the machine turns; nil when that is not known.
  var isRunning: Bool? {
    switch state.motion {
    case .running, .transient: true
    case .off: false
    case .unknown: nil
    }
  }

  /// When the newest vibration window was taken.
  var lastWindow: WallTime? { windows.values.map(\.stamp.wall).max() }

  /// Whether the baseline of every vibration point is learned for the present state.
  var isLearned: Bool {
    let points = machine.points(.vibration)
    return points.allSatisfy { baseline.isArmed($0.id, in: state) }
  }

  /// Takes note of what people did at this machine, or at one of this kind.
  mutating func note(_ event: MaintenanceEvent, on kind: MachineKind) { diagnostician.note(event, on: kind) }

  /// Takes note of the outcome of a diagnosis alone.
  mutating func count(_ event: MaintenanceEvent, on kind: MachineKind) {
    diagnostician.count(event, on: kind)
  }

  /// Takes note that the machine was greased.
  mutating func remember(lubrication time: WallTime) { diagnostician.remember(lubrication: time) }

  /// What was seen of faults of late, to be kept over a restart, and taken up after it.
  func seen(at now: Stamp) -> Diagnostician.Snapshot { diagnostician.snapshot(at: now.monotonic) }
  mutating func restore(_ seen: Diagnostician.Snapshot, at now: Stamp) {
    diagnostician.restore(seen, at: now.monotonic)
  }

  /// Learns these points anew, because the machine was changed at `time`; gives those of which something was forgotten.
  mutating func relearn(_ points: Set<PointID>, learnedBefore time: WallTime) -> Set<PointID> {
    let forgotten = baseline.forget(points, learnedBefore: time)
      .union(slow.forget(points, learnedBefore: time))
    if !forgotten.isEmpty { diagnostician.forgetScores(of: forgotten) }
    return forgotten
  }

  /// Takes a judged reading.
  mutating func accept(_ reading: Reading) {
    readings[reading.point] = reading
    arrived.append(reading)
    if case .bad(let defect) = reading.quality {
      defects[reading.point] = defect
    } else {
      defects[reading.point] = nil
    }
  }

  /// Takes the features of a valid waveform.
  mutating func accept(_ window: FeatureWindow) {
    windows[window.point] = window
    defects[window.point] = nil
    refused[window.point] = nil
    fresh.append(window)
  }

  /// Takes note that a waveform was refused.
  mutating func refuse(_ waveform: Waveform, _ defect: SensorDefect) {
    defects[waveform.point] = defect
    refused[waveform.point] = waveform.stamp.monotonic
    windows[waveform.point] = nil
    hasNews = true
  }

  /// Brings the operating state up to the newest readings, and gives it to those that have just come.
  mutating func updateState(at now: Stamp) {
    state = tracker.update(with: usableReadings(at: now), at: now)
    for reading in arrived {
      readingStates[reading.point] = state
      if isComparable(state) { slow.observe(reading, state: state, learn: mayLearn) }
    }
    arrived.removeAll(keepingCapacity: true)
  }

  /// Whether what was measured in this state is alike. A machine without speed and power has but one state that
  /// can be told; where they are there and do not tell, nothing is known to be alike.
  private func isComparable(_ state: OperatingState) -> Bool {
    switch state.motion {
    case .running: true
    case .unknown: machine.points(.shaftSpeed).isEmpty && machine.points(.power).isEmpty
    case .off, .transient: false
    }
  }

  private func state(of reading: Reading) -> OperatingState { readingStates[reading.point] ?? state }

  /// Whether there is something new to say.
  func isDue(at now: Stamp) -> Bool {
    if !fresh.isEmpty || hasNews { return true }
    guard let judged else { return !readings.isEmpty || !defects.isEmpty }
    return now.monotonic.seconds(since: judged) >= timing.judgePeriod_s
  }

  /// What the machine's newest data say.
  struct Judgement {
    var findings: [Finding]
    var scores: [ModelScore]
  }

  /// Judges the machine, then lets its baseline learn where that is safe.
  ///
  /// - Parameter alarmsStand: whether alarms about this machine stand; nothing is learned then.
  mutating func judge(at now: Stamp, detector: inout AnomalyDetector?, alarmsStand: Bool) -> Judgement {
    defer {
      fresh.removeAll(keepingCapacity: true)
      hasNews = false
    }
    judged = now.monotonic
    var window = MachineWindow(machine: machine.id, stamp: now, state: state)
    window.readings = usableReadings(at: now)
    window.vibration = machine.points.compactMap { windows[$0.id] }.filter {
      now.monotonic.seconds(since: $0.stamp.monotonic) <= timing.waveformAge_s
    }
    window.defects = defects
    window.refused = refused
    for features in window.vibration where isComparable(features.state) {
      window.featureDeviations[features.point] = baseline.deviations(of: features)
    }
    for reading in window.readings where isComparable(state(of: reading)) {
      window.readingDeviations[reading.point] = baseline.deviation(of: reading, state: state(of: reading))
    }
    mayLearn = wasHealthy && !alarmsStand
    for features in fresh where isComparable(features.state) {
      if let score = detector?.score(features, against: baseline, learn: mayLearn) {
        window.scores.append(score)
      }
    }
    if isComparable(state), let score = slow.score(at: now, in: state) { window.scores.append(score) }
    findings = diagnostician.diagnose(window)
    wasHealthy = !findings.contains { $0.subject == .machine && $0.isAssessable }
    mayLearn = wasHealthy && !alarmsStand
    learn(from: window, isHealthy: mayLearn)
    // Slow signals are scored at every judgement; the store keeps what says something.
    return Judgement(
      findings: findings, scores: window.scores.filter { $0.model != SlowDetector.name || $0.isAnomalous })
  }

  /// Findings worth a row of their own: new ones, those whose severity changed, and every standing one once in
  /// ten minutes.
  mutating func news(in findings: [Finding], at now: Stamp) -> [Finding] {
    let standing = findings.filter(\.isAssessable)
    let ids = Set(standing.map(\.alarmID))
    told = told.filter { ids.contains($0.key) }
    let fresh = standing.filter { finding in
      guard let last = told[finding.alarmID], last.severity == finding.severity else { return true }
      return now.monotonic.seconds(since: last.at) >= 600
    }
    for finding in fresh { told[finding.alarmID] = (finding.severity, now.monotonic) }
    return fresh
  }

  private mutating func learn(from window: MachineWindow, isHealthy: Bool) {
    guard isComparable(window.state) else { return }
    for features in fresh where isComparable(features.state) {
      baseline.observe(window: features, learn: isHealthy)
    }
    for reading in window.readings where isComparable(state(of: reading)) {
      baseline.observe(reading: reading, state: state(of: reading), learn: isHealthy)
    }
  }

  private func usableReadings(at now: Stamp) -> [Reading] {
    machine.points.compactMap { readings[$0.id] }.filter {
      $0.usable != nil && now.monotonic.seconds(since: $0.stamp.monotonic) <= timing.readingAge_s
    }
  }
}
