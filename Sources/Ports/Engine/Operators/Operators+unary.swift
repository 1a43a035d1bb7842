// SPDX-License-Identifier: Apache-2.0

/// Operators on one tensor, element by element.
extension Operators {
  static let unary: [String: OperatorPlan] = {
    var plans: [String: OperatorPlan] = [
      "Abs": signed(.absolute, .absolute, .numbers),
      "Neg": signed(.negative, .negative, .signed),
      "Sign": signed(.sign, .sign, .numbers),
      "BitwiseNot": { (node, planner) throws(ModelError) in
        try integer(node, &planner, .complement, .integers)
      },
      "Not": predicate([.bool]) { _ in .isZero },
      "IsNaN": predicate(.reals) { _ in .isNaN },
      "IsInf": predicate(.reals) {
        .isInfinite(
          positive: $0.integer("detect_positive", default: 1) != 0,
          negative: $0.integer("detect_negative", default: 1) != 0)
      },
      "Relu": { (node, planner) throws(ModelError) in
        let id = try planner.operandAsStored(node, 0, of: .signed)
        let x = planner[id]
        if ElementTypes.reals.contains(x.type) { return try real(node, &planner, .relu) }
        let y = try planner.makeOutput(node, 0, x.type, x.shape, layout: x.layout)
        planner.emitArithmetic(node, .larger, id, planner.addConstant(.scalar(0, x.type)), to: y)
      },
      "Clip": clip,
      "Cast": { (node, planner) throws(ModelError) in
        let number = node.integer("to", default: 0)
        guard let code = Int32(exactly: number), let type = ElementType(rawValue: code) else {
          throw node.fault("elements of the type number \(number) are not supported")
        }
        try cast(node, &planner, to: type)
      },
      "CastLike": { (node, planner) throws(ModelError) in
        try cast(node, &planner, to: planner[try planner.stored(node, 1)].type)
      },
      "Dropout": { (node, planner) throws(ModelError) in
        let ratio = try planner.optionalConstant(node, 1)?.number ?? 0.5
        if let training = try planner.integer(node, 2), training != 0, ratio != 0 {
          throw node.fault("training is not supported", tensor: node.inputs[2])
        }
        let x = try planner.operandAsStored(node, 0, of: .reals)
        planner.forward(node, 0, x)
        guard node.has(output: 1) else { return }
        let mask = try planner.makeOutput(node, 1, .bool, planner[x].shape)
        planner.emit(FillStep(label: node.op, value: .scalar(1, .bool), y: mask, count: planner[mask].count))
      },
    ]
    for (name, function) in functions { plans[name] = plan(function) }
    return plans
  }()

  /// Operators on real numbers alone.
  private static let functions: [String: @Sendable (Node) -> RealFunction] = [
    "Ceil": { _ in .ceiling }, "Floor": { _ in .floor }, "Round": { _ in .round },
    "Sqrt": { _ in .squareRoot }, "Reciprocal": { _ in .reciprocal },
    "Exp": { _ in .exponential }, "Log": { _ in .logarithm }, "Erf": { _ in .error },
    "Sin": { _ in .sine }, "Cos": { _ in .cosine }, "Tan": { _ in .tangent },
    "Asin": { _ in .arcSine }, "Acos": { _ in .arcCosine }, "Atan": { _ in .arcTangent },
    "Sinh": { _ in .hyperbolicSine }, "Cosh": { _ in .hyperbolicCosine }, "Tanh": { _ in .hyperbolicTangent },
    "Asinh": { _ in .areaSine }, "Acosh": { _ in .areaCosine }, "Atanh": { _ in .areaTangent },
    "Sigmoid": { _ in .sigmoid }, "Softplus": { _ in .softplus }, "Softsign": { _ in .softsign },
    "HardSwish": { _ in .hardSwish }, "Mish": { _ in .mish },
    "LeakyRelu": { .leakyRelu($0.float("alpha", default: 0.01)) },
    "ThresholdedRelu": { .thresholdedRelu($0.float("alpha", default: 1)) },
    "Elu": { .elu(alpha: $0.float("alpha", default: 1), gamma: 1, scale: 1) },
    "Selu": {
      .elu(
        alpha: $0.float("alpha", default: 1.67326319), gamma: $0.float("gamma", default: 1.05070102), scale: 1
      )
    },
    "Celu": {
      let alpha = $0.float("alpha", default: 1)
      return .elu(alpha: alpha, gamma: 1, scale: alpha)
    },
    "HardSigmoid": {
      .hardSigmoid(alpha: $0.float("alpha", default: 0.2), beta: $0.float("beta", default: 0.5))
    },
    "Shrink": { .shrink(bias: $0.float("bias", default: 0), lambda: $0.float("lambd", default: 0.5)) },
    "Swish": { .swish($0.float("alpha", default: 1)) },
    "Gelu": { $0.string("approximate", default: "none") == "tanh" ? .geluByTangent : .gelu },
    "com.microsoft.Gelu": { _ in .gelu },
    "com.microsoft.QuickGelu": { .swish($0.float("alpha", default: 1.702)) },
  ]

