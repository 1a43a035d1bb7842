// SPDX-License-Identifier: Apache-2.0

import Machine

/// Announcements of the last minutes: the newest times, as many as decide whether it is a flood.
struct FloodGate: Sendable, Codable, Equatable {
  var isOn = false
  var recent: [MonotonicTime] = []
  /// How many were held back when the flood's alarm last said so.
  var told = 0
  /// How many were held back since the flood began.
  var heldBack = 0

  mutating func count(_ now: MonotonicTime, keeping limit: Int) {
    recent.append(now)
    if recent.count > limit { recent.removeFirst(recent.count - limit) }
  }

  /// Announcements within the window, at most as many as are kept.
  func rate(at now: MonotonicTime, _ window_s: Double) -> Int {
    recent.count { now.seconds(since: $0) < window_s }
  }
}

extension AlarmPolicy.Flood {
  /// Announcements in a window beyond which it is a flood, over all operators.
  var limit: Int { enter * operators }
  /// Down to which it is over.
  var calm: Int { min(leave * operators, limit) }
  /// A danger is never held back.
  var highestHeld: Severity { min(holds, .alarm) }
}

/// Flood control: the least severe alarms wait behind one alarm that counts them.
extension AlarmBook {
  static let floodFault = "alarm-flood"

  /// Whether one more announcement of this alarm would be, or is, part of a flood and can wait.
  func isFloodHeld(_ alarm: Alarm, _ now: Stamp) -> Bool {
    guard alarm.severity <= policy.flood.highestHeld else { return false }
    return gate.isOn || gate.rate(at: now.monotonic, policy.flood.window_s) >= policy.flood.limit
  }

  mutating func beginFlood(_ now: Stamp, _ out: inout [AlarmTransition]) {
    gate.isOn = true
    (gate.heldBack, gate.told) = (held.count, max(1, held.count))
    let finding = floodFinding(now)
    var entry =
      entries[finding.alarmID]
      ?? AlarmEntry(
        alarm: Alarm(
          id: finding.alarmID, occurrence: 0, state: .normal, severity: finding.severity, raised: now,
          updated: now, finding: finding))
    entry.begin(finding, at: now, policy.chatter)
    guard !entry.alarm.state.isSetAside else { return entries[finding.alarmID] = entry }
    move(entry, to: .unacknowledged, .flood, at: now, into: &out)
  }

  /// Lets out what was held back as fast as people can take it in, and ends the flood when nothing waits any more.
  mutating func drainFlood(_ now: Stamp, _ out: inout [AlarmTransition]) {
    let flood = policy.flood
    gate.heldBack = max(gate.heldBack, held.count)
    while gate.rate(at: now.monotonic, flood.window_s) < flood.calm, let id = nextHeld(),
      var entry = entries[id]
    {
      if let hold = designHold(entry.alarm, from: .suppressed, now) {
        entry.alarm.hold = hold
        place(entry)
        continue
      }
      announce(entry, .released, at: now, isReleased: true, into: &out)
    }
    let isCalm = held.isEmpty && gate.rate(at: now.monotonic, flood.window_s) <= flood.calm
    let id = floodFinding(now).alarmID
    guard var entry = entries[id] else { return gate.isOn = gate.isOn && !isCalm }
    if isCalm {
      gate.isOn = false
      entry.alarm.returned = now
      switch entry.alarm.state {
      case .unacknowledged: move(entry, to: .returnedUnacknowledged, .cleared, at: now, into: &out)
      case .acknowledged: move(entry, to: .normal, .cleared, at: now, into: &out)
      default: entries[id] = entry
      }
    } else if held.count >= 2 * gate.told, entry.alarm.state.isStanding {
      // Told anew each time that twice as many wait: the number people read is never less than half of it.
      gate.told = held.count
      entry.alarm.finding = floodFinding(now)
      move(entry, to: entry.alarm.state, .flood, at: now, into: &out)
    }
  }

  /// The most severe of those that wait, then the one that waits longest.
  private func nextHeld() -> String? {
    held.compactMap { entries[$0]?.alarm }.filter { $0.returned == nil || isKept($0) }
      .min { ($1.severity, $0.raised.monotonic, $0.id) < ($0.severity, $1.raised.monotonic, $1.id) }?.id
  }

  private func floodFinding(_ now: Stamp) -> Finding {
    let count = Double(gate.rate(at: now.monotonic, policy.flood.window_s))
    let minutes = Int(policy.flood.window_s / 60)
    return Finding(
      machine: AlarmBook.site, point: nil, subject: .machine, fault: AlarmBook.floodFault,
      title: "Alarm flood", severity: .warning, confidence: 1,
      supporting: [
        Evidence(
          "\(Int(count)) alarms or more within \(minutes) minutes", quantity: "announced alarms",
          value: count,
          reference: Double(policy.flood.limit), source: "ISA-18.2: what one operator can take in", weight: 1),
        Evidence(
          "\(held.count) alarms of severity \(policy.flood.highestHeld.rawValue) or less are held back",
          quantity: "alarms held back", value: Double(held.count), source: "this book", weight: 0),
      ],
      confirm: "See what the most severe alarms have in common.",
      action: "Work on the most severe alarms; the others follow when it is calmer.", stamp: now)
  }
}
