// SPDX-License-Identifier: Apache-2.0

/// Operators on two or more tensors, element by element, stretched to one shape.
extension Operators {
  static let elementwise: [String: OperatorPlan] = [
    "Add": arithmetic(.add),
    "Sub": arithmetic(.subtract),
    "Mul": arithmetic(.multiply),
    "Div": arithmetic(.divide),
    "Mod": { (node, planner) throws(ModelError) in
      try binary(
        ArithmeticStep.self, node.integer("fmod", default: 0) == 0 ? .modulo : .remainder, .numbers, node,
        &planner)
    },
    "PRelu": { (node, planner) throws(ModelError) in
      let y = try binary(ArithmeticStep.self, .parametricRelu, .numbers, node, &planner)
      guard planner[y].shape == planner[try planner.stored(node, 0)].shape else {
        throw node.fault("the slope is larger than the input", tensor: node.inputs[1])
      }
    },
    "Pow": power,
    "Sum": many(.add),
    "Mean": many(.add, isMean: true),
    "Max": many(.larger),
    "Min": many(.smaller),
    "Equal": comparison(.equal, .numbers.union([.bool])),
    "Greater": comparison(.greater),
    "GreaterOrEqual": comparison(.greaterOrEqual),
    "Less": comparison(.less),
    "LessOrEqual": comparison(.lessOrEqual),
    "And": bits(.and, [.bool]),
    "Or": bits(.or, [.bool]),
    "Xor": bits(.exclusiveOr, [.bool]),
    "BitwiseAnd": bits(.and),
    "BitwiseOr": bits(.or),
    "BitwiseXor": bits(.exclusiveOr),
    "BitShift": { (node, planner) throws(ModelError) in
      let direction = node.string("direction", default: "")
      guard direction == "LEFT" || direction == "RIGHT" else {
        throw node.fault("direction \"\(direction)\"")
      }
      try binary(
        BitStep.self, direction == "LEFT" ? .shiftLeft : .shiftRight, [.uint8, .uint16, .uint32, .uint64],
        node, &planner)
    },
    "Where": { (node, planner) throws(ModelError) in
      _ = try planner.operandAsStored(node, 0, of: [.bool])
      let (ids, shape, layout) = try planner.broadcastOperands(node, 0..<3)
      let type = planner[ids[1]].type
      guard planner[ids[2]].type == type else { throw node.fault("\(type) with \(planner[ids[2]].type)") }
      let y = try planner.makeOutput(node, 0, type, shape, layout: layout)
      planner.emit(
        SelectStep(
          condition: ids[0], a: ids[1], b: ids[2], y: y, elementSize: type.size,
          loops: planner.broadcastLoops(ids, y)))
    },
  ]

  private static func arithmetic(_ function: ArithmeticStep.Function) -> OperatorPlan {
    { (node, planner) throws(ModelError) in
      try binary(ArithmeticStep.self, function, .numbers, node, &planner)
    }
  }

  private static func comparison(_ function: ComparisonStep.Function, _ types: ElementTypes = .numbers)
    -> OperatorPlan
  {
    { (node, planner) throws(ModelError) in
      try binary(ComparisonStep.self, function, types, result: .bool, node, &planner)
    }
  }

  private static func bits(_ function: BitStep.Function, _ types: ElementTypes = .integers)
    -> OperatorPlan
  {
    { (node, planner) throws(ModelError) in try binary(BitStep.self, function, types, node, &planner) }
  }

  @discardableResult
  private static func binary<S: BroadcastStep>(
    _: S.Type, _ function: S.Function, _ types: ElementTypes, result: ElementType? = nil, _ node: Node,
    _ planner: inout Planner
  ) throws(ModelError) -> ValueID {
    let (ids, shape, layout) = try planner.broadcastOperands(node, 0..<2, of: types)
    let type = planner[ids[0]].type
    guard planner[ids[1]].type == type else { throw node.fault("\(type) with \(planner[ids[1]].type)") }
    let y = try planner.makeOutput(node, 0, result ?? type, shape, layout: layout)
    planner.emit(
      S(
        label: node.op, function: function, type: type, a: ids[0], b: ids[1], y: y,
        loops: planner.broadcastLoops(ids, y)))
    return y
  }

