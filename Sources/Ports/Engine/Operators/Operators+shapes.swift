// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let shapes: [String: OperatorPlan] = [
    "Flatten": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let shape = planner[x].shape
      let axis = node.integer("axis", default: 1)
      guard (-shape.count...shape.count).contains(axis) else {
        throw node.fault("axis \(axis) of a tensor of rank \(shape.count)")
      }
      let split = axis < 0 ? axis + shape.count : axis
      try planner.alias(
        node, 0, of: x, shape: [shape[..<split].reduce(1, *), shape[split...].reduce(1, *)])
    },
    "Identity": { (node, planner) throws(ModelError) in planner.forward(node, 0, try planner.operand(node, 0))
    },
  ]
}
