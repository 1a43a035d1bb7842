// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Names what is wrong with one machine, window by window.
///
/// Each rule (`Rule.unbalance` is the one to read first) is a list of weighted symptoms. A symptom that cannot be
/// observed is missing, not absent; a rule whose necessary symptom is missing ends in the statement that the
/// fault cannot be judged. Confidence is the weight of what speaks for the fault, less what speaks against it,
/// over the weight of all its symptoms. A fault is named after it was seen in `k` of `n` looks.
///
/// There is no clock and no I/O here: the same windows give the same findings.
/// ```swift
/// var diagnostician = Diagnostician(machine: pump)
/// for finding in diagnostician.diagnose(window) {
///   print(finding.isAssessable ? finding.title : "\(finding.title): needs \(finding.missing)")
/// }
/// ```
public struct Diagnostician: Sendable {
  private let machine: Machine
  private let rules: [Rule]
  private var memory = Persistence()
  private var warmth = WarmthTrend()
  private var alreadyNamed: Set<Fault> = []

  static let ruleBook: [Rule] =
    [.unbalance, .misalignment, .looseness] + Rule.bearings + [.cavitation, .blockedStrainer, .coolingLoss]

  /// A diagnostician without memory, with the rules that can apply to this kind of machine.
  public init(machine: Machine) {
    self.machine = machine
    rules = Diagnostician.ruleBook.filter { $0.isPossible(machine) }
  }

  /// What can be said about the machine after this window: faults that persist, most urgent first, then one
  /// statement for each fault that cannot be judged (`isAssessable` is false, `missing` says why).
  public mutating func diagnose(_ window: MachineWindow) -> [Finding] {
    var findings = sensorFindings(window)
    let falling = warmth.update(machine, window)
    if window.state.motion == .off || window.state.motion == .transient {
      let reason = "the machine in steady running (it is \(window.state.motion.rawValue))"
      return findings + allFaults.map { notAssessable($0, bearing: nil, [reason], window.stamp) }
    }
    let scene = Scene(machine: machine, window: window, falling: falling, alreadyNamed: alreadyNamed)
    var open: [Finding] = []
    for rule in rules {
      for place in places(rule) { settle(rule, place, scene, &findings, &open) }
    }
    settleUnnamed(scene, &findings, &open)
    alreadyNamed = Set(findings.compactMap { Fault(rawValue: $0.fault) })
    findings.sort { ($0.severity, $0.confidence) > ($1.severity, $1.confidence) }
    return findings + open
  }

  private var allFaults: [Fault] { rules.map(\.fault) + [.vibrationSeverity, .anomaly] }

  private func places(_ rule: Rule) -> [Place] {
    guard rule.perBearing, !machine.bearings.isEmpty else { return [.machine] }
    return machine.bearings.map { Place(bearing: $0.name) }
  }

  private mutating func settle(
    _ rule: Rule, _ place: Place, _ scene: Scene, _ findings: inout [Finding], _ open: inout [Finding]
  ) {
    let stamp = scene.window.stamp
    var outcome = rule.judge(scene, at: place)
    if rule.basis == .readings, scene.window.state.motion == .unknown {
      outcome = .notAssessable(["the operating state (shaft speed or power)"])
    }
    let time = rule.basis == .vibration ? scene.newestWaveform ?? stamp.monotonic : stamp.monotonic
    let key = Persistence.Key(fault: rule.fault, place: place.bearing ?? "")
    switch outcome {
    case .notAssessable(let missing):
      open.append(notAssessable(rule.fault, bearing: place.bearing, missing, stamp))
    case .absent:
      if let standing = memory.record(nil, key, at: time, quota: rule.quota) { findings.append(standing) }
    case .present(let finding):
      if let standing = memory.record(finding, key, at: time, quota: rule.quota) { findings.append(standing) }
    }
  }

