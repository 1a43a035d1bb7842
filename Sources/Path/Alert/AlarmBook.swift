// SPDX-License-Identifier: Apache-2.0

public import Machine

/// The alarms of a site as state machines after ISA-18.2 (IEC 62682): findings and commands in, transitions out.
/// Whoever owns the book stores and publishes the transitions; the book has no clock and no I/O.
/// ```
///                 condition                    acknowledge
///   normal ─────────────────► unacknowledged ─────────────► acknowledged
///     ▲                        │          ▲                      │
///     │ acknowledge       away │          │ condition      away  │
///     │                        ▼          │                      ▼
///     └──────────────── returned-unacknowledged               normal
///
///   any of these four ── shelve ──► shelved ──────────┐ unshelve, its end, worse than it was shelved for
///                     ── by design ► suppressed ──────┤ root gone, machine running, flood over, danger
///                     ── oos ─────► out-of-service ───┘ return to service
///                                                     └──► unacknowledged (condition there), else normal
/// ```
/// "Away" means watched to be away for the whole off-delay: a condition that comes back before changes nothing. A latched
/// alarm stays, its condition away, until a person resets it. A rising severity makes an acknowledged alarm
/// unacknowledged again; severity never falls while the alarm stands. An alarm is raised at `warning` or above and returns
/// when not even a notice is left: the deadband in severity. A finding that says "not assessable", or a defect of the
/// point that showed it, holds an alarm where it is: unknown is not normal.
///
/// Suppression by design, in this order: the consequence under its root (and `anomaly` under any named fault), what
/// begins while the machine is off or starts, and the least severe in a flood. None of it hides a danger, unless under a
/// root that is a danger itself.
/// ```swift
/// var book = AlarmBook(restoring: stored)
/// for transition in book.update(findings, for: pump.id, motion: .running, at: stamp) { store(transition) }
/// for transition in book.tick(at: stamp) { store(transition) }       // ends of shelves and floods
/// ```
public struct AlarmBook: ~Copyable {
  /// Delays and bounds.
  public let policy: AlarmPolicy
  /// Times that a condition found no place because the book was full of more urgent alarms; it is tried again.
  public internal(set) var refused = 0
  var entries: [String: AlarmEntry] = [:]
  /// The keys of `entries` by machine.
  var identifiers: [MachineID: Set<String>] = [:]
  /// Conditions whose on-delay runs, and since when. Bounded by the findings of one window per machine.
  var pending: [String: AlarmMemory.Pending] = [:]
  /// What each machine was doing when it was last judged.
  var motions: [MachineID: OperatingState.Motion] = [:]
  var gate = FloodGate()
  /// Alarms on a shelf, and those held back by the flood.
  var shelved: Set<String> = []
  var held: Set<String> = []
  /// Which alarm leaves a full book first.
  var ranks = DropRanks()

  /// The machine that alarms about the alarms themselves belong to.
  public static let site = MachineID("site")

  /// A book that goes on from stored alarms; those beyond the capacity are the least urgent ones.
  public init(policy: AlarmPolicy = AlarmPolicy(), restoring stored: [Alarm] = []) {
    self.policy = policy
    let entries = stored.map { AlarmEntry(alarm: $0) }.sorted { DropRanks.isBefore($1, $0) }
    for entry in entries.prefix(policy.capacity) { place(entry) }
  }

  /// Takes over what diagnosis says about one machine after a window.
  /// - Parameters:
  ///   - findings: all findings of this machine, those that cannot be judged included.
  ///   - motion: what the machine is doing; unknown suppresses nothing.
  public mutating func update(
    _ findings: [Finding], for machine: MachineID, motion: OperatingState.Motion = .unknown, at now: Stamp
  ) -> [AlarmTransition] {
    var transitions: [AlarmTransition] = []
    motions[machine] = motion
    let own = findings.filter { $0.machine == machine }
    let present = Dictionary(
      own.filter(\.isAssessable).map { ($0.alarmID, $0.clampedForAlarm) }
    ) { a, b in a.severity >= b.severity ? a : b }
    for (id, finding) in rootsFirst(present) { meet(id, finding, now, &transitions) }
    if !pending.isEmpty { pending = pending.filter { present[$0.key] != nil || $0.value.machine != machine } }
    let unjudged = Unjudged(own)
    for id in identifiers(of: machine) where present[id] == nil {
      guard let entry = entries[id], entry.alarm.returned == nil else { continue }
      if unjudged.holds(entry.alarm.finding) {
        entries[id]?.lastAway = nil
      } else {
        miss(id, now, &transitions)
      }
    }
    reconsider(machine, present, now, &transitions)
    return transitions
  }

