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
    "GlobalMaxPool": { (node, planner) throws(ModelError) in try globalPool(node, &planner, .largest) },
    "GlobalLpPool": { (node, planner) throws(ModelError) in
      let p = node.integer("p", default: 2)
      guard p > 0 else { throw node.fault("p of \(p)") }
      try globalPool(node, &planner, .norm(Float(p)))
    },
  ]

  private static func maxPool(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let stored = try input(node, of: [.float, .double, .uint8, .int8], planner)
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

  /// The first input, in whatever layout it lies.
  private static func input(_ node: Node, of types: ElementTypes, _ planner: Planner)
    throws(ModelError) -> ValueID
  {
    guard node.has(input: 0) else { throw node.fault("input 0 is missing") }
    return try planner.stored(node, 0, of: types)
  }

  private static func sumPool(_ node: Node, _ planner: inout Planner, _ kind: SumPoolStep.Kind)
    throws(ModelError)
  {
    let stored = try input(node, of: [.float], planner)
    let shape = planner[stored].shape
    let windows = try Windows(node, shape)
    let x = try planner.channelsLast(stored)
    let y = try planner.makeOutput(
      node, 0, .float, [shape[0], shape[1]] + windows.output,
      layout: .channelsLast)
    planner.emit(
      SumPoolStep(
        label: node.op, kind: kind, x: x, y: y, windows: windows, batch: shape[0], channels: shape[1]))
  }

  private static func globalPool(_ node: Node, _ planner: inout Planner, _ kind: GlobalPoolStep.Kind)
    throws(ModelError)
  {
    let x = try input(node, of: [.float], planner)
    let shape = planner[x].shape
    guard shape.count >= 3 else { throw node.fault("a tensor of rank \(shape.count)") }
    let y = try planner.makeOutput(
      node, 0, .float, [shape[0], shape[1]] + Array(repeating: 1, count: shape.count - 2))
    planner.emit(
      GlobalPoolStep(
        label: node.op, kind: kind, x: x, y: y, batch: shape[0], channels: shape[1],
        positions: shape[2...].reduce(1, *), channelsLast: planner[x].layout == .channelsLast))
  }
}
