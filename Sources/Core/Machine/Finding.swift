// SPDX-License-Identifier: Apache-2.0

/// How urgent a finding is; the order is the order of urgency.
public enum Severity: String, CaseIterable, Comparable, Sendable, Codable {
  /// Worth watching; no alarm.
  case notice
  /// Plan work.
  case warning
  /// Act within days.
  case alarm
  /// Act now.
  case danger

  var rank: Int { Severity.allCases.firstIndex(of: self) ?? 0 }
  public static func < (a: Severity, b: Severity) -> Bool { a.rank < b.rank }
}

/// What a finding is about. A sensor fault is never a machine alarm.
public enum Subject: String, CaseIterable, Sendable, Codable { case machine, sensor }

/// One fact for or against a diagnosis. Every number in `statement` is one of the fields.
public struct Evidence: Sendable, Codable, Equatable {
  public var statement: String
  public var quantity: String
  public var value: Double?
  /// The limit, baseline or expected value that `value` was held against.
  public var reference: Double?
  public var unit: String
  /// Where the reference comes from: a standard's clause, the machine's own baseline, a model's card.
  public var source: String
  public var weight: Double
  public init(
    _ statement: String, quantity: String, value: Double? = nil, reference: Double? = nil, unit: String = "",
    source: String, weight: Double
  ) {
    self.statement = statement
    self.quantity = quantity
    self.value = value
    self.reference = reference
    self.unit = unit
    self.source = source
    self.weight = weight
  }
}

/// A named fault with the reasons for and against, or the statement that it cannot be judged.
public struct Finding: Sendable, Codable, Equatable {
  public var machine: MachineID
  /// The point that shows it best; nil when it concerns the machine as a whole.
  public var point: PointID?
  public var subject: Subject
  /// Identifier of the fault, like `bearing-outer-race`.
  public var fault: String
  /// The fault's name for people.
  public var title: String
  public var severity: Severity
  /// 0 to 1: weighted share of the evidence that speaks for it.
  public var confidence: Double
  public var supporting: [Evidence]
  public var contradicting: [Evidence]
  /// Inputs that were not there.
  public var missing: [String]
  /// What to check, and what to do.
  public var confirm: String
  public var action: String
  public var stamp: Stamp
  /// 1 for what explains the machine's state best; nil where nothing was ranked, as of sensors.
  public var rank: Int?
  /// Within what time to act, in words like `4 weeks`.
  public var due: String?
  /// The standing fault that brings this one about.
  public var consequenceOf: String?
  /// Faults from the root to this one, or from this root through its consequences; nil where it stands alone.
  public var chain: [String]?
  /// A fault that would bring this one about and of which something shows, but not enough to name it.
  public var possibleCause: String?
  /// Where its fault model was read: the layer of the knowledge base.
  public var layer: String?
  public init(
    machine: MachineID, point: PointID?, subject: Subject, fault: String, title: String, severity: Severity,
    confidence: Double, supporting: [Evidence], contradicting: [Evidence] = [], missing: [String] = [],
    confirm: String, action: String, stamp: Stamp, due: String? = nil, layer: String? = nil
  ) {
    self.machine = machine
    self.point = point
    self.subject = subject
    self.fault = fault
    self.title = title
    self.severity = severity
    self.confidence = confidence
    self.supporting = supporting
    self.contradicting = contradicting
    self.missing = missing
    self.confirm = confirm
    self.action = action
    self.stamp = stamp
    self.due = due
    self.layer = layer
  }
}

extension Finding {
  /// Where a finding stands among the others of its machine.
  public enum Role: String, CaseIterable, Sendable, Codable {
    /// No other finding brings it about, and it brings about others.
    case root
    case consequence, alone
  }
  public var role: Role {
    if consequenceOf != nil { return .consequence }
    return chain == nil ? .alone : .root
  }

  /// False for the statement that the fault cannot be judged: then `missing` says why, and the fault is
  /// neither there nor gone.
  public var isAssessable: Bool { confidence > 0 }
}

/// A model's opinion of one window.
public struct ModelScore: Sendable, Codable, Equatable {
  public var model: String
  /// First 12 hexadecimal digits of the model file's SHA-256.
  public var modelHash: String
  /// A score of the whole machine stands at a point that has the model's name.
  public var point: PointID
  public var stamp: Stamp
  public var score: Double
  /// Score that healthy windows of this machine exceed at `falseAlarmRate`.
  public var threshold: Double
  public var falseAlarmRate: Double
  /// Inputs, or groups of them, that raised the score most, largest first, as shares of it (Shapley values); empty
  /// below the threshold.
  public var contributions: [Contribution]
  public struct Contribution: Sendable, Codable, Equatable {
    public var input: String
    public var share: Double
    public init(input: String, share: Double) {
      self.input = input
      self.share = share
    }
  }
  public init(
    model: String, modelHash: String, point: PointID, stamp: Stamp, score: Double, threshold: Double,
    falseAlarmRate: Double, contributions: [Contribution]
  ) {
    self.model = model
    self.modelHash = modelHash
    self.point = point
    self.stamp = stamp
    self.score = score
    self.threshold = threshold
    self.falseAlarmRate = falseAlarmRate
    self.contributions = contributions
  }
  public var isAnomalous: Bool { score > threshold }
}

/// A value beside what this machine does when healthy, in the same operating state.
public struct Deviation: Sendable, Codable, Equatable {
  public var value: Double
  public var baselineMean: Double
  public var baselineSD: Double
  public init(value: Double, baselineMean: Double, baselineSD: Double) {
    self.value = value
    self.baselineMean = baselineMean
    self.baselineSD = baselineSD
  }
  /// Standard deviations above the mean of the healthy state.
  public var z: Double { (value - baselineMean) / baselineSD }
}

/// One machine at one moment, as diagnosis sees it.
public struct MachineWindow: Sendable {
  public var machine: MachineID
  public var stamp: Stamp
  public var state: OperatingState
  /// The newest window of each vibration point that passed the validity gate.
  public var vibration: [FeatureWindow]
  /// The newest usable reading of each scalar point.
  public var readings: [Reading]
  /// Deviations of scalar points from their baselines, where one is learned.
  public var readingDeviations: [PointID: Deviation]
  /// Deviations of vibration features, where a baseline is learned.
  public var featureDeviations: [PointID: [Feature: Deviation]]
  public var scores: [ModelScore]
  /// When the newest waveform of a point was taken, of points whose newest waveform was refused.
  public var refused: [PointID: MonotonicTime] = [:]
  /// Points whose data the validity gate or acquisition refused, with the reason.
  public var defects: [PointID: SensorDefect]
  public init(
    machine: MachineID, stamp: Stamp, state: OperatingState, vibration: [FeatureWindow] = [],
    readings: [Reading] = [], readingDeviations: [PointID: Deviation] = [:],
    featureDeviations: [PointID: [Feature: Deviation]] = [:], scores: [ModelScore] = [],
    defects: [PointID: SensorDefect] = [:]
  ) {
    self.machine = machine
    self.stamp = stamp
    self.state = state
    self.vibration = vibration
    self.readings = readings
    self.readingDeviations = readingDeviations
    self.featureDeviations = featureDeviations
    self.scores = scores
    self.defects = defects
  }
}
