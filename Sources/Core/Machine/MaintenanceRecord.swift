// SPDX-License-Identifier: Apache-2.0

/// What a person wrote down about work on a machine: once accepted it never changes, and its identity is its content.
public struct MaintenanceRecord: Sendable, Codable, Equatable, Identifiable {
  /// One fault that the work was about, and what people found of it.
  public struct Diagnosis: Sendable, Codable, Equatable {
    public var fault: String
    /// Nil when the record does not say.
    public var outcome: MaintenanceEvent.Outcome?
    public init(_ fault: String, _ outcome: MaintenanceEvent.Outcome? = nil) {
      self.fault = fault
      self.outcome = outcome
    }
  }

  public var kind: MaintenanceEvent.Kind
  public var machine: MachineID
  /// The part worked on in the person's own word; names of points and bearings are the site's.
  public var part: String?
  public var point: String?
  public var bearing: String?
  /// When the work was done; its first moment where only the day is known.
  public var time: WallTime
  /// The date, like `2026-01-31`, where only the day is known.
  public var day: String?
  public var text: String
  public var person: String
  public var diagnoses: [Diagnosis]
  public var partsUsed: [String]
  /// Number of the work order where it came from.
  public var reference: String?
  /// Whether the sensor of `point` was mounted anew.
  public var isRemounted: Bool

  public init(
    kind: MaintenanceEvent.Kind, machine: MachineID, part: String? = nil, point: String? = nil,
    bearing: String? = nil, time: WallTime, day: String? = nil, text: String, person: String,
    diagnoses: [Diagnosis] = [], partsUsed: [String] = [], reference: String? = nil, isRemounted: Bool = false
  ) {
    self.kind = kind
    self.machine = machine
    self.part = part
    self.point = point
    self.bearing = bearing
    self.time = time
    self.day = day
    self.text = text
    self.person = person
    self.diagnoses = diagnoses
    self.partsUsed = partsUsed
    self.reference = reference
    self.isRemounted = isRemounted
  }

  /// The last moment at which the work may have been done.
  public var latest: WallTime {
    day != nil ? WallTime(nanoseconds: time.nanoseconds + 86_399_999_999_999) : time
  }

  /// 16 hexadecimal digits made of everything that the record says (FNV-1a, 64 bits): the same row is the same record.
  public var id: String {
    let fields: [String?] = [
      kind.rawValue, machine.rawValue, part, point, bearing, "\(time.nanoseconds)", day, text,
      person, diagnoses.map { "\($0.fault)=\($0.outcome?.rawValue ?? "")" }.joined(separator: "\u{1E}"),
      partsUsed.joined(separator: "\u{1E}"), reference, isRemounted ? "remounted" : nil,
    ]
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in fields.map({ $0 ?? "\u{0}" }).joined(separator: "\u{1F}").utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// What diagnosis takes note of: one event for each outcome, or one without faults.
  public var events: [MaintenanceEvent] {
    let outcomes: [MaintenanceEvent.Outcome?] = [nil, .confirmed, .refuted]
    let events = outcomes.compactMap { outcome -> MaintenanceEvent? in
      let faults = diagnoses.filter { $0.outcome == outcome }.map(\.fault)
      return faults.isEmpty ? nil : event(faults, outcome)
    }
    return events.isEmpty ? [event([], nil)] : events
  }

  private func event(_ faults: [String], _ outcome: MaintenanceEvent.Outcome?) -> MaintenanceEvent {
    MaintenanceEvent(
      kind: kind, machine: machine, part: bearing ?? part ?? point, time: time, faults: faults,
      outcome: outcome)
  }

  /// Whether the work changed the machine, so that what is normal for it must be learned anew. A work order that found
  /// nothing of what it was about changed nothing.
  public var changesMachine: Bool {
    switch kind {
    case .replacement: true
    case .workOrder: diagnoses.isEmpty || diagnoses.contains { $0.outcome != .refuted }
    case .inspection, .lubrication: false
    }
  }
}

/// What the daemon did because of a record.
public struct RecordEffect: Sendable, Codable, Equatable {
  /// What was done, or why nothing, a line each.
  public var lines: [String]
  /// Points whose baselines are learned anew.
  public var relearned: [String]

  public init(lines: [String] = [], relearned: [String] = []) {
    self.lines = lines
    self.relearned = relearned
  }
}

/// One of the main figures of a machine over a stretch of time.
public struct MachineFigure: Sendable, Codable, Equatable {
  public var point: String
  /// Name with its unit, like `velocity_rms_mm_s`.
  public var quantity: String
  public var mean: Double
  public var largest: Double
  public var count: Int

  public init(point: String, quantity: String, mean: Double, largest: Double, count: Int) {
    self.point = point
    self.quantity = quantity
    self.mean = mean
    self.largest = largest
    self.count = count
  }
}
