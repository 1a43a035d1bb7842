// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Names what is wrong with one machine, window by window, from fault models that are data.
///
/// Each fault is a list of weighted symptoms. A symptom that cannot be observed is missing, not absent; a fault whose
/// necessary symptom is missing, or whose missing symptoms could take it away, ends in the statement that it cannot be
/// judged. The score is the weight of what speaks for the fault, less what speaks against it, over the weight of all its
/// symptoms. A fault is named after it was seen in `k` of `n` looks. Then look-alikes compete, consequences are told from
/// causes, and what stands is ranked.
///
/// There is no clock and no I/O here: the same windows give the same findings.
/// ```swift
/// var diagnostician = Diagnostician(machine: pump, models: models)
/// for finding in diagnostician.diagnose(window) {
///   print(finding.isAssessable ? finding.title : "\(finding.title): needs \(finding.missing)")
/// }
/// ```
public struct Diagnostician: Sendable {
  /// The memory of one fault at one place.
  struct Cell: Sendable {
    var looks = Looks()
    /// Score when the fault last held.
    var score = 0.0
    /// Score of the last look, named or not.
    var partial = 0.0
    var isStanding = false
    var isBest = false
  }

  /// How long after a lubrication too much grease may show.
  public static let greasing_s = 72.0 * 3600
  /// How long an operating state must last before heat is held against what is usual in it: machines keep the warmth
  /// of the state before, with time constants of 20 minutes to an hour.
  public static let settling_s = 20.0 * 60

  /// Identifiers of what is told without a list of symptoms: limits, models and defects of sensors.
  public static let ownFaults = OwnFault.allCases.map(\.rawValue)

  let layout: Layout
  var signatures: [Signature] = []
  /// By signature and place.
  var cells: [[Cell]] = []
  let calibration: Calibration
  let rootCause: RootCause
  /// Outcomes of earlier diagnoses, on machines of all kinds.
  public internal(set) var trackRecord: TrackRecord
  /// Newest opinion of the model on each point.
  var lastScores: [PointID: ModelScore] = [:]
  var unnamed: [OwnFault: Looks] = [:]
  /// By model.
  var opinions: [String: Opinion] = [:]
  var sensors: [SensorKey: Looks] = [:]
  /// What people are told of faults that no symptoms name, where the models say it.
  let texts: [String: FaultModel]
  /// Layer of the knowledge base that speaks, by fault.
  private let layers: [String: String]
  var rings: [Ring] = []
  /// What fills the rings, and where each begins.
  var ringUses: [(probe: Probe, first: Int)] = []
  private var warmth = WarmthTrend()
  /// The operating state of the last window, and since when it lasts; nil where it has lasted since before the first.
  private var lasting: (state: OperatingState, since: MonotonicTime?)?
  var lubricated: WallTime?

  /// A diagnostician without memory.
  /// - Parameters:
  ///   - models: all faults that are known; those that cannot occur on this machine are left out.
  ///   - trackRecord: outcomes of earlier diagnoses at this site.
  ///   - layers: by fault, the layer of the knowledge base that has the last word on it; findings carry it.
  public init(
    machine: Machine, models: [FaultModel], calibration: Calibration = .identity,
    trackRecord: TrackRecord = TrackRecord(), layers: [String: String] = [:]
  ) {
    layout = Layout(machine)
    self.calibration = calibration
    self.trackRecord = trackRecord
    self.layers = layers
    rootCause = RootCause(models)
    texts = Dictionary(models.map { ($0.id, $0) }) { first, _ in first }
    for model in models where OwnFault(rawValue: model.id) == nil {
      if let signature = Signature(model, layout) { signatures.append(signature) }
    }
    markEchoes()
    placeRings()
    cells = signatures.map { Array(repeating: Cell(), count: $0.places.count) }
  }

  /// What can be said about the machine after this window: what stands, the best explanation first; then sensors; then
  /// one statement for each fault that cannot be judged (`isAssessable` is false, `missing` says why).
  public mutating func diagnose(_ window: MachineWindow) -> [Finding] {
    let sensors = sensorFindings(window)
    let falling = warmth.update(layout, window)
    if lasting?.state != window.state {
      lasting = (window.state, lasting == nil ? nil : window.stamp.monotonic)
    }
    if window.state.motion == .off || window.state.motion == .transient {
      let reason = "the machine in steady running (it is \(window.state.motion.rawValue))"
      let faults =
        signatures.map { ($0.model.id, $0.model.title) }
        + OwnFault.unnamed.map { own in
          (own.rawValue, text(own).title)
        }
      return sensors + faults.map { notAssessable($0.0, $0.1, [reason], window.stamp) }
    }
    let scene = Scene(layout, window, falling: falling)
    remember(scene)
    for score in window.scores where layout.index[score.point] != nil { lastScores[score.point] = score }
    var open: [Finding] = []
    var standing: [Standing] = []
    for s in signatures.indices {
      for p in cells[s].indices { settle(s, p, scene, &standing, &open) }
    }
    var findings = rank(standing, window.stamp)
    let named = standing.filter { $0.finding.subject == .machine }
    settleUnnamed(
      scene, isNamed: !named.isEmpty,
      isVibrationNamed: named.contains { signatures[$0.signature].model.watch == .waveforms },
      &findings, &open)
    return findings + sensors + open
  }

