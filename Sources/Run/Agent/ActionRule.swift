// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
public import Machine
public import Settings
import Store

/// What a site wants done about a fault: a work order for the plant's maintenance system.
public struct ActionRule: Sendable {
  public var name: String
  /// Identifiers of faults, or their beginning and `*`.
  public var faults: [Setting]
  /// Nil for all machines.
  public var machines: Set<MachineID>?
  /// The least severity.
  public var severity: Severity
  /// Where the work order goes.
  public var topic: String
  /// Whether it goes without a person's word.
  public var isAutomatic: Bool
  /// How long a proposal waits for a person, and an order for the broker, seconds.
  public var validFor_s: Double
}

extension ActionRule {
  /// Reads one entry of `actions:`.
  init(_ entry: Setting, plant: Plant, hasBroker: Bool) throws(SettingsError) {
    let table = try entry.table()
    guard hasBroker else { throw entry.fail("no actions without 'upstream:', whose broker takes them") }
    name = try Machine.identifier(table.required("name"))
    faults = try table.list("faults")
    guard !faults.isEmpty else { throw try table.required("faults").fail("at least one fault") }
    machines = nil
    if table.optional("machines") != nil {
      var wanted: Set<MachineID> = []
      let known = plant.machines.map(\.id.rawValue)
      for entry in try table.list("machines") {
        let text = try entry.string()
        guard known.contains(text) else {
          let hint = nearest(to: text, among: known).map { "; did you mean '\($0)'?" } ?? ""
          throw entry.fail("a machine of this site, found '\(text)'\(hint)")
        }
        wanted.insert(MachineID(text))
      }
      machines = wanted
    }
    severity = try table.choice("at", default: Severity.alarm)
    let order = try table.table("work-order")
    let topic = try order.required("topic")
    self.topic = try topic.string()
    guard !self.topic.isEmpty,
      self.topic.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F && !"+#".utf8.contains($0) })
    else { throw topic.fail("a topic without + and #, found '\(self.topic)'") }
    try order.finish()
    isAutomatic = try table.flag("automatic", default: false)
    validFor_s = try table.duration("valid-for", default: 7 * 86_400)
    guard (60...(90 * 86_400)).contains(validFor_s) else {
      throw try table.required("valid-for").fail("a duration from 1min to 90d")
    }
    try table.finish()
  }

  /// Refuses faults that nobody knows.
  func check(_ known: [String]) throws(SettingsError) {
    for entry in faults {
      let text = try entry.string()
      let isKnown =
        text.hasSuffix("*") ? known.contains { $0.hasPrefix(text.dropLast()) } : known.contains(text)
      guard isKnown else {
        let hint = nearest(to: text, among: known).map { "; did you mean '\($0)'?" } ?? ""
        throw entry.fail("a fault that is known, or the beginning of some and '*', found '\(text)'\(hint)")
      }
    }
  }

  /// Whether an alarm asks for it.
  func fits(_ alarm: Alarm) -> Bool {
    guard alarm.severity >= severity, machines?.contains(alarm.finding.machine) ?? true else { return false }
    return faults.contains { entry in
      guard let text = try? entry.string() else { return false }
      return text.hasSuffix("*")
        ? alarm.finding.fault.hasPrefix(text.dropLast()) : alarm.finding.fault == text
    }
  }
}

/// A work order as JSON; its shape is `packaging/schemas/work-order.schema.json`.
struct WorkOrder: Encodable {
  let schema = "millwright/work-order/1"
  let key, site, node, machine, alarm: String
  let occurrence: Int
  let fault, title, severity, raised: String
  let confidence: Double
  let due: AlarmMessage.Due?
  let evidence: [String]
  let confirm, action, configuration: String

  /// The order for one occurrence of an alarm.
  init(_ alarm: Alarm, rule: ActionRule, origin: AlarmMessage.Origin) {
    key = WorkOrder.key(alarm, rule)
    site = origin.site
    node = origin.node
    machine = alarm.finding.machine.rawValue
    self.alarm = alarm.id
    occurrence = alarm.occurrence
    fault = alarm.finding.fault
    title = alarm.finding.title
    severity = alarm.severity.rawValue
    raised = alarm.raised.wall.iso8601
    confidence = alarm.finding.confidence.isFinite ? min(1, max(0, alarm.finding.confidence)) : 0
    due = alarm.due.map(AlarmMessage.Due.init)
    evidence = alarm.finding.supporting.map(\.statement)
    confirm = alarm.finding.confirm
    action = alarm.finding.action
    configuration = origin.configuration
  }

  static func key(_ alarm: Alarm, _ rule: ActionRule) -> String {
    // An alarm that is told again after years in a fresh store counts its occurrences anew: its time tells them apart.
    "\(alarm.id)#\(alarm.occurrence)@\(alarm.raised.received.nanoseconds / 1_000_000_000)/\(rule.name)"
  }
}
