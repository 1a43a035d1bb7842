// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import Machine
internal import Settings

/// A fault file that is not on disk.
package enum FaultFile {
  package struct Text {
    var name: String
    var layer: KnowledgeBase.Layer
    var text: String

    package init(name: String, layer: KnowledgeBase.Layer, text: String) {
      self.name = name
      self.layer = layer
      self.text = text
    }
  }
  static let schema = "millwright/faults/1"
}

/// Reads fault files into drafts, lays the layers over each other, and collects everything that is wrong.
struct FaultReader {
  private(set) var problems: [SettingsError] = []
  private var drafts: [FaultDraft] = []
  private var positions: [String: Int] = [:]
  /// Faults that a file of the site itself defines first.
  private var additions: Set<String> = []
  /// Faults that stand in a file but could not be read: told once, not again at all that lead to them.
  private var unreadable: Set<String> = []

  /// Reads a file, or every `*.yaml` of a folder in the order of their names.
  mutating func read(_ path: String, layer: KnowledgeBase.Layer) {
    var isDirectory: ObjCBool = false
    // SAFETY: the flag lives on this frame for the length of the call.
    let exists = unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard exists, isDirectory.boolValue else {
      do { try take(Setting.load(path: path), layer) } catch { problems.append(error) }
      return
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    let files = names.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.sorted()
    if files.isEmpty {
      problems.append(.unreadable(file: path, reason: "a folder without a fault file (*.yaml)"))
    }
    for name in files { read("\(path)/\(name)", layer: layer) }
  }

  mutating func read(_ file: FaultFile.Text) {
    do { try take(Setting.parse(file.text, file: file.name), file.layer) } catch { problems.append(error) }
  }

  private mutating func take(_ root: Setting, _ layer: KnowledgeBase.Layer) throws(SettingsError) {
    let table = try root.table()
    let schema = try table.required("schema")
    guard try schema.string() == FaultFile.schema else {
      throw schema.fail("'\(FaultFile.schema)', found '\(schema.text)'")
    }
    let family = try table.optionalString("family") ?? "site"
    let entries = try table.table("faults")
    for id in entries.keys {
      do {
        try add(FaultDraft(try entries.required(id), id: id, family: family, layer: layer), layer)
      } catch {
        problems.append(error)
        unreadable.insert(id)
      }
    }
    try table.finish()
  }

  private mutating func add(_ draft: FaultDraft, _ layer: KnowledgeBase.Layer) throws(SettingsError) {
    guard let position = positions[draft.id] else {
      positions[draft.id] = drafts.count
      drafts.append(draft)
      if layer == .site { additions.insert(draft.id) }
      return
    }
    guard layer == .site else {
      throw .invalid(
        draft.place, key: draft.id, expected: "an id of its own; it stands at \(drafts[position].place) too")
    }
    problems += drafts[position].lay(draft)
  }

  /// The faults that the drafts mean; what is wrong with them stands in `problems` afterwards.
  mutating func understood() -> (entries: [KnowledgeBase.Entry], disabled: [KnowledgeBase.Disabled]) {
    var entries: [KnowledgeBase.Entry] = []
    var disabled: [KnowledgeBase.Disabled] = []
    for draft in drafts {
      do {
        try checkMeaning(of: draft)
        let model = try draft.model()
        let judge = try draft.judge()
        if try draft.isEnabled() {
          entries.append(
            .init(
              model: model, judge: judge, family: draft.family, symptomNames: try draft.enabledSymptoms(),
              ifMeasured: try draft.symptomsIfMeasured(),
              origins: draft.origins))
        } else {
          disabled.append(
            .init(
              id: draft.id, title: model.title, reason: draft.values["reason"]?.setting.text ?? "",
              place: draft.values["enabled"]?.setting.place ?? draft.place))
        }
      } catch { problems.append(error) }
    }
    checkConsequences()
    let off = Set(disabled.map(\.id))
    for position in entries.indices { entries[position].model.leadsTo.removeAll { off.contains($0.fault) } }
    return (entries, disabled)
  }

  /// A site's entry that neither the base knows nor is whole was meant for one that the base knows.
  private func checkMeaning(of draft: FaultDraft) throws(SettingsError) {
    guard additions.contains(draft.id), draft.values["title"] == nil, !unreadable.contains(draft.id) else {
      return
    }
    let known = drafts.map(\.id).filter { !additions.contains($0) }
    let hint = nearest(to: draft.id, among: known).map { "; did you mean '\($0)'?" } ?? ""
    throw .invalid(
      draft.place, key: draft.id,
      expected: "a fault of the base to change, or a whole new one with its title\(hint)")
  }

  /// Every consequence must be a fault, and none may lead back to where it came from.
  private mutating func checkConsequences() {
    var resolved: [String: [String]] = [:]
    for draft in drafts {
      for fault in draft.consequences {
        guard let value = draft.values["leads-to.\(fault)"] else { continue }
        if positions[fault] == nil, unreadable.contains(fault) { continue }
        if positions[fault] == nil {
          problems.append(value.setting.unknown("fault", fault, among: drafts.map(\.id)))
        } else {
          resolved[draft.id, default: []].append(fault)
        }
      }
    }
    if let cycle = firstCycle(in: resolved, order: drafts.map(\.id)) { problems.append(refusal(of: cycle)) }
  }

  private func refusal(of cycle: [String]) -> SettingsError {
    func place(_ from: String, _ to: String) -> Place {
      let draft = drafts[positions[from] ?? 0]
      return draft.values["leads-to.\(to)"]?.setting.place ?? draft.place
    }
    let steps = zip(cycle, cycle.dropFirst()).map { "\($0) leads to \($1) (\(place($0, $1)))" }
    return .invalid(
      place(cycle[0], cycle[1]), key: "\(cycle[0]).leads-to",
      expected: "no way back to the fault itself, found \(steps.joined(separator: ", "))")
  }
}

/// The first way that ends where it began, its first node twice; nil where there is none.
func firstCycle(in edges: [String: [String]], order: [String]) -> [String]? {
  var done: Set<String> = []
  func walk(_ node: String, _ path: [String]) -> [String]? {
    if let start = path.firstIndex(of: node) { return Array(path[start...]) + [node] }
    guard !done.contains(node) else { return nil }
    for next in edges[node] ?? [] {
      if let cycle = walk(next, path + [node]) { return cycle }
    }
    done.insert(node)
    return nil
  }
  for node in order {
    if let cycle = walk(node, []) { return cycle }
  }
  return nil
}
