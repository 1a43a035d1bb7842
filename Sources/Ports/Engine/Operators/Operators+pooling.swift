// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let pooling: [String: OperatorPlan] = [
    "MaxPool": { (node, planner) throws(ModelError) in try maxPool(node, &planner) },
    "AveragePool": { (node, planner) throws(ModelError) in
      try sumPool(node, &planner, .mean(countsPadding: node.integer("count_include_pad", default: 0) != 0))
    },
    "LpPool": { (node, planner) throws(ModelError) in
      let p = node.integer("p", default: 2)
      guard p > 0 else { throw node.fault("p of \(p)") }
      try sumPool(node, &planner, .norm(Float(p)))
    },
    "GlobalAveragePool": { (node, planner) throws(ModelError) in try globalPool(node, &planner, .mean) },
    "GlobalMaxPool": { (node, planner) throws(ModelError) in try globalPool(node, &planner, .larger) },
    "GlobalLpPool": { (node, planner) throws(ModelError) in
      let p = node.integer("p", default: 2)
      guard p > 0 else { throw node.fault("p of \(p)") }
      try sumPool(node, &planner, .norm(Float(p)), isGlobal: true)
    },
  ]

  static func maxPool(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let stored = try planner.stored(node, 0, of: [.float, .double, .uint8, .int8])
    let (shape, type) = (planner[stored].shape, planner[stored].type)
    let windows = try Windows(node, shape)
    let x = try planner.channelsLast(stored)
    let y = try planner.makeOutput(
      node, 0, type, [shape[0], shape[1]] + windows.output, layout: .channelsLast)
    planner.emit(
      MaxPoolStep(x: x, y: y, type: type, windows: windows, batch: shape[0], channels: shape[1]))
    guard node.has(output: 1) else { return }
    let indices = try planner.makeOutput(node, 1, .int64, [shape[0], shape[1]] + windows.output)
    planner.emit(
      MaxPoolIndicesStep(
        x: try planner.rowMajor(stored), indices: indices, type: type, windows: windows,
        planes: shape[0] * shape[1], columnMajor: node.integer("storage_order", default: 0) != 0))
  }

  /// - Parameter isGlobal: one window over everything.
  private static func sumPool(
    _ node: Node, _ planner: inout Planner, _ kind: SumPoolStep.Kind, isGlobal: Bool = false
  ) throws(ModelError) {
    let stored = try planner.stored(node, 0, of: [.float])
    let shape = planner[stored].shape
    let windows = try Windows(node, shape, weights: isGlobal ? shape : nil)
    let x = try planner.channelsLast(stored)
    let y = try planner.makeOutput(
      node, 0, .float, [shape[0], shape[1]] + windows.output,
      layout: .channelsLast)
    planner.emit(
      SumPoolStep(
        label: node.op, kind: kind, x: x, y: y, windows: windows, batch: shape[0], channels: shape[1]))
  }

  private static func globalPool(
    _ node: Node, _ planner: inout Planner, _ function: ReduceStep.Function
  ) throws(ModelError) {
    let x = try planner.stored(node, 0, of: [.float])
    let shape = planner[x].shape
    guard shape.count >= 3 else { throw node.fault("a tensor of rank \(shape.count)") }
    let kept = Array(shape[..<2]) + shape[2...].map { _ in 1 }
    let y = try planner.makeOutput(node, 0, .float, kept)
    planner.emitReduction(node.op, function, x, to: y, kept)
  }
}