  /// Lets time pass: ends shelves, lets out what a flood held back. To be called between updates, every second or so.
  public mutating func tick(at now: Stamp) -> [AlarmTransition] {
    var transitions: [AlarmTransition] = []
    for id in shelved.sorted() {
      guard let entry = entries[id], entry.isShelfOver(at: now, maximum_s: policy.shelveMaximum_s) else {
        continue
      }
      bringBack(entry, .expired, at: now, into: &transitions)
    }
    if gate.isOn || !held.isEmpty { drainFlood(now, &transitions) }
    return transitions
  }
}

extension AlarmBook {
  /// Alarms that need a person, most urgent first, then oldest first.
  public var standing: [Alarm] { AlarmBook.inOrder(entries.values.map(\.alarm).filter(\.state.isStanding)) }

  /// Standing alarms of one machine, in the order of `standing`.
  public func standing(of machine: MachineID) -> [Alarm] {
    AlarmBook.inOrder(
      (identifiers[machine] ?? []).compactMap { entries[$0]?.alarm }.filter(\.state.isStanding))
  }

  /// Alarms of one machine that are not over, those set aside among them, by identifier.
  public func open(of machine: MachineID) -> [Alarm] {
    identifiers(of: machine).compactMap { entries[$0]?.alarm }.filter { $0.state != .normal }
  }

  /// The alarm with this identifier, in whatever state.
  public func alarm(_ id: String) -> Alarm? { entries[id]?.alarm }

  /// Whether anything about this machine itself stands, told or set aside: nothing is learned as normal then.
  public func isAffected(_ machine: MachineID) -> Bool {
    (identifiers[machine] ?? []).contains { id in
      guard let alarm = entries[id]?.alarm, alarm.finding.subject == .machine else { return false }
      return alarm.state.isStanding || alarm.state.isSetAside && alarm.returned == nil
    }
  }

  /// Number of alarms kept, whatever their state.
  public var count: Int { entries.count }

  /// Alarms suppressed under this one, directly or through another consequence, in the order of `standing`.
  public func consequences(of id: String) -> [Alarm] {
    guard let machine = entries[id]?.alarm.finding.machine else { return [] }
    let suppressed = identifiers(of: machine).compactMap { entries[$0]?.alarm }.filter {
      $0.state == .suppressed && $0.hold?.parent != nil
    }
    var under: Set<String> = [id]
    var found: [Alarm] = []
    while let next = suppressed.first(where: { alarm in
      !under.contains(alarm.id) && alarm.hold?.parent.map(under.contains) == true
    }) {
      under.insert(next.id)
      found.append(next)
    }
    return AlarmBook.inOrder(found)
  }

  /// Alarms that have stood longer than the policy's `stale_s`, in the order of `standing`.
  public func stale(at now: Stamp) -> [Alarm] {
    standing.filter { $0.isStale(at: now.received, after_s: policy.stale_s) }
  }

  func identifiers(of machine: MachineID) -> [String] { (identifiers[machine] ?? []).sorted() }

  static func inOrder(_ alarms: [Alarm]) -> [Alarm] {
    alarms.sorted { ($1.severity, $0.raised.wall, $0.id) < ($0.severity, $1.raised.wall, $1.id) }
  }
}

extension Alarm {
  /// Whether it has stood longer than this.
  public func isStale(at now: WallTime, after_s: Double) -> Bool {
    state.isStanding && now.seconds - raised.received.seconds > after_s
  }
}
