// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Knowledge
import Machine
import Settings

/// `millwright fault show`
struct FaultShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show one fault; what the site has set is marked with its place.")
  @OptionGroup var options: KnowledgeOptions
  @Argument(help: "Its identifier, like `unbalance`.") var id: String
  @Flag(help: "Print JSON, with the place of every value.") var json = false

  private struct Report: Encodable {
    struct Value: Encodable {
      var value, layer, place: String
    }
    var fault: FaultModel
    var judge: String
    var family: String
    var symptoms: [String]
    var values: [String: Value]
  }

  func run() async throws {
    let entry = try await options.load().asked(id)
    if json {
      return try printJSON(
        Report(
          fault: entry.model, judge: entry.judge.rawValue, family: entry.family, symptoms: entry.symptomNames,
          values: Dictionary(
            uniqueKeysWithValues: entry.origins.map {
              ($0.key, .init(value: $0.value, layer: $0.layer.rawValue, place: "\($0.place)"))
            })))
    }
    FaultPage(entry).show()
  }
}

/// One fault as lines of text.
private struct FaultPage {
  let entry: KnowledgeBase.Entry
  private let own: [String: KnowledgeBase.Origin]

  init(_ entry: KnowledgeBase.Entry) {
    self.entry = entry
    own = Dictionary(uniqueKeysWithValues: entry.origins.filter { $0.layer == .site }.map { ($0.key, $0) })
  }

  func show() {
    let model = entry.model
    print("\(model.title) (\(model.id))\(mark("title"))")
    line("component", model.component)
    if !model.machines.isEmpty { line("machines", model.machines.map(\.rawValue).joined(separator: ", ")) }
    if !model.needs.isEmpty { line("needs", model.needs.map(\.rawValue).joined(separator: ", ")) }
    line("place", "each \(model.place.rawValue), watched by \(model.watch.rawValue)")
    line("severity", "\(model.severity.rawValue) or worse")
    for severity in Severity.allCases {
      if let due = model.due[severity] {
        print(
          "  \(padded("", 11))\(padded(severity.rawValue, 9))\(due == "now" ? "" : "within ")\(due)\(mark("due.\(severity.rawValue)"))"
        )
      }
    }
    line("judged by", entry.judge.rawValue)
    showSymptoms()
    list("CAUSES", "causes", model.causes)
    if !model.leadsTo.isEmpty {
      print("LEADS TO")
      for next in model.leadsTo { print("  \(next.fault): \(next.because)\(mark("leads-to.\(next.fault)"))") }
    }
    list("CONFIRM", "confirm", model.confirm)
    list("ACTIONS", "actions", model.actions)
    list("PARTS", "parts", model.parts)
    print("SOURCE\n  \(model.source)\(mark("source"))")
    if let first = entry.origins.first(where: { $0.layer == .base }) { print("  base: \(first.place.file)") }
  }

  private func showSymptoms() {
    guard !entry.model.symptoms.isEmpty else { return }
    print("SYMPTOMS  (! must be there; + share of the confidence; - what the opposite takes)")
    for (name, symptom) in zip(entry.symptomNames, entry.model.symptoms) {
      let keys = [
        "text", "see", "at", "as", "supports", "opposes", "weight", "against", "necessary", "source",
      ]
      let marks = keys.map { mark("symptoms.\(name).\($0)", named: $0) }.joined()
      let remark = entry.ifMeasured.contains(name) ? ", where it is measured" : ""
      print("  \(symptom.isNecessary ? "!" : " ") \(name): \(symptom.text)\(remark)\(marks)")
      if let test = symptom.supports {
        print("      + \(padded(rounded(symptom.weight), 6))\(symptom.see.expression) \(test.expression)")
      }
      if let test = symptom.opposes {
        print("      - \(padded(rounded(symptom.against), 6))\(symptom.see.expression) \(test.expression)")
      }
      if !symptom.source.isEmpty { print("        \(symptom.source)") }
    }
  }

  private func line(_ key: String, _ text: String) { print("  \(padded(key, 11))\(text)\(mark(key))") }

  private func list(_ title: String, _ key: String, _ texts: [String]) {
    guard !texts.isEmpty else { return }
    print("\(title)\(mark(key))")
    for text in texts { print("  \(text)") }
  }

  /// Where the site has set a value; nothing for what the base says.
  private func mark(_ key: String, named: String? = nil) -> String {
    own[key].map { "  [site\(named.map { " \($0)" } ?? ""): \($0.place)]" } ?? ""
  }
}

/// `millwright fault graph`
struct FaultGraphCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "graph",
    abstract: "Show what leads to a fault, what it leads to, and what can be taken for it.")
  @OptionGroup var options: KnowledgeOptions
  @Argument(help: "Its identifier, like `cavitation`.") var id: String
  @Flag(help: "Print JSON.") var json = false

  private struct Report: Encodable {
    var fault: String
    var causes, consequences: [FaultGraph.Step]
    /// Ways from each root, the root first.
    var roots: [[String]]
    var lookAlikes: [FaultGraph.LookAlike]
    var edges: [FaultGraph.Edge]
  }

  func run() async throws {
    let knowledge = try await options.load()
    let entry = try knowledge.asked(id)
    let graph = knowledge.graph
    let report = Report(
      fault: id, causes: graph.causes(of: id), consequences: graph.consequences(of: id),
      roots: graph.roots(of: id).compactMap { graph.path(from: $0, to: id) },
      lookAlikes: graph.lookAlikes(of: id), edges: graph.edges(at: .init(.fault, id)))
    if json { return try printJSON(report) }
    print("\(entry.model.title) (\(id)), of the \(entry.model.component)")
    list("BROUGHT ABOUT BY", entry.model.causes)
    list("COMES FROM", report.causes.map { "\(step($0, "before")): \($0.because)" })
    list("WAYS FROM THE ROOT", report.roots.map { $0.joined(separator: " -> ") })
    list("LEADS TO", report.consequences.map { "\(step($0, "after")): \($0.because)" })
    list(
      "SHARES SYMPTOMS WITH",
      report.lookAlikes.map { "\(padded($0.fault, 34))\($0.shared.joined(separator: "; "))" })
  }

  /// The fault, and where it stands on the way where that is not beside the one that was asked about.
  private func step(_ step: FaultGraph.Step, _ word: String) -> String {
    step.distance == 1 ? step.fault : "\(step.fault) \(word) \(step.via)"
  }

  private func list(_ title: String, _ lines: [String]) {
    guard !lines.isEmpty else { return }
    print(title)
    for line in lines { print("  \(line)") }
  }
}