  /// An operator on any number of tensors: the first two, then the result with each of the others.
  private static func many(_ function: ArithmeticStep.Function, isMean: Bool = false) -> OperatorPlan {
    { (node, planner) throws(ModelError) in
      guard !node.inputs.isEmpty else { throw node.fault("it has no inputs") }
      let (ids, shape, layout) = try planner.broadcastOperands(node, 0..<node.inputs.count, of: .numbers)
      let type = planner[ids[0]].type
      for id in ids where planner[id].type != type { throw node.fault("\(type) with \(planner[id].type)") }
      guard ids.count > 1 else { return planner.forward(node, 0, ids[0]) }
      let y = try planner.makeOutput(node, 0, type, shape, layout: layout)
      planner.emitArithmetic(node, function, ids[0], ids[1], to: y)
      for id in ids[2...] { planner.emitArithmetic(node, function, y, id, to: y) }
      if isMean {
        let count = planner.addConstant(.scalar(Double(ids.count), type))
        planner.emitArithmetic(node, .divide, y, count, to: y)
      }
    }
  }

  /// The exponent may be of another type than the base, which gives the result its type.
  private static func power(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let (ids, shape, layout) = try planner.broadcastOperands(node, 0..<2, of: .numbers)
    let (base, exponent) = (ids[0], ids[1])
    let type = planner[base].type
    let isFraction = planner[exponent].type == .float || planner[exponent].type == .double
    let within: ElementType = isFraction && !ElementTypes.reals.contains(type) ? .double : type
    let y = try planner.makeOutput(node, 0, type, shape, layout: layout)
    if let power = planner.constant(exponent)?.number, power == 2 || power == 3, within == type,
      planner[base].shape == shape
    {
      planner.emitArithmetic(node, .multiply, base, base, to: y)
      if power == 3 { planner.emitArithmetic(node, .multiply, y, base, to: y) }
      return
    }
    let from = try planner.cast(base, to: within, node)
    let to = try planner.cast(exponent, to: within, node)
    if within == type { return planner.emitArithmetic(node, .power, from, to, to: y) }
    let real = try planner.makeTemporary(node, within, shape, layout: layout)
    planner.emitArithmetic(node, .power, from, to, to: real)
    planner.emit(CastStep(x: real, y: y, count: planner[y].count, type: within, target: type))
  }
}

extension Planner {
  /// Emits y = f(a, b), both stretched to y's shape; y may be a.
  mutating func emitArithmetic(
    _ node: Node, _ function: ArithmeticStep.Function, _ a: ValueID, _ b: ValueID, to y: ValueID
  ) {
    emit(
      ArithmeticStep(
        label: node.op, function: function, type: self[a].type, a: a, b: b, y: y,
        loops: broadcastLoops([a, b], y)))
  }

  /// `id` as elements of another type: itself, or what a step makes of it.
  mutating func cast(_ id: ValueID, to type: ElementType, _ node: Node) throws(ModelError) -> ValueID {
    let x = self[id]
    guard x.type != type else { return id }
    let y = try makeTemporary(node, type, x.shape, layout: x.layout)
    emit(CastStep(x: id, y: y, count: x.count, type: x.type, target: type))
    return y
  }
}

extension Tensor {
  /// A tensor without axes that holds `number`, as near as its type comes to it.
  static func scalar(_ number: Double, _ type: ElementType) -> Tensor {
    switch type {
    case .float: Tensor(type, [], [Float(number)])
    case .double: Tensor(type, [], [number])
    case .int8: Tensor(type, [], [number.asInteger(Int8.self)])
    case .int16: Tensor(type, [], [number.asInteger(Int16.self)])
    case .int32: Tensor(type, [], [number.asInteger(Int32.self)])
    case .int64: Tensor(type, [], [number.asInteger(Int64.self)])
    case .uint8, .bool: Tensor(type, [], [number.asInteger(UInt8.self)])
    case .uint16: Tensor(type, [], [number.asInteger(UInt16.self)])
    case .uint32: Tensor(type, [], [number.asInteger(UInt32.self)])
    case .uint64: Tensor(type, [], [number.asInteger(UInt64.self)])
    }
  }

  /// The one number that it holds, if it is one.
  var number: Double? {
    guard count == 1 else { return nil }
    switch type {
    case .float: return Double(elements(Float.self)[0])
    case .double: return elements(Double.self)[0]
    default: return integers.map { Double($0[0]) }
    }
  }
}
