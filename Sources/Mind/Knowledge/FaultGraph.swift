// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Everything that is known of faults as a graph: components have faults, causes bring them, they show symptoms, ask for
/// actions, take parts, and lead to other faults.
///
/// ```swift
/// let graph = knowledge.graph
/// graph.causes(of: "cavitation").map(\.fault)          // ["blocked-strainer"]
/// graph.path(from: "soft-foot", to: "seal-failure")    // soft-foot, parallel-misalignment, seal-failure
/// ```
/// Consequences form no cycle: the loader refuses one.
public struct FaultGraph: Sendable {
  public enum Kind: String, CaseIterable, Sendable, Codable {
    case component, fault, symptom, cause, action, part
  }

  /// A thing that faults have to do with, by what it is called.
  public struct Node: Hashable, Sendable, Codable {
    public var kind: Kind
    public var name: String
    public init(_ kind: Kind, _ name: String) {
      self.kind = kind
      self.name = name
    }
  }

  public enum Relation: String, CaseIterable, Sendable, Codable {
    /// Component to fault; fault to symptom; cause to fault.
    case has, shows, brings
    /// Fault to fault, action, part.
    case leadsTo = "leads-to"
    case asksFor = "asks-for"
    case takes
  }

  public struct Edge: Hashable, Sendable, Codable {
    public var source: Node
    public var relation: Relation
    public var target: Node
    /// Why a fault follows; what a symptom is called.
    public var note: String
  }

  /// A fault that another can be reached from or leads to.
  public struct Step: Hashable, Sendable, Codable {
    public var fault: String
    /// How many consequences lie between.
    public var distance: Int
    /// The next fault on the way to the one that was asked about, and why one of the two follows from the other.
    public var via: String
    public var because: String
  }

  /// A fault that shows some of the same symptoms.
  public struct LookAlike: Hashable, Sendable, Codable {
    public var fault: String
    /// The expressions of the symptoms that one value can meet for both.
    public var shared: [String]

    package init(fault: String, shared: [String]) {
      self.fault = fault
      self.shared = shared
    }
  }

  public let edges: [Edge]
  private let models: [FaultModel]
  private let outward: [String: [FaultModel.Consequence]]
  private let inward: [String: [FaultModel.Consequence]]

  public init(_ models: [FaultModel]) {
    self.models = models
    edges = models.flatMap(FaultGraph.edges)
    outward = Dictionary(uniqueKeysWithValues: models.map { ($0.id, $0.leadsTo) })
    var inward: [String: [FaultModel.Consequence]] = [:]
    for model in models {
      for next in model.leadsTo {
        inward[next.fault, default: []].append(.init(fault: model.id, because: next.because))
      }
    }
    self.inward = inward
  }

  /// Faults that lead to this one, the nearest first.
  public func causes(of fault: String) -> [Step] { walk(from: fault, along: inward) }

  /// Faults that this one leads to when it is left alone, the nearest first.
  public func consequences(of fault: String) -> [Step] { walk(from: fault, along: outward) }

  /// Of the faults that lead to this one, those that nothing leads to: where to look for the root. Empty where it is a
  /// root itself.
  public func roots(of fault: String) -> [String] {
    causes(of: fault).map(\.fault).filter { inward[$0] == nil }
  }

  /// The shortest way from a cause to its consequence, both included; nil where there is none.
  public func path(from cause: String, to fault: String) -> [String]? {
    var previous: [String: String] = [cause: cause]
    var frontier = [cause]
    while !frontier.isEmpty, previous[fault] == nil {
      var next: [String] = []
      for node in frontier {
        for step in outward[node] ?? [] where previous[step.fault] == nil {
          previous[step.fault] = node
          next.append(step.fault)
        }
      }
      frontier = next
    }
    guard previous[fault] != nil else { return nil }
    var path = [fault]
    while let last = path.last, last != cause, let before = previous[last] { path.append(before) }
    return path.reversed()
  }

  /// Faults of the same machines for which this one can be taken, most shared symptoms first.
  public func lookAlikes(of fault: String) -> [LookAlike] {
    guard let own = models.first(where: { $0.id == fault }) else { return [] }
    let found = models.compactMap { other -> LookAlike? in
      guard other.id != fault, own.canMeet(other) else { return nil }
      let shared = own.symptoms.filter { mine in other.symptoms.contains { mine.isShared(with: $0) } }
      return shared.isEmpty ? nil : LookAlike(fault: other.id, shared: shared.map(\.expression))
    }
    return found.sorted { ($1.shared.count, $0.fault) < ($0.shared.count, $1.fault) }
  }

  /// Edges that begin or end at this node.
  public func edges(at node: Node) -> [Edge] { edges.filter { $0.source == node || $0.target == node } }

  private func walk(from fault: String, along edges: [String: [FaultModel.Consequence]]) -> [Step] {
    var seen: Set<String> = [fault]
    var steps: [Step] = []
    var frontier = [fault]
    while !frontier.isEmpty {
      let distance = (steps.last?.distance ?? 0) + 1
      var next: [String] = []
      for node in frontier {
        for step in edges[node] ?? [] where seen.insert(step.fault).inserted {
          steps.append(Step(fault: step.fault, distance: distance, via: node, because: step.because))
          next.append(step.fault)
        }
      }
      frontier = next
    }
    return steps
  }

  private static func edges(of model: FaultModel) -> [Edge] {
    let fault = Node(.fault, model.id)
    func to(_ relation: Relation, _ kind: Kind, _ name: String, _ note: String = "") -> Edge {
      Edge(source: fault, relation: relation, target: Node(kind, name), note: note)
    }
    var edges = [Edge(source: Node(.component, model.component), relation: .has, target: fault, note: "")]
    edges += model.causes.map { Edge(source: Node(.cause, $0), relation: .brings, target: fault, note: "") }
    edges += model.symptoms.filter { $0.supports != nil }.map { to(.shows, .symptom, $0.expression, $0.text) }
    edges += model.leadsTo.map { to(.leadsTo, .fault, $0.fault, $0.because) }
    edges += model.actions.map { to(.asksFor, .action, $0) }
    edges += model.parts.map { to(.takes, .part, $0) }
    return edges
  }
}

extension KnowledgeBase {
  /// The faults that are switched on, as a graph.
  public var graph: FaultGraph { FaultGraph(all) }
}

extension FaultModel {
  /// Whether one machine can have both.
  fileprivate func canMeet(_ other: FaultModel) -> Bool {
    machines.isEmpty || other.machines.isEmpty || !Set(machines).isDisjoint(with: other.machines)
  }
}

extension SymptomModel {
  /// What speaks for the fault, like `order-2x / order-1x at axial >= 0.4`.
  public var expression: String { "\(see.expression) \(supports?.expression ?? "")" }

  /// Whether one value can speak for both.
  fileprivate func isShared(with other: SymptomModel) -> Bool {
    guard see == other.see, let a = supports, let b = other.supports else { return false }
    return a.overlaps(b)
  }
}

extension Observable {
  /// What is looked at, where and how, like `order-1x as axial-share`.
  public var expression: String {
    let place = point == .radial || quantity.isReading ? "" : " at \(point.rawValue)"
    return quantity.expression + place + (form == .value ? "" : " as \(form.rawValue)")
  }
}
