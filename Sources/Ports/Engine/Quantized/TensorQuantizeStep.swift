// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Floats to 8 bit, one scale for the tensor.
struct TensorQuantizeStep: Step {
  let x: ValueID
  let y: ValueID
  let quantization: Quantization
  let isSigned: Bool
  /// [batch][rows][columns]; with `transposes` the result is [batch][columns][rows].
  let batch: Int
  let rows: Int
  let columns: Int
  let transposes: Bool
  let path: Int32

  var reads: [ValueID] { [x, quantization.scale, quantization.zero] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "QuantizeLinear", arithmetic: .float) }

  func run(_ memory: Memory) {
    let scale = unsafe memory.floats(quantization.scale)[0]
    let zero = unsafe memory.unsignedZero(quantization.zero, isSigned: isSigned)
    let (from, to) = unsafe (memory.floats(x), memory.bytes(y))
    guard transposes else {
      return unsafe mw_q8_quantize(path, from, batch * rows * columns, scale, zero, to)
    }
    for b in 0..<batch {
      let at = b * rows * columns
      unsafe mw_q8_quantize_transposed(path, from + at, rows, columns, scale, zero, to + at)
    }
  }
}

/// 8 bit to floats, one scale for the tensor.
struct TensorDequantizeStep: Step {
  let x: ValueID
  let y: ValueID
  let quantization: Quantization
  let isSigned: Bool
  let count: Int
  let path: Int32

  var reads: [ValueID] { [x, quantization.scale, quantization.zero] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "DequantizeLinear", arithmetic: .float) }

  func run(_ memory: Memory) {
    unsafe mw_q8_dequantize(
      path, memory.bytes(x), count, memory.floats(quantization.scale)[0],
      memory.unsignedZero(quantization.zero, isSigned: isSigned), memory.floats(y))
  }
}

extension Operators {
  /// 8 bit with one scale a tensor, in the layout that the data have; the other forms are `quantize`.
  static let quantizedTensors: [String: OperatorPlan] = [
    "QuantizeLinear": { (node, planner) throws(ModelError) in
      guard node.has(input: 1), planner[try planner.stored(node, 1)].count == 1,
        planner[try planner.stored(node, 1)].type == .float,
        planner[try planner.stored(node, 0)].type == .float,
        node.integer("block_size", default: 0) == 0, planner.isEightBitTarget(node)
      else { return try fallback("QuantizeLinear", node, &planner) }
      let type: ElementType =
        node.has(input: 2)
        ? planner[try planner.stored(node, 2)].type
        : ElementType(rawValue: Int32(node.integer("output_dtype", default: 2))) ?? .uint8
      let x = try planner.stored(node, 0)
      let value = planner[x]
      let quantization = try planner.quantization(node, scale: 1, zero: 2, type: type)
      let transposes =
        planner.bindings.wantsChannelsLast(node.outputs[0]) && value.layout == .rowMajor
        && value.shape.count > 2
      let y = try planner.makeUnsignedOutput(
        node, 0, type, value.shape, layout: transposes ? .channelsLast : value.layout)
      planner.emit(
        TensorQuantizeStep(
          x: x, y: y, quantization: quantization, isSigned: type == .int8,
          batch: transposes ? value.shape[0] : 1, rows: transposes ? value.shape[1] : 1,
          columns: transposes ? value.shape[2...].reduce(1, *) : value.count, transposes: transposes,
          path: planner.path))
    },
    "DequantizeLinear": { (node, planner) throws(ModelError) in
      let stored = try planner.stored(node, 0)
      guard [.int8, .uint8].contains(planner[stored].type), node.has(input: 1),
        planner[try planner.stored(node, 1)].count == 1, planner[try planner.stored(node, 1)].type == .float,
        node.integer("block_size", default: 0) == 0
      else { return try fallback("DequantizeLinear", node, &planner) }
      let type = planner[stored].type
      let x = try planner.unsigned(stored)
      let quantization = try planner.quantization(node, scale: 1, zero: 2, type: type)
      try planner.checkScalar(quantization.zero, node, "the zero point")
      let y = try planner.makeOutput(node, 0, .float, planner[x].shape, layout: planner[x].layout)
      planner.emit(
        TensorDequantizeStep(
          x: x, y: y, quantization: quantization, isSigned: type == .int8, count: planner[x].count,
          path: planner.path))
    },
  ]

  private static func fallback(_ op: String, _ node: Node, _ planner: inout Planner) throws(ModelError) {
    guard let plan = quantize[op] else {
      throw .unsupportedOperator(node: node.name, operator: node.op)
    }
    try plan(node, &planner)
  }
}

extension Planner {
  fileprivate func isEightBitTarget(_ node: Node) -> Bool {
    if node.has(input: 2), let id = try? stored(node, 2) {
      return [.int8, .uint8].contains(self[id].type) && self[id].count == 1
    }
    return [0, 2, 3].contains(node.integer("output_dtype", default: 0))
  }
}
