// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let normalization: [String: OperatorPlan] = [
    "BatchNormalization": { (node, planner) throws(ModelError) in try batchNormalization(node, &planner) },
    "LayerNormalization": { (node, planner) throws(ModelError) in try layerNormalization(node, &planner) },
    "RMSNormalization": { (node, planner) throws(ModelError) in try rootMeanSquare(node, &planner) },
    "InstanceNormalization": { (node, planner) throws(ModelError) in try groupNormalization(node, &planner) },
    "GroupNormalization": { (node, planner) throws(ModelError) in try groupNormalization(node, &planner) },
    "LpNormalization": { (node, planner) throws(ModelError) in try lpNormalization(node, &planner) },
    "Softmax": { (node, planner) throws(ModelError) in try softmax(node, &planner, logarithm: false) },
    "LogSoftmax": { (node, planner) throws(ModelError) in try softmax(node, &planner, logarithm: true) },
    "Hardmax": { (node, planner) throws(ModelError) in try hardmax(node, &planner) },
  ]

  /// A parameter of `count` elements.
  private static func parameter(_ node: Node, _ index: Int, _ count: Int, _ planner: inout Planner)
    throws(ModelError) -> ValueID
  {
    let id = try planner.operand(node, index, of: [.float])
    guard planner[id].shape == [count] else {
      throw node.fault("shape \(planner[id].shape), [\(count)] expected", tensor: node.inputs[index])
    }
    return id
  }

  private static func batchNormalization(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    guard node.integer("training_mode", default: 0) == 0 else {
      throw node.fault("training_mode is not supported")
    }
    guard !(1..<5).contains(where: { node.has(output: $0) }) else {
      throw node.fault("outputs of the training mode are not supported")
    }
    guard node.has(input: 0) else { throw node.fault("input 0 is missing") }
    let x = try planner.stored(node, 0, of: [.float])
    let (shape, layout) = (planner[x].shape, planner[x].layout)
    guard shape.count >= 2 else { throw node.fault("a tensor of rank \(shape.count)") }
    var parameters: [ValueID] = []
    for index in 1...4 { parameters.append(try parameter(node, index, shape[1], &planner)) }
    let y = try planner.makeOutput(node, 0, .float, shape, layout: layout)
    let epsilon = node.float("epsilon", default: 1e-5)
    let folded = try planner.makeTemporary(node, .float, [2, shape[1]])
    planner.prepare(
      FoldNormalizationStep(parameters: parameters, folded: folded, channels: shape[1], epsilon: epsilon))
    planner.emit(
      ScaleShiftStep(
        label: node.op, x: x, folded: folded, y: y, batch: shape[0], channels: shape[1],
        positions: shape[2...].reduce(1, *), channelsLast: layout == .channelsLast))
  }

  /// The axis an attribute names, counted from the front.
  static func axis(_ node: Node, rank: Int, default usual: Int) throws(ModelError) -> Int {
    let axis = node.integer("axis", default: usual)
    guard (-rank..<rank).contains(axis) else { throw node.fault("axis \(axis) of a tensor of rank \(rank)") }
    return axis < 0 ? axis + rank : axis
  }

  /// A parameter of the axes that are normalized, broadcast to all of their elements.
  private static func spread(_ node: Node, _ index: Int, _ shape: [Int], _ planner: inout Planner)
    throws(ModelError) -> ValueID
  {
    let id = try planner.operand(node, index, of: [.float])
    let strides = try broadcast(node, planner[id].shape, to: shape)
    let count = shape.reduce(1, *)
    if planner[id].count == count { return id }
    guard let known = planner.constant(id)?.floats else {
      throw node.fault("shape \(planner[id].shape), \(shape) expected", tensor: node.inputs[index])
    }
    let elements = (0..<count).map { number in
      var (rest, at) = (number, 0)
      for axis in shape.indices.reversed() {
        at += rest % shape[axis] * strides[axis]
        rest /= shape[axis]
      }
      return known[at]
    }
    return planner.addConstant(Tensor(.float, shape, elements), name: planner[id].name)
  }

  private static func layerNormalization(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float])
    let shape = planner[x].shape
    let axis = try axis(node, rank: shape.count, default: -1)
    let inner = Array(shape[axis...])
    let gain = try spread(node, 1, inner, &planner)
    let bias = node.has(input: 2) ? try spread(node, 2, inner, &planner) : nil
    let y = try planner.makeOutput(node, 0, .float, shape)
    let statistics = Array(shape[..<axis]) + Array(repeating: 1, count: inner.count)
    let mean = try planner.makeOptionalOutput(node, 1, .float, statistics)
    let deviation = try planner.makeOptionalOutput(node, 2, .float, statistics)
    guard planner[y].count > 0 else { return }
    planner.emit(
      LayerNormalizationStep(
        x: x, gain: gain, bias: bias, y: y, mean: mean, deviation: deviation,
        rows: shape[..<axis].reduce(1, *), columns: inner.reduce(1, *),
        epsilon: node.float("epsilon", default: 1e-5), path: planner.path))
  }

  private static func rootMeanSquare(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float])
    let shape = planner[x].shape
    let axis = try axis(node, rank: shape.count, default: -1)
    let inner = Array(shape[axis...])
    let gain = try spread(node, 1, inner, &planner)
    let y = try planner.makeOutput(node, 0, .float, shape)
    planner.emit(
      RootMeanSquareStep(
        x: x, gain: gain, y: y, rows: shape[..<axis].reduce(1, *), columns: inner.reduce(1, *),
        epsilon: node.float("epsilon", default: 1e-5)))
  }

  private static func groupNormalization(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float])
    let shape = planner[x].shape
    guard shape.count >= 2 else { throw node.fault("a tensor of rank \(shape.count)") }
    let channels = shape[1]
    let groups =
      node.op == "InstanceNormalization" ? channels : node.integer("num_groups", default: 0)
    guard groups > 0, channels.isMultiple(of: groups) else {
      throw node.fault("\(groups) groups of \(channels) channels")
    }
    // Until opset 20 a group, not a channel, has its scale.
    let perGroup = node.op == "GroupNormalization" && node.opset < 21
    let count = perGroup ? groups : channels
    let gain = try parameter(node, 1, count, &planner)
    let bias = try parameter(node, 2, count, &planner)
    let y = try planner.makeOutput(node, 0, .float, shape)
    planner.emit(
      GroupNormalizationStep(
        label: node.op, x: x, gain: gain, bias: bias, y: y, groups: shape[0] * groups,
        channelsPerGroup: channels / groups, positions: shape[2...].reduce(1, *),
        parameterCount: count, perGroup: perGroup, epsilon: node.float("epsilon", default: 1e-5)))
  }

  private static func lpNormalization(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float])
    let shape = planner[x].shape
    let axis = try axis(node, rank: shape.count, default: -1)
    let p = node.integer("p", default: 2)
    guard p == 1 || p == 2 else { throw node.fault("p of \(p)") }
    let y = try planner.makeOutput(node, 0, .float, shape)
    planner.emit(
      LpNormalizationStep(x: x, y: y, lines: Lines(shape, axis: axis), squares: p == 2))
  }

  private static func softmax(_ node: Node, _ planner: inout Planner, logarithm: Bool) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float, .double])
    let (shape, type) = (planner[x].shape, planner[x].type)
    let axis = try shape.isEmpty ? 0 : axis(node, rank: shape.count, default: -1)
    let y = try planner.makeOutput(node, 0, type, shape)
    let lines = shape.isEmpty ? Lines([1], axis: 0) : Lines(shape, axis: axis)
    guard planner[y].count > 0 else { return }
    if type == .double {
      planner.emit(SoftmaxDoubleStep(label: node.op, x: x, y: y, lines: lines, logarithm: logarithm))
      return
    }
    var (from, to) = (x, y)
    if lines.inner > 1 {
      from = try planner.makeTemporary(node, type, shape)
      to = try planner.makeTemporary(node, type, shape)
      planner.emit(
        TransposeStep(
          from: x, to: from, batch: lines.outer, rows: lines.length, columns: lines.inner, elementSize: 4,
          path: planner.path))
    }
    planner.emit(
      SoftmaxStep(
        label: node.op, x: from, y: to, rows: lines.outer * lines.inner, columns: lines.length,
        logarithm: logarithm, path: planner.path))
    if lines.inner > 1 {
      planner.emit(
        TransposeStep(
          from: to, to: y, batch: lines.outer, rows: lines.inner, columns: lines.length, elementSize: 4,
          path: planner.path))
    }
  }

  private static func hardmax(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operand(node, 0, of: [.float])
    let shape = planner[x].shape
    let axis = try axis(node, rank: shape.count, default: -1)
    let y = try planner.makeOutput(node, 0, .float, shape)
    planner.emit(HardmaxStep(x: x, y: y, lines: Lines(shape, axis: axis)))
  }
}
