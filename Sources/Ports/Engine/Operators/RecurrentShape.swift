// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// What LSTM, GRU and RNN share: sizes, strides of the two layouts, directions and activations.
struct RecurrentShape: Sendable {
  let steps: Int
  let batch: Int
  let inputs: Int
  let hidden: Int
  /// Blocks of the weights: 4 of an LSTM, 3 of a GRU, 1 of an RNN.
  let gates: Int
  let directions: Int
  /// Whether the first direction runs from the last step to the first.
  let isReverse: Bool
  /// Whether the batch comes first (`layout` 1).
  let batchFirst: Bool
  /// Whether the states of one run are where the next begins.
  let isCarried: Bool
  /// 0 for none.
  let clip: Float
  /// Of all directions.
  let activations: [mw_activation]

  /// Columns of the products.
  var columns: Int { gates * hidden }
  /// Shapes of Y and of Y_h and Y_c.
  var sequence: [Int] {
    batchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden]
  }
  var state: [Int] { batchFirst ? [batch, directions, hidden] : [directions, batch, hidden] }
  func runsBackward(_ direction: Int) -> Bool { isReverse || direction == 1 }

  /// Row of X, and of its product with the weights, that holds step `t` of batch entry `b`.
  func row(_ t: Int, _ b: Int) -> Int { batchFirst ? b * steps + t : t * batch + b }
  /// Element of Y where the states of a step begin.
  func output(_ t: Int, _ b: Int, _ direction: Int) -> Int {
    let place = batchFirst ? row(t, b) * directions + direction : (t * directions + direction) * batch + b
    return place * hidden
  }
  /// Element of Y_h, Y_c and of the initial states where those of a batch entry begin.
  func state(_ b: Int, _ direction: Int) -> Int {
    (batchFirst ? b * directions + direction : direction * batch + b) * hidden
  }

  /// - Parameters:
  ///   - inputAxis: axis of the weights along the inputs; the columns lie along the other.
  ///   - functions: default activations of one direction.
  init(
    _ node: Node, _ planner: Planner, gates: Int, inputAxis: Int = 2, functions: [String]
  ) throws(ModelError) {
    guard node.has(input: 0), node.has(input: 1), node.has(input: 2) else {
      throw node.fault("X, W and R are needed")
    }
    let x = planner[try planner.stored(node, 0)].shape
    let w = planner[try planner.stored(node, 1)].shape
    let r = planner[try planner.stored(node, 2)].shape
    guard x.count == 3 else { throw node.fault("a tensor of rank \(x.count), 3 expected") }
    switch node.string("direction", default: "forward") {
    case "forward": (directions, isReverse) = (1, false)
    case "reverse": (directions, isReverse) = (1, true)
    case "bidirectional": (directions, isReverse) = (2, false)
    case let other: throw node.fault("direction \(other)")
    }
    batchFirst = node.integer("layout", default: 0) != 0
    (steps, batch, inputs) = batchFirst ? (x[1], x[0], x[2]) : (x[0], x[1], x[2])
    guard r.count == 3, r[inputAxis] > 0 else { throw node.fault("recurrent weights of shape \(r)") }
    hidden = r[inputAxis]
    self.gates = gates
    guard node.integer("hidden_size", default: hidden) == hidden else {
      throw node.fault("hidden_size is not that of the weights, \(hidden)")
    }
    let columns = 3 - inputAxis
    guard r[0] == directions, r[columns] == gates * hidden, w.count == 3, w[0] == directions,
      w[columns] == gates * hidden, w[inputAxis] == inputs
    else { throw node.fault("weights of shapes \(w) and \(r) for an input of \(x)") }
    isCarried = planner.isStreaming
    if isCarried {
      guard directions == 1, !isReverse, (4...6).allSatisfy({ !node.has(input: $0) }) else {
        throw node.fault("a stream runs forward only, without sequence_lens and initial states")
      }
    }
    clip = node.float("clip", default: 0)
    guard clip >= 0 else { throw node.fault("clip of \(clip)") }
    activations = try Activations.read(node, functions: functions, directions: directions)
  }

  /// Room for the states of all batch entries.
  func makeStates(_ node: Node, _ planner: inout Planner) throws(ModelError) -> ValueID {
    isCarried
      ? try planner.makeState(node, .float, [batch, hidden])
      : try planner.makeTemporary(node, .float, [batch, hidden])
  }

  /// Inputs and outputs that all of these operators have in the same places.
  struct Operands: Sendable {
    let x: ValueID
    let bias: ValueID?
    let lengths: ValueID?
    let initial: ValueID?
    let y: ValueID?
    let last: ValueID?

    var reads: [ValueID] { [x] + [bias, lengths, initial].compactMap(\.self) }
    var writes: [ValueID] { [y, last].compactMap(\.self) }
  }

  func operands(_ node: Node, _ planner: inout Planner) throws(ModelError) -> Operands {
    let bias = try planner.optionalOperand(node, 3, of: [.float])
    let lengths = try planner.optionalOperand(node, 4, of: [.int32])
    let initial = try planner.optionalOperand(node, 5, of: [.float])
    try check(node, &planner, bias, [directions, 2 * columns])
    try check(node, &planner, lengths, [batch])
    try check(node, &planner, initial, state)
    return Operands(
      x: try planner.operand(node, 0, of: [.float]), bias: bias, lengths: lengths, initial: initial,
      y: try planner.makeOptionalOutput(node, 0, .float, sequence),
      last: try planner.makeOptionalOutput(node, 1, .float, state))
  }

  func check(_ node: Node, _ planner: inout Planner, _ id: ValueID?, _ shape: [Int]) throws(ModelError) {
    guard let id, planner[id].shape != shape else { return }
    throw node.fault("shape \(planner[id].shape), \(shape) expected", tensor: planner[id].name)
  }
}

