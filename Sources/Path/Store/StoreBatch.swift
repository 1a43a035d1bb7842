// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Everything that one window of the path produced: stored in one transaction, or not at all.
public struct StoreBatch: Sendable {
  /// Scalar measurements, good or not.
  public var readings: [Reading]
  /// Features of waveforms; they go upstream.
  public var windows: [FeatureWindow]
  /// Models' opinions.
  public var scores: [ModelScore]
  /// Diagnoses; they go upstream.
  public var findings: [Finding]
  /// Steps of alarms; they go upstream, first of all.
  public var transitions: [AlarmTransition]
  /// What stood behind an alarm.
  public var evidence: [EvidenceRecord]
  /// States of stages.
  public var snapshots: [Snapshot]
  /// Answers to commands, in one transaction with what they did.
  public var answers: [CommandAnswer] = []
  /// Records that were taken in, in one transaction with what they did.
  public var taken: [TakenRecord] = []

  /// A batch of what is given; the rest is empty.
  public init(
    readings: [Reading] = [], windows: [FeatureWindow] = [], scores: [ModelScore] = [],
    findings: [Finding] = [], transitions: [AlarmTransition] = [], evidence: [EvidenceRecord] = [],
    snapshots: [Snapshot] = []
  ) {
    self.readings = readings
    self.windows = windows
    self.scores = scores
    self.findings = findings
    self.transitions = transitions
    self.evidence = evidence
    self.snapshots = snapshots
  }

  /// Whether there is nothing to store.
  public var isEmpty: Bool {
    readings.isEmpty && windows.isEmpty && scores.isEmpty && findings.isEmpty && transitions.isEmpty
      && evidence.isEmpty && snapshots.isEmpty && answers.isEmpty && taken.isEmpty
  }
}

/// The waveform and spectrum that stood behind an alarm.
public struct EvidenceRecord: Sendable {
  /// `Alarm.id` and its occurrence.
  public var alarm: String
  /// `Alarm.occurrence` that it belongs to.
  public var occurrence: Int
  /// The capture, stored as float32.
  public var waveform: Waveform
  /// Its spectrum, where one was made.
  public var spectrum: Spectrum?

  /// Evidence for one occurrence of an alarm.
  public init(alarm: String, occurrence: Int, waveform: Waveform, spectrum: Spectrum? = nil) {
    self.alarm = alarm
    self.occurrence = occurrence
    self.waveform = waveform
    self.spectrum = spectrum
  }
}

/// The state of a stage (a baseline, a detector) that must outlive a restart; the newest replaces.
public struct Snapshot: Sendable, Equatable {
  /// Name of the state, like `baseline/P-101`.
  public var key: String
  /// When the state was taken.
  public var stamp: Stamp
  /// The state in the encoding of its owner; kept with a checksum.
  public var bytes: [UInt8]

  /// A state under its name.
  public init(key: String, stamp: Stamp, bytes: [UInt8]) {
    self.key = key
    self.stamp = stamp
    self.bytes = bytes
  }
}

/// The classes of record that retention and backlog tell apart, in the order in which they are given up.
public enum RecordClass: String, CaseIterable, Sendable, Codable {
  case readings, windows, scores, findings, evidence, transitions
}

extension StoreBatch {
  /// About how many bytes a class of this batch takes, in memory and on disk alike.
  func bytes(_ kind: RecordClass) -> Int {
    switch kind {
    case .readings: readings.count * 32
    case .windows: windows.reduce(0) { $0 + 320 + $1.logBands.count * 4 + $1.lines.count * 160 }
    case .scores: scores.reduce(0) { $0 + 120 + $1.contributions.count * 48 }
    case .findings: findings.reduce(0) { $0 + $1.approximateBytes }
    case .evidence: evidence.reduce(0) { $0 + $1.approximateBytes }
    case .transitions: transitions.reduce(0) { $0 + 256 + $1.alarm.finding.approximateBytes }
    }
  }

  /// About how many bytes the batch takes, snapshots included.
  public var approximateBytes: Int {
    RecordClass.allCases.reduce(0) { $0 + bytes($1) } + snapshots.reduce(0) { $0 + $1.bytes.count + 64 }
  }
}

extension Finding {
  fileprivate var approximateBytes: Int { 700 + (supporting.count + contradicting.count) * 260 }
}

extension EvidenceRecord {
  fileprivate var approximateBytes: Int {
    160 + waveform.samples.count * 4 + (spectrum?.amplitudes.count ?? 0) * 4
  }
}
