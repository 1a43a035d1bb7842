// SPDX-License-Identifier: Apache-2.0

import Alert
import Foundation
public import Knowledge
public import Machine
import Settings

/// Makes a record of what people wrote, or says in words what is wrong with it.
public struct RecordReader: Sendable {
  /// What a record says, by the names that options and columns have.
  public enum Field: String, CaseIterable, Sendable {
    case machine, time, kind, text, person, part, point, bearing, faults, outcome, parts, reference, remounted
  }

  /// Longest text, in characters.
  public static let textLimit = 4000
  private static let wordLimit = AlarmCommand.nameLimit
  private static let listLimit = 32
  /// What programs write where there is nothing.
  static func isNothing(_ text: String) -> Bool {
    ["", "NA", "N/A", "NULL"].contains(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private let plant: Plant
  private let faults: [String]
  private let times: RecordTime
  private let now: WallTime

  /// - Parameters:
  ///   - timeFormat: a pattern of `strptime`'s letters; nil for ISO 8601.
  ///   - zone: for times that do not say theirs.
  public init(
    plant: Plant, knowledge: KnowledgeBase, timeFormat: String? = nil, zone: String? = nil, now: WallTime
  ) throws(AgentError) {
    self.plant = plant
    faults = knowledge.names
    times = try RecordTime(pattern: timeFormat, zone: zone)
    self.now = now
  }

  /// The record, or `.refused` with the reason.
  public func read(_ values: [Field: String]) throws(AgentError) -> MaintenanceRecord {
    func value(_ field: Field) -> String? {
      let text = values[field]?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
      return RecordReader.isNothing(text) ? nil : text
    }
    let machine = try self.machine(value(.machine))
    guard let written = value(.time) else { throw .refused("time: missing") }
    let when: (time: WallTime, day: String?)
    do { when = try times.read(written, now: now) } catch { throw .refused("time: \(error)") }
    let kind = try self.kind(value(.kind))
    guard let text = value(.text) else { throw .refused("text: missing; say what was done") }
    try RecordReader.check(text, "text", limit: RecordReader.textLimit, isOneLine: false)
    guard let person = value(.person) else { throw .refused("person: missing; say who did it") }
    try RecordReader.check(person, "person")
    let bearing = try value(.bearing).map { name throws(AgentError) in
      try RecordReader.known(name, machine.bearings.map(\.name), "bearing", of: machine)
    }
    let point = try value(.point).map { name throws(AgentError) in
      try RecordReader.known(name, machine.points.map(\.id.name), "point", of: machine)
    }
    let remounted = try RecordReader.flag(value(.remounted))
    if remounted, point == nil { throw .refused("remounted: say which point's sensor was mounted anew") }
    for (field, text) in [("part", value(.part)), ("reference", value(.reference))] {
      if let text { try RecordReader.check(text, field) }
    }
    let parts = try RecordReader.list(value(.parts), "parts", cutAt: ";|")
    for part in parts { try RecordReader.check(part, "parts") }
    return MaintenanceRecord(
      kind: kind, machine: machine.id, part: value(.part), point: point, bearing: bearing, time: when.time,
      day: when.day, text: text, person: person,
      diagnoses: try diagnoses(value(.faults), value(.outcome)), partsUsed: parts,
      reference: value(.reference),
      isRemounted: remounted)
  }

  private func machine(_ name: String?) throws(AgentError) -> Machine {
    guard let name else { throw .refused("machine: missing") }
    if let machine = plant.machines.first(where: { $0.id.rawValue == name }) { return machine }
    throw .refused(
      "machine: '\(name)' is not in the site file\(RecordReader.hint(name, plant.machines.map(\.id.rawValue)))"
    )
  }

  private func kind(_ name: String?) throws(AgentError) -> MaintenanceEvent.Kind {
    let all = MaintenanceEvent.Kind.allCases.map(\.rawValue)
    guard let name else { throw .refused("kind: missing; one of \(all.joined(separator: ", "))") }
    guard let kind = MaintenanceEvent.Kind(rawValue: name) else {
      throw .refused("kind: '\(name)' is not one of \(all.joined(separator: ", "))")
    }
    return kind
  }

  /// `bearing-outer-race=confirmed unbalance`: an outcome of its own, or the one for all, or none.
  private func diagnoses(_ text: String?, _ outcome: String?) throws(AgentError) -> [MaintenanceRecord
    .Diagnosis]
  {
    let common = try outcome.map { word throws(AgentError) in try RecordReader.outcome(word) }
    var diagnoses: [MaintenanceRecord.Diagnosis] = []
    for word in try RecordReader.list(text, "faults", cutAt: " ,;|") {
      let halves = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      guard faults.contains(halves[0]) else {
        throw .refused(
          "faults: '\(halves[0])' is no fault\(RecordReader.hint(halves[0], faults, listing: false))")
      }
      if diagnoses.contains(where: { $0.fault == halves[0] }) {
        throw .refused("faults: '\(halves[0])' stands twice")
      }
      diagnoses.append(.init(halves[0], halves.count == 2 ? try RecordReader.outcome(halves[1]) : common))
    }
    if common != nil, diagnoses.isEmpty { throw .refused("outcome: of what? say which fault it is about") }
    return diagnoses
  }

  private static func outcome(_ word: String) throws(AgentError) -> MaintenanceEvent.Outcome {
    guard let outcome = MaintenanceEvent.Outcome(rawValue: word) else {
      throw .refused("outcome: '\(word)' is not one of confirmed, refuted")
    }
    return outcome
  }

  private static func known(_ name: String, _ names: [String], _ what: String, of machine: Machine)
    throws(AgentError) -> String
  {
    if names.contains(name) { return name }
    throw .refused("\(what): '\(name)' is no \(what) of \(machine.id)\(hint(name, names))")
  }

  private static func hint(_ word: String, _ names: [String], listing: Bool = true) -> String {
    if let near = nearest(to: word, among: names) { return "; did you mean '\(near)'?" }
    guard listing else { return "; 'millwright fault search \(word)' looks for what was meant" }
    if names.isEmpty { return "; there is none" }
    return
      "; known: \(names.prefix(8).joined(separator: ", "))\(names.count > 8 ? " and \(names.count - 8) more" : "")"
  }

  private static func flag(_ text: String?) throws(AgentError) -> Bool {
    switch text?.lowercased() {
    case nil, "no", "false", "0": false
    case "yes", "true", "1": true
    default: throw .refused("remounted: '\(text ?? "")' is not yes or no")
    }
  }

  private static func list(_ text: String?, _ field: String, cutAt cuts: String) throws(AgentError)
    -> [String]
  {
    let words = (text ?? "").split { cuts.contains($0) }.map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
    guard words.count <= listLimit else {
      throw .refused("\(field): at most \(listLimit), found \(words.count)")
    }
    return words
  }

  private static func check(_ text: String, _ field: String, limit: Int = wordLimit, isOneLine: Bool = true)
    throws(AgentError)
  {
    guard text.count <= limit else {
      throw .refused("\(field): at most \(limit) characters, found \(text.count)")
    }
    let allowed: Set<Unicode.Scalar> = isOneLine ? [] : ["\n", "\r", "\t"]
    let isPlain = text.unicodeScalars.allSatisfy {
      $0.properties.generalCategory != .control || allowed.contains($0)
    }
    guard isPlain else { throw .refused("\(field): holds control characters") }
  }
}