  /// Vibration severity and anomaly are told only when no named fault accounts for them; lower vibration always.
  private mutating func settleUnnamed(_ scene: Scene, _ findings: inout [Finding], _ open: inout [Finding]) {
    let named = findings.filter { $0.subject == .machine }.compactMap { Fault(rawValue: $0.fault) }
    let stamp = scene.window.stamp
    let scored = scene.window.scores.map(\.stamp.monotonic).max() ?? stamp.monotonic
    let unnamed: [(Fault, Rule.Outcome, MonotonicTime, Quota, Bool)] = [
      (
        .vibrationSeverity, scene.judgeSeverity(), scene.newestWaveform ?? stamp.monotonic,
        scene.newestWaveform == nil ? .readings : .waveforms, named.contains(where: \.explainsVibration)
      ),
      (
        .vibrationFall, scene.judgeFall(), scene.newestWaveform ?? stamp.monotonic,
        scene.newestWaveform == nil ? .readings : .waveforms, false
      ),
      (.anomaly, scene.judgeScores(), scored, .scores, !named.isEmpty),
    ]
    for (fault, outcome, time, quota, isExplained) in unnamed {
      let key = Persistence.Key(fault: fault, place: "")
      var standing: Finding?
      switch outcome {
      case .notAssessable where fault == .anomaly && !scene.vibration.isEmpty && memory.isKnown(key):
        // The model scores new waveforms only; between them its last opinion holds.
        standing = memory.standing(key, quota: quota)
      case .notAssessable where fault == .vibrationFall: break
      case .notAssessable(let missing):
        open.append(notAssessable(fault, bearing: nil, missing, stamp))
      case .absent: standing = memory.record(nil, key, at: time, quota: quota)
      case .present(let finding): standing = memory.record(finding, key, at: time, quota: quota)
      }
      if let standing, !isExplained { findings.append(standing) }
    }
  }

  private mutating func sensorFindings(_ window: MachineWindow) -> [Finding] {
    var looks: [Persistence.Key: Finding?] = [:]
    for key in memory.sensorKeys { looks[key] = .some(nil) }
    let defects = window.defects.filter { $0.key.machine == machine.id }
    // Points that fall silent together have one cause, a bus or a node: one finding about the machine's data.
    let silent = defects.filter { $0.value.kind == .noData }
    let isOneSilence = silent.count > 1
    if isOneSilence {
      looks[Persistence.Key(fault: .sensorNoData, place: "")] = Finding.silence(
        of: machine, silent, at: window.stamp)
    }
    for (point, defect) in defects where !(isOneSilence && defect.kind == .noData) {
      let fault = Fault(defect.kind)
      looks[Persistence.Key(fault: fault, place: point.name)] = Finding.sensor(
        point, defect, at: window.stamp)
    }
    let keys = looks.keys.sorted { ($0.place, $0.fault.rawValue) < ($1.place, $1.fault.rawValue) }
    return keys.compactMap { key in look(at: key, looks[key] ?? nil, window) }
  }

  /// One look at one sensor. What is judged from the shape of a waveform, and may be wrong about one, counts once
  /// per waveform.
  private mutating func look(at key: Persistence.Key, _ finding: Finding?, _ window: MachineWindow)
    -> Finding?
  {
    let now = window.stamp.monotonic
    let isShape = [.sensorLooseMount, .sensorClipped, .sensorBias].contains(key.fault)
    guard isShape, machine.points(.vibration).contains(where: { $0.id.name == key.place }) else {
      return memory.record(finding, key, at: now, quota: .sensors)
    }
    let accepted = window.vibration.first { $0.point.name == key.place }?.stamp.monotonic
    let refused = window.refused[PointID(machine.id, key.place)]
    guard let taken = finding == nil ? accepted : refused else {
      return memory.standing(key, quota: .waveforms)
    }
    return memory.record(finding, key, at: taken, quota: .waveforms)
  }

  private func notAssessable(_ fault: Fault, bearing: String?, _ missing: [String], _ stamp: Stamp) -> Finding
  {
    Finding(
      machine: machine.id, point: nil, subject: .machine, fault: fault.rawValue,
      title: bearing.map { "\(fault.title) (\($0))" } ?? fault.title, severity: .notice, confidence: 0,
      supporting: [], missing: missing, confirm: "",
      action: "Not assessable. Provide: \(missing.joined(separator: "; ")).", stamp: stamp)
  }
}

/// Whether temperatures fall, from an average over about ten minutes that is kept per point.
private struct WarmthTrend: Sendable {
  private var averages: [PointID: (value: Double, time: MonotonicTime)] = [:]

  mutating func update(_ machine: Machine, _ window: MachineWindow) -> Set<PointID> {
    var falling: Set<PointID> = []
    for reading in window.readings where reading.quantity == .temperature {
      guard let value = reading.usable, reading.point.machine == machine.id else { continue }
      let now = reading.stamp.monotonic
      let known = averages[reading.point] ?? (value, now)
      if value < known.value - 0.5 { falling.insert(reading.point) }
      let share = min(1, max(0, now.seconds(since: known.time)) / 600)
      averages[reading.point] = (known.value + share * (value - known.value), now)
    }
    return falling
  }
}
