// SPDX-License-Identifier: Apache-2.0

import Alert
import Condition
import Foundation
import Infer
public import Machine
public import Store

// What a maintenance record does to a running path. Diagnosis takes note of it; after a repair or replacement, what was
// normal is learned anew; alarms that the record addresses are closed with it as their cause. A record that is older
// than what was learned, or than an alarm, says nothing about either: history may be imported at any time.

extension PlantPath {
  /// Work longer ago than this, seconds, says nothing of a fault that diagnosis sees since: its last looks came after it.
  static let recentFor_s = 86_400.0
  /// A sensor mounted anew longer ago than this, seconds, has its usual mean by now.
  static let remountedFor_s = 30 * 86_400.0

  /// Takes a record in and says what it did.
  public mutating func take(
    _ record: MaintenanceRecord, at now: Stamp, into batch: inout StoreBatch
  ) -> RecordEffect {
    var effect = RecordEffect()
    guard let place = places[record.machine] else {
      effect.lines.append("machine \(record.machine) is no longer in the site file: kept, nothing done")
      return effect
    }
    let age_s = now.received.seconds - record.latest.seconds
    for event in record.events {
      if age_s <= PlantPath.recentFor_s { note(event) } else { count(event) }
    }
    if record.kind == .lubrication { machines[place].remember(lubrication: record.time) }
    if record.changesMachine || record.isRemounted {
      relearn(record, place, &effect)
    } else {
      effect.lines.append("baselines stay: \(reason(record))")
    }
    if record.isRemounted, age_s <= PlantPath.remountedFor_s, let name = record.point {
      remounted(PointID(record.machine, name))
      effect.lines.append("the usual mean of \(name) is learned anew: its sensor was mounted anew")
    }
    close(record, place, isAnew: !effect.relearned.isEmpty, at: now, into: &batch, &effect)
    return effect
  }

  /// Takes note of what people did at a machine; outcomes count for all machines of its kind.
  public mutating func note(_ event: MaintenanceEvent) {
    guard let place = places[event.machine] else { return }
    let kind = machines[place].machine.kind
    for i in machines.indices { machines[i].note(event, on: kind) }
  }

  /// Takes note that somebody mounted the sensor of a point anew on purpose, so that its mean, which has moved, is not
  /// refused as a bias for ever. The defect stands until the next capture is good.
  public mutating func remounted(_ point: PointID) { gate.remounted(point) }

  /// Counts the outcome of an event; nothing else.
  mutating func count(_ event: MaintenanceEvent) {
    guard event.outcome != nil, let place = places[event.machine] else { return }
    let kind = machines[place].machine.kind
    for i in machines.indices { machines[i].count(event, on: kind) }
  }

  private func reason(_ record: MaintenanceRecord) -> String {
    switch record.kind {
    case .inspection: "an inspection changes nothing"
    case .lubrication: "a lubrication is noted only"
    case .workOrder, .replacement: "nothing of what it was about was found"
    }
  }

  private mutating func relearn(_ record: MaintenanceRecord, _ place: Int, _ effect: inout RecordEffect) {
    let points = PlantPath.points(of: record, on: machines[place].machine)
    let forgotten = machines[place].relearn(points, learnedBefore: record.latest)
    detector?.forget(forgotten)
    effect.relearned = forgotten.map(\.name).sorted()
    effect.lines.append(
      forgotten.isEmpty
        ? "baselines stay: they were begun after the work, or there was none"
        : "baselines learned anew: \(effect.relearned.joined(separator: ", "))")
  }

  /// The points that the work was about; all of the machine unless it names a point or a bearing that points listen to.
  static func points(of record: MaintenanceRecord, on machine: Machine) -> Set<PointID> {
    if let name = record.point { return [PointID(machine.id, name)] }
    let part = record.bearing ?? record.part
    let near = machine.points.filter { $0.bearing != nil && $0.bearing == part }.map(\.id)
    return Set(near.isEmpty ? machine.points.map(\.id) : near)
  }

  // MARK: alarms

  private mutating func close(
    _ record: MaintenanceRecord, _ place: Int, isAnew: Bool, at now: Stamp, into batch: inout StoreBatch,
    _ effect: inout RecordEffect
  ) {
    let machine = machines[place].machine
    for alarm in alarms.open(of: record.machine) {
      guard let verdict = verdict(of: record, on: alarm, machine, isAnew: isAnew) else { continue }
      guard alarm.raised.wall <= record.latest else {
        effect.lines.append("alarm \(alarm.id) stays: it was raised after the work")
        continue
      }
      let text = record.text.split(whereSeparator: \.isNewline).first ?? ""
      let command = AlarmCommand(
        .close, alarm.id, by: record.person,
        why: String(text.replacing("\t", with: " ").prefix(300)), record: "record \(record.id)",
        verdict: verdict)
      do throws(AlarmError) {
        _ = try obey(command, at: now, into: &batch)
        effect.lines.append("alarm \(alarm.id) closed: \(verdict.rawValue)")
      } catch { effect.lines.append("alarm \(alarm.id) stays: \(error)") }
    }
  }

  /// What the record says of an alarm; nil when it is not about it.
  private func verdict(
    of record: MaintenanceRecord, on alarm: Alarm, _ machine: Machine, isAnew: Bool
  ) -> RecordVerdict? {
    let fault = alarm.finding.fault
    if let diagnosis = record.diagnoses.first(where: { $0.fault == fault }) {
      guard isAt(alarm, record, machine) else { return nil }
      switch (diagnosis.outcome, record.kind) {
      case (.refuted, _): return .refuted
      // What an inspection confirmed is still there.
      case (_, .inspection): return nil
      case (.confirmed, _): return .confirmed
      case (nil, _): return .repaired
      }
    }
    // The model's opinion rested on the baseline that is gone.
    if isAnew, fault == "anomaly" { return .repaired }
    guard record.kind == .replacement, record.diagnoses.isEmpty, let component = components[fault] else {
      return nil
    }
    if record.part == component { return isAt(alarm, record, machine) ? .repaired : nil }
    return record.bearing != nil && component == "bearing" && isAt(alarm, record, machine) ? .repaired : nil
  }

  /// Whether the alarm is about the place that the record names; one without a place is about all of the machine.
  private func isAt(_ alarm: Alarm, _ record: MaintenanceRecord, _ machine: Machine) -> Bool {
    guard let name = alarm.finding.point?.name else { return true }
    if let point = record.point { return point == name }
    guard let bearing = record.bearing, let own = machine.point(name)?.bearing else { return true }
    return own == bearing
  }
}
