// SPDX-License-Identifier: Apache-2.0

/// Plans one node: asks for operands, makes outputs, emits steps.
typealias OperatorPlan = @Sendable (Node, inout Planner) throws(ModelError) -> Void

/// Every operator that the engine has, by its name in the file.
enum Operators {
  static let all: [String: OperatorPlan] = {
    var all: [String: OperatorPlan] = [:]
    for group in groups { all.merge(group) { first, _ in first } }
    return all
  }()

  private static let groups: [[String: OperatorPlan]] = [
    quantizedConvolution, quantizedDense, quantizedElements, quantizedPools, elementwise, shapes, unary,
    moves, pads, gather, reductions, routing, linear, pooling, normalization, quantize, recurrent,
  ]
}