  // MARK: one window

  private mutating func settle(
    _ s: Int, _ p: Int, _ scene: Scene, _ standing: inout [Standing], _ open: inout [Finding]
  ) {
    let signature = signatures[s]
    let place = signature.places[p]
    let stamp = scene.window.stamp
    if let lacking = lacking(signature, scene) {
      open.append(notAssessable(signature, place, lacking, stamp))
      return
    }
    if signature.needsLubrication, !isFreshlyGreased(stamp) { return }
    let isStanding = cells[s][p].isStanding
    let anomalous = anomalousPoints
    let judged = signature.judge(
      scene, at: place, rings, anomalous: anomalous, isStanding: isStanding, calibration)
    cells[s][p].partial = judged.score
    var found: Finding?
    switch judged.verdict {
    case .notAssessable:
      let reasons = signature.reasons(for: judged.deciding, scene, at: place)
      open.append(notAssessable(signature, place, reasons, stamp))
      return
    case .absent: break
    case .present:
      let rivalry = signature.bearingLine.map { scene.rivalry($0, at: place) }
      guard rivalry?.isClear ?? true else { break }
      found = finding(signature, place, judged, scene, isStanding, rivalry?.evidence)
      cells[s][p].score = judged.score
    }
    let isHeard = signature.model.watch == .waveforms
    let time = isHeard ? scene.newestWaveform ?? stamp.monotonic : stamp.monotonic
    let stands = cells[s][p].looks.record(found, at: time, signature.quota)
    cells[s][p].isStanding = stands != nil
    guard let stands else { return }
    standing.append(
      Standing(
        signature: s, place: p, finding: stands, score: cells[s][p].score,
        onset: cells[s][p].looks.onset ?? time, wasBest: cells[s][p].isBest))
  }

  /// What is missing before any symptom is looked for; nil when nothing is.
  private func lacking(_ signature: Signature, _ scene: Scene) -> [String]? {
    if !signature.unsaid.isEmpty { return signature.unsaid }
    if signature.needsLubrication, lubricated == nil {
      return [FaultModel.MachineDatum.recentLubrication.request]
    }
    if signature.model.watch != .waveforms, scene.window.state.motion == .unknown {
      return ["the operating state (shaft speed or power)"]
    }
    if signature.isThermal, let since = lasting?.since,
      scene.window.stamp.monotonic.seconds(since: since) < Diagnostician.settling_s
    {
      return ["20 minutes in one operating state, so that temperatures settle"]
    }
    return nil
  }

  private func isFreshlyGreased(_ stamp: Stamp) -> Bool {
    guard let lubricated else { return false }
    let age_s = Double(stamp.wall.nanoseconds - lubricated.nanoseconds) / 1e9
    return age_s >= 0 && age_s <= Diagnostician.greasing_s
  }

  private var anomalousPoints: Int? {
    lastScores.isEmpty ? nil : lastScores.values.count(where: \.isAnomalous)
  }

  private func finding(
    _ signature: Signature, _ place: Place, _ judged: Signature.Judgement, _ scene: Scene,
    _ isStanding: Bool, _ rival: Evidence?
  ) -> Finding {
    let model = signature.model
    let seen = signature.evidence(
      scene, at: place, rings, anomalous: anomalousPoints, isStanding: isStanding)
    let severity = scene.severity(of: signature, at: place)
    return Finding(
      machine: layout.machine.id, point: seen.point, subject: model.subject, fault: model.id,
      title: title(signature, place), severity: severity, confidence: judged.score,
      supporting: seen.supporting + [rival].compactMap(\.self), contradicting: seen.contradicting,
      missing: signature.reasons(for: judged.missing, scene, at: place),
      confirm: model.confirm.joined(separator: " "), action: model.actions.joined(separator: " "),
      stamp: scene.window.stamp, due: model.due(at: severity),
      layer: layers[model.id])
  }

  private func title(_ signature: Signature, _ place: Place) -> String {
    place == .machine ? signature.model.title : "\(signature.model.title) (\(place.name(in: layout)))"
  }

  private func notAssessable(
    _ signature: Signature, _ place: Place, _ missing: [String], _ stamp: Stamp
  ) -> Finding {
    notAssessable(signature.model.id, title(signature, place), missing, stamp)
  }

  func notAssessable(_ fault: String, _ title: String, _ missing: [String], _ stamp: Stamp) -> Finding {
    Finding(
      machine: layout.machine.id, point: nil, subject: .machine, fault: fault, title: title,
      severity: .notice, confidence: 0, supporting: [], missing: missing, confirm: "",
      action: "Not assessable. Provide: \(missing.joined(separator: "; ")).", stamp: stamp)
  }
}
