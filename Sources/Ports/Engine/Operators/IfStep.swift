// SPDX-License-Identifier: Apache-2.0

/// Runs one of two branches; the other costs nothing.
struct IfStep: Step {
  let condition: ValueID
  let then: Branch
  let otherwise: Branch
  /// What the node gives: each a copy of the output of the branch that ran.
  let outputs: [ValueID]
  let byteCounts: [Int]

  struct Branch {
    let steps: [any Step]
    let outputs: [ValueID]
  }

  var reads: [ValueID] {
    [condition] + then.outputs + otherwise.outputs + (then.steps + otherwise.steps).flatMap(\.reads)
  }
  var writes: [ValueID] { outputs + (then.steps + otherwise.steps).flatMap(\.writes) }
  var cost: StepCost {
    let macs = [then, otherwise].map { $0.steps.reduce(0) { $0 + $1.cost.macs } }
    return StepCost(label: "If", arithmetic: .float, macs: max(macs[0], macs[1]))
  }

  /// SAFETY: an output is as long as that of either branch.
  func run(_ memory: Memory) {
    let branch = unsafe memory.bytes(condition).pointee != 0 ? then : otherwise
    for step in branch.steps { unsafe step.run(memory) }
    for i in outputs.indices {
      unsafe memory[outputs[i]].copyMemory(from: memory[branch.outputs[i]], byteCount: byteCounts[i])
    }
  }
}

extension Operators {
  static let routing: [String: OperatorPlan] = [
    "If": { (node, planner) throws(ModelError) in
      let condition = try planner.operand(node, 0, of: [.bool])
      guard planner[condition].count == 1 else { throw node.fault("the condition is not one Bool") }
      guard let then = node.graph("then_branch"), let otherwise = node.graph("else_branch") else {
        throw node.fault("a branch is missing")
      }
      if let known = planner.constant(condition) {
        let branch = try plan(known.storage.first != 0 ? then : otherwise, node, &planner)
        for step in branch.steps { planner.emit(step) }
        for (index, id) in branch.outputs.enumerated() { planner.forward(node, index, id) }
        return
      }
      let branches = (try plan(then, node, &planner), try plan(otherwise, node, &planner))
      var outputs: [ValueID] = []
      for (index, (one, other)) in zip(branches.0.outputs, branches.1.outputs).enumerated() {
        let (a, b) = (planner[one], planner[other])
        guard a.type == b.type, a.shape == b.shape else {
          throw node.fault(
            "one branch gives \(a.type) \(a.shape), the other \(b.type) \(b.shape)",
            tensor: node.outputs[index])
        }
        outputs.append(try planner.makeOutput(node, index, a.type, a.shape))
      }
      planner.emit(
        IfStep(
          condition: condition, then: branches.0, otherwise: branches.1, outputs: outputs,
          byteCounts: outputs.map { planner[$0].byteCount }))
    }
  ]

  private static func plan(_ graph: Graph, _ node: Node, _ planner: inout Planner) throws(ModelError)
    -> IfStep.Branch
  {
    guard graph.outputs.count == node.outputs.count else {
      throw node.fault("a branch gives \(graph.outputs.count) outputs, not \(node.outputs.count)")
    }
    let (steps, outputs) = try planner.planInside(graph)
    return IfStep.Branch(steps: steps, outputs: outputs)
  }
}
