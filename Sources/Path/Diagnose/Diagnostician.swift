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
    /// Log odds of the classifier at the last look.
    var odds: Double?
    /// Whether the rules alone named it last, not the classifier.
    var isByRules = true
  }

  /// How long after a lubrication too much grease may show.
  public static let greasing_s = 72.0 * 3600
  /// How long an operating state must last before heat is held against what is usual in it: machines keep the warmth
  /// of the state before, with time constants of 20 minutes to an hour.
  public static let settling_s = 20.0 * 60
  /// How long a named fault stands that can no longer be judged.
  public static let unjudged_s = 24.0 * 3600

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
  /// A learned opinion beside the rules; nil runs on rules alone.
  var classifier: (any FaultClassifier)?
  var pattern: Pattern?
  /// Whether the last window named anything: then the question is only what.
  private var isAbnormal = false
  /// By signature: its place in the classifier's output; nil where that does not know the fault.
  private var outputs: [Int?] = []
  /// What the classifier said of late, as log odds in its order, and when it was last asked.
  private var opinion: (odds: [Double], at: MonotonicTime)?
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
  ///   - classifier: a learned opinion that ranks what the rules name, and names what departs from usual as the rules say.
  ///   - layers: by fault, the layer of the knowledge base that has the last word on it; findings carry it.
  public init(
    machine: Machine, models: [FaultModel], calibration: Calibration = .identity,
    trackRecord: TrackRecord = TrackRecord(), classifier: (any FaultClassifier)? = nil,
    layers: [String: String] = [:]
  ) {
    layout = Layout(machine)
    self.calibration = calibration
    self.trackRecord = trackRecord
    self.layers = layers
    rootCause = RootCause(models)
    self.classifier = classifier
    pattern = classifier == nil ? nil : Pattern(layout)
    texts = Dictionary(models.map { ($0.id, $0) }) { first, _ in first }
    for model in models where OwnFault(rawValue: model.id) == nil {
      if let signature = Signature(model, layout) { signatures.append(signature) }
    }
    outputs = signatures.map { classifier?.faults.firstIndex(of: $0.model.id) }
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
    let opinion = hear(scene)
    for score in window.scores where layout.index[score.point] != nil { lastScores[score.point] = score }
    var open: [Finding] = []
    var standing: [Standing] = []
    for s in signatures.indices {
      settle(s, scene, outputs[s].flatMap { opinion?[$0] }, &standing, &open)
    }
    var findings = rank(standing, window.stamp)
    let named = standing.filter { $0.finding.subject == .machine }
    settleUnnamed(
      scene, isNamed: !named.isEmpty,
      isVibrationNamed: named.contains { signatures[$0.signature].model.watch == .waveforms },
      &findings, &open)
    isAbnormal = findings.contains { $0.subject == .machine }
    return findings + sensors + open
  }

  /// The classifier's opinion, a running mean over the windows that stand beside a baseline; where none is learned it can
  /// say nothing, and what it said before holds for an hour.
  private mutating func hear(_ scene: Scene) -> [Double]? {
    let now = scene.window.stamp.monotonic
    if let known = opinion, now.seconds(since: known.at) > Ranking.opinionAge_s { opinion = nil }
    guard let pattern, scene.isLearned, let odds = classifier?.logOdds(pattern.encode(scene, rings)) else {
      return opinion?.odds
    }
    let newest = odds.map(Double.init)
    let said = zip(opinion?.odds ?? newest, newest).map { $0 + Ranking.opinionShare * ($1 - $0) }
    opinion = (said, now)
    return said
  }

  // MARK: one window

  /// - Parameter odds: log odds of the classifier, where it knows the fault.
  private mutating func settle(
    _ s: Int, _ scene: Scene, _ odds: Double?, _ standing: inout [Standing], _ open: inout [Finding]
  ) {
    let signature = signatures[s]
    let stamp = scene.window.stamp
    if let lacking = lacking(signature, scene) {
      for p in signature.places.indices { keep(s, p, lacking, stamp, &standing, &open) }
      return
    }
    if signature.needsLubrication, !isFreshlyGreased(stamp) { return }
    let isSuspected =
      (odds ?? -.infinity) >= (isAbnormal ? Ranking.suspicionWhereAbnormal : Ranking.suspicion)
    let anomalous = anomalousPoints
    let judgements = signature.places.indices.map { p in
      signature.judge(
        scene, at: signature.places[p], rings, anomalous: anomalous, isStanding: cells[s][p].isStanding,
        isSuspected: isSuspected, calibration)
    }
    // The classifier knows no places: it stands behind the one that shows most.
    let best = judgements.indices.max { judgements[$0].score < judgements[$1].score }
    let isClear = !judgements.contains { $0.verdict == .present }
    for (p, judged) in judgements.enumerated() {
      let isRecognised =
        isSuspected && isClear && p == best && judged.departure >= Ranking.leastDeparture
      settle(s, p, judged, isRecognised: isRecognised, odds, scene, &standing, &open)
    }
  }

  private mutating func settle(
    _ s: Int, _ p: Int, _ judged: Signature.Judgement, isRecognised: Bool, _ odds: Double?, _ scene: Scene,
    _ standing: inout [Standing], _ open: inout [Finding]
  ) {
    let signature = signatures[s]
    let place = signature.places[p]
    let stamp = scene.window.stamp
    let isStanding = cells[s][p].isStanding
    cells[s][p].partial = judged.score
    var found: Finding?
    if judged.verdict == .present || isRecognised {
      let rivalry = signature.bearingLine.map { scene.rivalry($0, at: place) }
      if isRecognised || rivalry?.isClear ?? true {
        found = finding(signature, place, judged, scene, isStanding, rivalry?.evidence)
        cells[s][p].score = judged.score
        cells[s][p].isByRules = judged.verdict == .present
      }
    } else if judged.verdict == .notAssessable {
      let reasons = signature.reasons(for: judged.deciding, scene, at: place)
      keep(s, p, reasons, stamp, &standing, &open)
      return
    }
    let isHeard = signature.model.watch == .waveforms
    let time = isHeard ? scene.newestWaveform ?? stamp.monotonic : stamp.monotonic
    let stands = cells[s][p].looks.record(found, at: time, signature.quota)
    cells[s][p].isStanding = stands != nil
    cells[s][p].odds = odds
    guard let stands else { return }
    standing.append(self.standing(s, p, stands, since: time))
  }

  private func standing(_ s: Int, _ p: Int, _ finding: Finding, since time: MonotonicTime) -> Standing {
    let cell = cells[s][p]
    return Standing(
      signature: s, place: p, finding: finding, score: cell.score, isByRules: cell.isByRules, odds: cell.odds,
      onset: cell.looks.onset ?? time, wasBest: cell.isBest)
  }

  /// What cannot be judged now: a fault that was named stands for some time as it was seen last, another stays open. A
  /// fault often carries the machine into a state that was never learned, and that is no sign of health.
  private mutating func keep(
    _ s: Int, _ p: Int, _ lacking: [String], _ stamp: Stamp, _ standing: inout [Standing],
    _ open: inout [Finding]
  ) {
    guard cells[s][p].isStanding, var known = cells[s][p].looks.newest,
      stamp.monotonic.seconds(since: known.stamp.monotonic) < Diagnostician.unjudged_s
    else {
      cells[s][p].isStanding = false
      open.append(notAssessable(signatures[s], signatures[s].places[p], lacking, stamp))
      return
    }
    known.missing = unique(known.missing + lacking)
    standing.append(self.standing(s, p, known, since: stamp.monotonic))
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
