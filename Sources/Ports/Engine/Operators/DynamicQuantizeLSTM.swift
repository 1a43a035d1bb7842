// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// A product of floats with INT8 weights: the left side is quantized with the range that it has at that moment.
struct DynamicProduct: Sendable {
  let quantize: DynamicQuantizeStep
  let base: BaseStep
  let scales: ScaleStep
  let product: DenseStep

  var reads: [ValueID] { quantize.reads + base.reads + scales.reads + product.reads }
  var writes: [ValueID] { quantize.writes + base.writes + scales.writes + product.writes }

  /// - Parameter count: the range is that of the first `count` elements.
  func run(_ memory: Memory, rangeOf count: Int) {
    unsafe quantize.run(memory, rangeOf: count)
    unsafe base.run(memory)
    unsafe scales.run(memory)
    unsafe product.run(memory)
  }
}

/// One direction of an LSTM with INT8 weights, as ONNX Runtime computes `com.microsoft.DynamicQuantizeLSTM` on one
/// thread: the input is quantized once, the states of the whole batch anew in each step; gates are float.
///
/// SAFETY: as in RecurrentSteps.swift.
struct DynamicQuantizeLSTMStep: Step {
  let shape: RecurrentShape
  let direction: Int
  let operands: RecurrentShape.Operands
  let cells: LSTMCells
  let input: DynamicProduct
  let recurrent: DynamicProduct
  /// Wb + Rb.
  let base: ValueID?
  /// W x: [steps * batch][columns]
  let sums: ValueID
  /// R h: [batch][columns]
  let sumsOfStates: ValueID
  let h: ValueID
  let c: ValueID
  let path: Int32

  var reads: [ValueID] {
    operands.reads + cells.reads + input.reads + recurrent.reads + [base].compactMap(\.self)
  }
  var writes: [ValueID] {
    operands.writes + cells.writes + input.writes + recurrent.writes + [h, c]
  }
  var cost: StepCost {
    StepCost(
      label: "DynamicQuantizeLSTM", arithmetic: .int8,
      macs: shape.steps * shape.batch * (shape.inputs + shape.hidden) * shape.columns)
  }

  func run(_ memory: Memory) {
    let walk = RecurrentRun(shape: shape, direction: direction, operands: operands)
    var how = unsafe cells.how(memory, shape, direction)
    unsafe walk.begin(memory, operands.initial, memory.floats(h))
    unsafe walk.begin(memory, cells.initial, memory.floats(c))
    let longest = unsafe walk.longest(memory)
    unsafe input.run(memory, rangeOf: longest * shape.batch * shape.inputs)
    for t in 0..<longest {
      unsafe recurrent.run(memory, rangeOf: shape.batch * shape.hidden)
      for b in 0..<shape.batch {
        let length = unsafe walk.length(memory, b)
        if t < length { unsafe step(memory, walk, &how, time: walk.time(t, length), b) }
        if t + 1 == length { unsafe end(memory, walk, b, isEmpty: false) }
        // Behind the end of a sequence ONNX Runtime goes on from the zeros in Y, where there is Y.
        if t == length, operands.y != nil {
          unsafe (memory.floats(h) + b * shape.hidden).update(repeating: 0, count: shape.hidden)
        }
      }
    }
    for b in 0..<shape.batch {
      let length = unsafe walk.length(memory, b)
      unsafe walk.clear(memory, from: length, b)
      if length == 0 { unsafe end(memory, walk, b, isEmpty: true) }
    }
  }

  private func step(
    _ memory: Memory, _ walk: RecurrentRun, _ how: inout mw_lstm, time: Int, _ b: Int
  ) {
    let gates = unsafe memory.floats(sums) + shape.row(time, b) * shape.columns
    let states = unsafe memory.floats(sumsOfStates) + b * shape.columns
    let (h, c) = unsafe (memory.floats(h) + b * shape.hidden, memory.floats(c) + b * shape.hidden)
    if let base {
      let base = unsafe memory.floats(base)
      for j in 0..<shape.columns { unsafe gates[j] = (gates[j] + states[j]) + base[j] }
    } else {
      for j in 0..<shape.columns { unsafe gates[j] += states[j] }
    }
    unsafe mw_f32_lstm_step(path, &how, gates, c, h)
    unsafe walk.write(memory, h, time: time, b)
  }

  private func end(_ memory: Memory, _ walk: RecurrentRun, _ b: Int, isEmpty: Bool) {
    let at = b * shape.hidden
    unsafe walk.end(memory, operands.last, memory.floats(h) + at, b, isEmpty: isEmpty)
    unsafe walk.end(memory, cells.last, memory.floats(c) + at, b, isEmpty: isEmpty)
  }
}

