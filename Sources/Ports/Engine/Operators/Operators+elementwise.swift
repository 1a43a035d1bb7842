// SPDX-License-Identifier: Apache-2.0

internal import CKernels

extension Operators {
  static let elementwise: [String: OperatorPlan] = [
    "Relu": { (node, planner) throws(ModelError) in try unary(node, &planner) { max($0, 0) } }
  ]

  private static func unary(
    _ node: Node, _ planner: inout Planner, _ function: @escaping @Sendable (Float) -> Float
  ) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float])
    let y = try planner.makeOutput(node, 0, .float, planner[x].shape)
    planner.emit(UnaryStep(label: node.op, x: x, y: y, count: planner[x].count, function: function))
  }
}

/// y = f(x), element by element.
struct UnaryStep: Step {
  let label: String
  let x: ValueID
  let y: ValueID
  let count: Int
  let function: @Sendable (Float) -> Float

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    let (x, y) = unsafe (memory.floats(x), memory.floats(y))
    for i in 0..<count { unsafe y[i] = function(x[i]) }
  }
}
