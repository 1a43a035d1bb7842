// SPDX-License-Identifier: Apache-2.0

internal import CKernels

extension Operators {
  static let recurrent: [String: OperatorPlan] = [
    "LSTM": { (node, planner) throws(ModelError) in try lstm(node, &planner) },
    "GRU": { (node, planner) throws(ModelError) in try gru(node, &planner) },
    "RNN": { (node, planner) throws(ModelError) in try rnn(node, &planner) },
    "com.microsoft.DynamicQuantizeLSTM": { (node, planner) throws(ModelError) in
      try dynamicQuantizeLSTM(node, &planner)
    },
  ]

  private static func lstm(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let shape = try RecurrentShape(node, planner, gates: 4, functions: ["Sigmoid", "Tanh", "Tanh"])
    let operands = try shape.operands(node, &planner)
    let cells = try LSTMCells(node, shape, &planner)
    for direction in 0..<shape.directions {
      let sums = try inputProduct(node, shape, operands, direction, linearBeforeReset: false, &planner)
      planner.emit(
        LSTMStep(
          label: node.op, shape: shape, direction: direction, operands: operands, cells: cells,
          recurrent: try lstmWeights(node, shape, direction, &planner), sums: sums,
          h: try shape.makeStates(node, &planner),
          other: try planner.makeTemporary(node, .float, [shape.hidden]),
          c: try shape.makeStates(node, &planner), path: planner.path))
    }
  }

  /// R of all gates, packed for an LSTM.
  private static func lstmWeights(
    _ node: Node, _ shape: RecurrentShape, _ direction: Int, _ planner: inout Planner
  ) throws(ModelError) -> ValueID {
    let weights = try planner.operand(node, 2, of: [.float])
    let count = mw_f32_lstm_packed_bytes(planner.path, shape.hidden) / MemoryLayout<Float>.size
    let packed = try planner.makeTemporary(node, .float, [count])
    planner.prepare(
      LSTMPackStep(
        weights: weights, offset: direction * shape.columns * shape.hidden, hidden: shape.hidden,
        packed: packed, path: planner.path))
    return packed
  }

  private static func gru(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let shape = try RecurrentShape(node, planner, gates: 3, functions: ["Sigmoid", "Tanh"])
    let operands = try shape.operands(node, &planner)
    let linear = node.integer("linear_before_reset", default: 0) != 0
    for direction in 0..<shape.directions {
      let sums = try inputProduct(node, shape, operands, direction, linearBeforeReset: linear, &planner)
      planner.emit(
        GRUStep(
          shape: shape, direction: direction, operands: operands,
          gates: try recurrentWeights(node, shape, direction, blocks: 0..<2, &planner),
          candidate: try recurrentWeights(node, shape, direction, blocks: 2..<3, &planner), sums: sums,
          h: try shape.makeStates(node, &planner),
          reset: try planner.makeTemporary(node, .float, [shape.hidden]), linearBeforeReset: linear,
          path: planner.path))
    }
  }

  private static func rnn(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let shape = try RecurrentShape(node, planner, gates: 1, functions: ["Tanh"])
    let operands = try shape.operands(node, &planner)
    for direction in 0..<shape.directions {
      let sums = try inputProduct(node, shape, operands, direction, linearBeforeReset: false, &planner)
      planner.emit(
        RNNStep(
          shape: shape, direction: direction, operands: operands,
          recurrent: try recurrentWeights(node, shape, direction, &planner), sums: sums,
          h: try shape.makeStates(node, &planner), path: planner.path))
    }
  }

  /// W x and the biases for all time steps: [rows of X][columns].
  private static func inputProduct(
    _ node: Node, _ shape: RecurrentShape, _ operands: RecurrentShape.Operands, _ direction: Int,
    linearBeforeReset: Bool, _ planner: inout Planner
  ) throws(ModelError) -> ValueID {
    let weights = try planner.operand(node, 1, of: [.float])
    let rows = shape.steps * shape.batch
    let sums = try planner.makeTemporary(node, .float, [rows, shape.columns])
    var base: ValueID?
    if let bias = operands.bias {
      let row = try planner.makeTemporary(node, .float, [shape.columns])
      planner.prepare(
        RecurrentBiasStep(
          bias: bias, base: row, offset: direction * 2 * shape.columns, columns: shape.columns,
          both: linearBeforeReset ? 2 * shape.hidden : shape.columns))
      base = row
    }
    let side = RightSide(length: shape.inputs, n: shape.columns, lengthStride: 1, nStride: shape.inputs)
    guard rows > 0 else { return sums }
    guard shape.inputs > 0 else { throw node.fault("an input without elements") }
    planner.emit(
      ProductStep(
        label: "\(node.op) input", a: operands.x,
        packed: try planner.packed(node, weights, side, at: [direction * shape.columns * shape.inputs]),
        base: base, y: sums, m: rows, side: side, packedCount: side.packedCount(planner.path),
        aRow: shape.inputs, pairs: [(0, 0)], taps: planner.addConstant(Tensor(.int32, [1], [Int32(0)])),
        path: planner.path))
    return sums
  }

  /// R of some blocks, packed.
  private static func recurrentWeights(
    _ node: Node, _ shape: RecurrentShape, _ direction: Int, blocks: Range<Int>? = nil,
    _ planner: inout Planner
  ) throws(ModelError) -> ValueID {
    let blocks = blocks ?? 0..<shape.gates
    let weights = try planner.operand(node, 2, of: [.float])
    let side = RightSide(
      length: shape.hidden, n: blocks.count * shape.hidden, lengthStride: 1, nStride: shape.hidden)
    return try planner.packed(
      node, weights, side, at: [(direction * shape.gates + blocks.lowerBound) * shape.hidden * shape.hidden])
  }
}

/// What an LSTM has besides: the cells' states, peepholes and how a cell works.
struct LSTMCells: Sendable {
  let initial: ValueID?
  let last: ValueID?
  let peepholes: ValueID?
  let inputForget: Bool

  init(_ node: Node, _ shape: RecurrentShape, _ planner: inout Planner) throws(ModelError) {
    initial = try planner.optionalOperand(node, 6, of: [.float])
    peepholes = try planner.optionalOperand(node, 7, of: [.float])
    try shape.check(node, &planner, initial, shape.state)
    try shape.check(node, &planner, peepholes, [shape.directions, 3 * shape.hidden])
    last = try planner.makeOptionalOutput(node, 2, .float, shape.state)
    inputForget = node.integer("input_forget", default: 0) != 0
  }

  var reads: [ValueID] { [initial, peepholes].compactMap(\.self) }
  var writes: [ValueID] { [last].compactMap(\.self) }

  /// How the kernel computes the cells of one direction.
  func how(_ memory: Memory, _ shape: RecurrentShape, _ direction: Int) -> mw_lstm {
    var how = unsafe mw_lstm()
    unsafe how.hidden = shape.hidden
    unsafe how.f = shape.activations[direction * 3]
    unsafe how.g = shape.activations[direction * 3 + 1]
    unsafe how.h = shape.activations[direction * 3 + 2]
    unsafe how.clip = shape.clip
    unsafe how.input_forget = inputForget ? 1 : 0
    if let peepholes {
      unsafe how.peepholes = UnsafePointer(memory.floats(peepholes) + direction * 3 * shape.hidden)
    }
    return unsafe how
  }
}