/// The activations of recurrent cells.
enum Activations {
  /// Of all directions, by the attributes of the node: alphas and betas go to those that take one, in order.
  static func read(_ node: Node, functions: [String], directions: Int) throws(ModelError) -> [mw_activation] {
    let names = node.strings("activations") ?? Array(repeating: functions, count: directions).flatMap(\.self)
    guard names.count == functions.count * directions else {
      throw node.fault("\(names.count) activations, \(functions.count * directions) expected")
    }
    var alphas = (node.floats("activation_alpha") ?? [])[...]
    var betas = (node.floats("activation_beta") ?? [])[...]
    var found: [mw_activation] = []
    for name in names {
      guard let entry = all[name.lowercased()] else { throw node.fault("the activation \(name)") }
      let alpha = entry.alpha.map { alphas.popFirst() ?? $0 } ?? 0
      let beta = entry.beta.map { betas.popFirst() ?? $0 } ?? 0
      found.append(mw_activation(kind: Int32(entry.kind), alpha: alpha, beta: beta))
    }
    return found
  }

  /// By name: the kernel's number, and the defaults of the parameters that it takes, as ONNX Runtime has them.
  private static let all: [String: (kind: Int, alpha: Float?, beta: Float?)] = [
    "sigmoid": (MW_ACT_SIGMOID, nil, nil), "tanh": (MW_ACT_TANH, nil, nil), "relu": (MW_ACT_RELU, nil, nil),
    "affine": (MW_ACT_AFFINE, 0, 0), "leakyrelu": (MW_ACT_LEAKY_RELU, 0.01, nil),
    "thresholdedrelu": (MW_ACT_THRESHOLDED_RELU, 0, nil), "scaledtanh": (MW_ACT_SCALED_TANH, 0, 0),
    "hardsigmoid": (MW_ACT_HARD_SIGMOID, 0.2, 0.5), "elu": (MW_ACT_ELU, 1, nil),
    "softsign": (MW_ACT_SOFTSIGN, nil, nil), "softplus": (MW_ACT_SOFTPLUS, nil, nil),
  ]
}