  private static func plan(_ function: @escaping @Sendable (Node) -> RealFunction) -> OperatorPlan {
    { (node, planner) throws(ModelError) in try real(node, &planner, function(node)) }
  }

  private static func real(_ node: Node, _ planner: inout Planner, _ function: RealFunction)
    throws(ModelError)
  {
    let id = try planner.operandAsStored(node, 0, of: .reals)
    let x = planner[id]
    let y = try planner.makeOutput(node, 0, x.type, x.shape, layout: x.layout)
    planner.emit(
      RealStep(
        label: node.op, function: function, type: x.type, x: id, y: y, count: x.count, path: planner.path))
  }

  private static func integer(
    _ node: Node, _ planner: inout Planner, _ function: UnaryIntegerStep.Function, _ types: ElementTypes
  ) throws(ModelError) {
    let id = try planner.operandAsStored(node, 0, of: types)
    let x = planner[id]
    let y = try planner.makeOutput(node, 0, x.type, x.shape, layout: x.layout)
    planner.emit(
      UnaryIntegerStep(label: node.op, function: function, type: x.type, x: id, y: y, count: x.count))
  }

  private static func signed(
    _ function: RealFunction, _ integerFunction: UnaryIntegerStep.Function, _ types: ElementTypes
  ) -> OperatorPlan {
    { (node, planner) throws(ModelError) in
      if ElementTypes.reals.contains(planner[try planner.stored(node, 0)].type) {
        try real(node, &planner, function)
      } else {
        try integer(node, &planner, integerFunction, types)
      }
    }
  }

  private static func predicate(
    _ types: ElementTypes, _ predicate: @escaping @Sendable (Node) -> PredicateStep.Predicate
  ) -> OperatorPlan {
    { (node, planner) throws(ModelError) in
      let id = try planner.operandAsStored(node, 0, of: types)
      let x = planner[id]
      let y = try planner.makeOutput(node, 0, .bool, x.shape, layout: x.layout)
      planner.emit(
        PredicateStep(label: node.op, predicate: predicate(node), type: x.type, x: id, y: y, count: x.count))
    }
  }

  private static func cast(_ node: Node, _ planner: inout Planner, to type: ElementType) throws(ModelError) {
    let id = try planner.operandAsStored(node, 0)
    let x = planner[id]
    guard x.type != type else { return planner.forward(node, 0, id) }
    let y = try planner.makeOutput(node, 0, type, x.shape, layout: x.layout)
    planner.emit(CastStep(x: id, y: y, count: x.count, type: x.type, target: type))
  }

  /// The bounds are attributes before opset 11, else inputs that may be left out; one step where they are known.
  private static func clip(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.operandAsStored(node, 0, of: .numbers)
    let type = planner[x].type
    var bounds: [ValueID?] = [nil, nil]
    for index in 1...2 where node.has(input: index) {
      let bound = try planner.operand(node, index, of: [type])
      guard planner[bound].count == 1 else {
        throw node.fault("a bound is one number", tensor: node.inputs[index])
      }
      bounds[index - 1] = bound
    }
    let known = bounds.map { $0.map { planner.constant($0)?.number } ?? .infinity }
    if type == .float, let low = known[0], let high = known[1] {
      return try real(
        node, &planner,
        .clip(low: bounds[0] == nil ? -.infinity : Float(low), high: Float(high)))
    }
    guard bounds[0] != nil || bounds[1] != nil else { return planner.forward(node, 0, x) }
    let y = try planner.makeOutput(node, 0, type, planner[x].shape, layout: planner[x].layout)
    var from = x
    for (bound, function) in zip(bounds, [ArithmeticStep.Function.larger, .smaller]) {
      guard let bound else { continue }
      planner.emitArithmetic(node, function, from, bound, to: y)
      from = y
    }
  }
}