extension Operators {
  static func dynamicQuantizeLSTM(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let shape = try RecurrentShape(
      node, planner, gates: 4, inputAxis: 1, functions: ["Sigmoid", "Tanh", "Tanh"])
    guard !shape.batchFirst else { throw node.fault("layout 1 is not supported") }
    guard shape.inputs > 0 else { throw node.fault("an input without elements") }
    let operands = try shape.operands(node, &planner)
    let cells = try LSTMCells(node, shape, &planner)
    for direction in 0..<shape.directions {
      let h = try shape.makeStates(node, &planner)
      let sums = try planner.makeTemporary(node, .float, [shape.steps * shape.batch, shape.columns])
      let sumsOfStates = try planner.makeTemporary(node, .float, [shape.batch, shape.columns])
      var base: ValueID?
      if let bias = operands.bias {
        let row = try planner.makeTemporary(node, .float, [shape.columns])
        planner.prepare(
          RecurrentBiasStep(
            bias: bias, base: row, offset: direction * 2 * shape.columns, columns: shape.columns,
            both: shape.columns))
        base = row
      }
      planner.emit(
        DynamicQuantizeLSTMStep(
          shape: shape, direction: direction, operands: operands, cells: cells,
          input: try dynamicProduct(
            node, shape, direction, of: operands.x, rows: shape.steps * shape.batch, depth: shape.inputs,
            inputs: (weights: 1, scale: 8, zero: 9), into: sums, &planner),
          recurrent: try dynamicProduct(
            node, shape, direction, of: h, rows: shape.batch, depth: shape.hidden,
            inputs: (weights: 2, scale: 10, zero: 11), into: sumsOfStates, &planner),
          base: base, sums: sums, sumsOfStates: sumsOfStates, h: h,
          c: try shape.makeStates(node, &planner), path: planner.path))
    }
  }

  private static func dynamicProduct(
    _ node: Node, _ shape: RecurrentShape, _ direction: Int, of a: ValueID, rows: Int, depth: Int,
    inputs: (weights: Int, scale: Int, zero: Int), into y: ValueID, _ planner: inout Planner
  ) throws(ModelError) -> DynamicProduct {
    let (columns, path) = (shape.columns, planner.path)
    let weights = try planner.operand(node, inputs.weights, of: [.int8, .uint8])
    let isSigned = planner[weights].type == .int8
    let scale = try parameter(node, inputs.scale, shape, direction, .float, &planner)
    let zero = try parameter(node, inputs.zero, shape, direction, planner[weights].type, &planner)
    let signed = try planner.signedWeights(node, weights)
    let right = WeightShape(length: depth, columns: columns, lengthStride: columns, columnStride: 1)
    let packed = try planner.makeTemporary(node, .int8, [right.packedBytes(path)])
    let columnSums = try planner.makeTemporary(node, .int32, [columns])
    let zeros = try planner.makeTemporary(node, .int32, [columns])
    planner.prepare(
      PackStep(
        weights: signed, zero: zero, isSigned: isSigned, zeroCount: planner[zero].count, shape: right,
        offsets: [direction * depth * columns], packed: packed, sums: columnSums, zeros: zeros, path: path))
    let quantize = DynamicQuantizeStep(
      x: a, y: try planner.makeTemporary(node, .uint8, [rows, depth]),
      scale: try planner.makeTemporary(node, .float, []), zero: try planner.makeTemporary(node, .uint8, []),
      count: rows * depth, path: path)
    let allZero = planner.constant(zeros)?.integers?.allSatisfy { $0 == 0 } ?? false
    let base = BaseStep(
      sums: columnSums, zeros: allZero ? nil : zeros, aZero: quantize.zero, aIsSigned: false, bias: nil,
      columns: columns,
      matrices: 1, depth: depth, base: try planner.makeTemporary(node, .int32, [columns]), path: path)
    let scales = ScaleStep(
      aScale: quantize.scale, bScale: scale, bCount: planner[scale].count, yScale: nil, alpha: 1,
      columns: columns, scale: try planner.makeTemporary(node, .float, [columns]))
    let prepared = PreparedWeights(
      shape: right, packedBytes: right.packedBytes(path), packed: packed, base: base.base,
      zeros: allZero ? nil : zeros,
      end: .float(scale: scales.scale, offset: nil), aZero: quantize.zero, aIsSigned: false, path: path)
    let product = DenseStep(
      label: node.op, a: quantize.y, y: y, weights: prepared, rows: rows,
      items: rows > 0 ? [DenseStep.Item(a: 0, matrix: 0, y: 0)] : [],
      rowSums: allZero ? nil : try planner.makeTemporary(node, .int32, [rows]),
      taps: planner.addConstant(Tensor(.int32, [1], [Int32(0)])),
      scratch: try planner.makeTemporary(
        node, .uint8, [prepared.scratchBytes(rows: rows, row: depth, taps: [0])]))
    return DynamicProduct(quantize: quantize, base: base, scales: scales, product: product)
  }

  /// The scales or zero points of one direction: one, or one for each column.
  private static func parameter(
    _ node: Node, _ index: Int, _ shape: RecurrentShape, _ direction: Int, _ type: ElementType,
    _ planner: inout Planner
  ) throws(ModelError) -> ValueID {
    let known = try planner.constant(node, index)
    guard known.type == type, [[shape.directions], [shape.directions, shape.columns]].contains(known.shape)
    else {
      throw node.fault("\(known.type) of shape \(known.shape)", tensor: node.inputs[index])
    }
    let size = known.storage.count / shape.directions
    return planner.addConstant(
      Tensor(
        type: type, shape: [size / type.size],
        storage: known.storage.dropFirst(direction * size).prefix(size)))
  }
}
