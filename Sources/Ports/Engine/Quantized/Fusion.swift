// SPDX-License-Identifier: Apache-2.0

/// Joins an operator with the DequantizeLinear before it and the QuantizeLinear behind it into the quantized operator
/// that they describe (QLinearConv, QLinearMatMul, QGemm, ...), under the conditions of ONNX Runtime's own QDQ fusion,
/// so that the same places of a graph are computed in integers.
struct Fusion {
  private var nodes: [Node?]
  private let constants: [String: Tensor]
  private let kept: Set<String>
  private var producers: [String: Int] = [:]
  private var readers: [String: [Int]] = [:]
  private var made: [String: Tensor] = [:]

  /// The graph with its quantized operators joined, subgraphs too, and without nodes that nobody reads.
  static func rewrite(_ graph: Graph) -> Graph {
    var fusion = Fusion(graph)
    for index in fusion.nodes.indices { fusion.visit(index) }
    var result = graph
    result.nodes = fusion.liveNodes()
    result.constants.merge(fusion.made) { first, _ in first }
    return result
  }

  private init(_ graph: Graph) {
    nodes = graph.nodes.map { node in
      var node = node
      for (name, attribute) in node.attributes {
        if case .graph(let inner) = attribute { node.attributes[name] = .graph(Fusion.rewrite(inner)) }
      }
      return node
    }
    constants = graph.constants
    kept = Set(graph.outputs.map(\.name)).union(graph.nodes.flatMap(Fusion.outerNames))
    for (index, node) in graph.nodes.enumerated() {
      for name in node.outputs where !name.isEmpty { producers[name] = index }
      for name in Set(node.inputs) where !name.isEmpty { readers[name, default: []].append(index) }
    }
  }

  /// Names that the graphs inside a node read.
  private static func outerNames(_ node: Node) -> [String] {
    node.attributes.values.flatMap { attribute -> [String] in
      guard case .graph(let inner) = attribute else { return [] }
      return inner.nodes.flatMap { $0.inputs + outerNames($0) } + inner.outputs.map(\.name)
    }
  }

  // MARK: reading the graph

  /// A DequantizeLinear or QuantizeLinear of one scale a tensor or a channel, known at load.
  private struct Scaling {
    /// The quantized side of a DequantizeLinear, the float side of a QuantizeLinear.
    var source: String
    var scale: String
    var zero: String
    var type: ElementType
    var isPerTensor: Bool
    var axis: Int
  }

  private func scaling(_ node: Node) -> Scaling? {
    guard node.integer("block_size", default: 0) == 0, node.has(input: 1),
      let scale = constants[node.inputs[1]], scale.type == .float
    else { return nil }
    var type = ElementType.uint8
    if node.has(input: 2) {
      guard let zero = constants[node.inputs[2]], zero.count == scale.count else { return nil }
      type = zero.type
    } else if node.op == "DequantizeLinear" {
      // Without a zero point the type is that of the data, which is known here for constants only.
      guard let data = constants[node.inputs[0]] else { return nil }
      type = data.type
    }
    return Scaling(
      source: node.inputs[0], scale: node.inputs[1], zero: node.has(input: 2) ? node.inputs[2] : "",
      type: type,
      isPerTensor: scale.count == 1, axis: node.integer("axis", default: 1))
  }

  /// The DequantizeLinear that makes `name`.
  private func dequantized(_ name: String) -> Scaling? {
    guard let index = producers[name], let node = nodes[index], node.op == "DequantizeLinear" else {
      return nil
    }
    return scaling(node)
  }

  /// The only reader of `name`, which is no output of the graph.
  private func onlyReader(_ name: String) -> (index: Int, node: Node)? {
    guard !kept.contains(name), let all = readers[name], all.count == 1, let node = nodes[all[0]],
      node.inputs.filter({ $0 == name }).count == 1
    else { return nil }
    return (all[0], node)
  }

  /// The QuantizeLinear that alone reads `name`, perhaps behind a Relu that its range makes void.
  private func quantized(_ name: String) -> (by: Scaling, nodes: [Int], output: String)? {
    guard var reader = onlyReader(name) else { return nil }
    var passed = [reader.index]
    if reader.node.op == "Relu" || reader.node.op == "Clip" {
      guard let next = onlyReader(reader.node.outputs[0]), isVoid(reader.node, before: next.node) else {
        return nil
      }
      reader = next
      passed.append(next.index)
    }
    guard reader.node.op == "QuantizeLinear", let by = scaling(reader.node), by.isPerTensor, by.type.size == 1
    else { return nil }
    return (by, passed, reader.node.outputs[0])
  }

  /// Whether the range of the quantization clamps all that the Relu or Clip would.
  private func isVoid(_ node: Node, before quantize: Node) -> Bool {
    guard quantize.op == "QuantizeLinear", let by = scaling(quantize), by.isPerTensor, by.type.size == 1
    else {
      return false
    }
    let lowest = by.type == .int8 ? -128 : 0
    let zero = constants[by.zero]?.integers?.first ?? 0
    guard let scale = constants[by.scale]?.floats?.first else { return false }
    if node.op == "Relu" { return zero == lowest }
    let low = node.has(input: 1) ? constants[node.inputs[1]]?.floats?.first : -Float.infinity
    let high = node.has(input: 2) ? constants[node.inputs[2]]?.floats?.first : Float.infinity
    guard let low, let high else { return false }
    return Float(lowest - zero) * scale >= low && Float(lowest + 255 - zero) * scale <= high
  }

  // MARK: rewriting

  private mutating func visit(_ index: Int) {
    guard let node = nodes[index], node.has(output: 0), node.has(input: 0) else { return }
    switch node.op {
    case "Conv": convolution(index, node)
    case "Gemm": gemm(index, node)
    case "MatMul": matMul(index, node)
    case "Add", "Mul": binary(index, node)
    case "MatMulInteger", "ConvInteger": integerProduct(index, node)
    case "AveragePool", "GlobalAveragePool", "LeakyRelu", "Sigmoid", "Softmax": unary(index, node)
    case "Concat": concat(index, node)
    case "MaxPool", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Slice", "Gather", "Expand",
      "Tile",
      "DepthToSpace", "SpaceToDepth", "Split":
      move(index, node)
    default: break
    }
  }

  /// 8-bit data behind an input, one scale for the tensor.
  private func activation(_ name: String) -> Scaling? {
    guard let found = dequantized(name), found.isPerTensor, found.type.size == 1 else { return nil }
    return found
  }

  private mutating func convolution(_ index: Int, _ node: Node) {
    guard node.inputs.count >= 2, let x = activation(node.inputs[0]), let w = dequantized(node.inputs[1]),
      w.type.size == 1, constants[w.source] != nil, w.isPerTensor || w.axis == 0,
      let y = quantized(node.outputs[0])
    else { return }
    var inputs = [x.source, x.scale, x.zero, w.source, w.scale, w.zero, y.by.scale, y.by.zero]
    if node.has(input: 2) {
      guard let bias = integerBias(node.inputs[2], x, w) else { return }
      inputs.append(bias)
    }
    replace(index, with: "QLinearConv", inputs, y)
  }

  private mutating func gemm(_ index: Int, _ node: Node) {
    guard node.inputs.count >= 2, let a = activation(node.inputs[0]), let b = dequantized(node.inputs[1]),
      b.type.size == 1, node.float("beta", default: 1) == 1, node.integer("transA", default: 0) == 0,
      constants[b.source] != nil || b.isPerTensor,
      b.isPerTensor || b.axis == (node.integer("transB", default: 0) == 0 ? 1 : 0)
    else { return }
    var bias = ""
    if node.has(input: 2) {
      guard let found = integerBias(node.inputs[2], a, b) else { return }
      bias = found
    }
    let inputs = [a.source, a.scale, a.zero, b.source, b.scale, b.zero, bias]
    if let y = quantized(node.outputs[0]) {
      replace(index, with: "com.microsoft.QGemm", inputs + [y.by.scale, y.by.zero], y)
    } else {
      replace(index, with: "com.microsoft.QGemm", inputs, nil)
    }
  }

  private mutating func matMul(_ index: Int, _ node: Node) {
    guard node.has(input: 1), let a = activation(node.inputs[0]), let b = dequantized(node.inputs[1]),
      b.type.size == 1,
      b.isPerTensor || (constants[b.source].map { $0.shape.count == 2 } ?? false && [1, -1].contains(b.axis))
    else { return }
    if let y = quantized(node.outputs[0]) {
      replace(
        index, with: "QLinearMatMul",
        [a.source, a.scale, a.zero, b.source, b.scale, b.zero, y.by.scale, y.by.zero], y)
    } else {
      replace(
        index, with: "com.microsoft.MatMulIntegerToFloat",
        [a.source, b.source, a.scale, b.scale, a.zero, b.zero], nil)
    }
  }

  private mutating func binary(_ index: Int, _ node: Node) {
    guard node.has(input: 1), let a = activation(node.inputs[0]), let b = activation(node.inputs[1]),
      let y = quantized(node.outputs[0]), a.type == b.type, a.type == y.by.type
    else { return }
    let isUnsigned = [a.source, b.source, y.output].contains { becomesUnsigned($0) }
    replace(
      index, with: "com.microsoft.QLinear\(node.op)",
      [a.source, a.scale, a.zero, b.source, b.scale, b.zero, y.by.scale, y.by.zero], y)
    if isUnsigned { nodes[index]?.attributes[Fusion.asUnsigned] = .integer(1) }
  }

  /// Attribute of a joined operator on int8 tensors that ONNX Runtime computes as uint8: where it rounds with the zero
  /// point added, halves may fall to the other side.
  static let asUnsigned = "as_uint8"

  /// Whether ONNX Runtime turns this int8 tensor into a uint8 one before it looks for quantized operators, which have
  /// one type at both ends: where a single operator reads it.
  private func becomesUnsigned(_ name: String) -> Bool {
    guard let (_, dequantize) = onlyReader(name), dequantize.op == "DequantizeLinear" else { return false }
    let float = dequantize.outputs[0]
    return onlyReader(float) != nil || readers[float] == nil
  }

  private mutating func unary(_ index: Int, _ node: Node) {
    guard let x = activation(node.inputs[0]), let y = quantized(node.outputs[0]), x.type == y.by.type else {
      return
    }
    // Where ONNX Runtime leaves these in floats they round otherwise; tables round the same either way.
    if ["Softmax", "AveragePool", "GlobalAveragePool"].contains(node.op), x.type == .int8,
      becomesUnsigned(x.source) != becomesUnsigned(y.output)
    {
      return
    }
    let isUnsigned = becomesUnsigned(y.output)
    replace(
      index, with: "com.microsoft.QLinear\(node.op)", [x.source, x.scale, x.zero, y.by.scale, y.by.zero], y)
    if isUnsigned { nodes[index]?.attributes[Fusion.asUnsigned] = .integer(1) }
  }

  private mutating func concat(_ index: Int, _ node: Node) {
    let parts = node.inputs.compactMap(activation)
    guard parts.count == node.inputs.count, let y = quantized(node.outputs[0]),
      parts.allSatisfy({ $0.type == y.by.type })
    else { return }
    replace(
      index, with: "com.microsoft.QLinearConcat",
      [y.by.scale, y.by.zero] + parts.flatMap { [$0.source, $0.scale, $0.zero] }, y)
  }

  /// Cast, product of the scales and bias behind an integer product: the dynamic form of the quantizer.
  private mutating func integerProduct(_ index: Int, _ node: Node) {
    guard node.has(input: 1), let cast = onlyReader(node.outputs[0]), cast.node.op == "Cast",
      cast.node.integer("to", default: 0) == Int(ElementType.float.rawValue),
      let scaled = onlyReader(cast.node.outputs[0]), scaled.node.op == "Mul",
      let scaleName = scaled.node.inputs.first(where: { $0 != cast.node.outputs[0] }),
      let scaleIndex = producers[scaleName], let product = nodes[scaleIndex], product.op == "Mul",
      let weightScale = product.inputs.first(where: { constants[$0] != nil }),
      let inputScale = product.inputs.first(where: { $0 != weightScale }), constants[inputScale] == nil,
      let columns = constants[node.inputs[1]]?.shape, columns.count >= 2, let scales = constants[weightScale],
      scales.type == .float
    else { return }
    let isMatrix = node.op == "MatMulInteger"
    let count = isMatrix ? columns[columns.count - 1] : columns[0]
    guard scales.count == 1 || isMatrix && scales.shape == [count] else { return }
    var last = (index: scaled.index, output: scaled.node.outputs[0])
    var passed = [cast.index, scaled.index]
    var bias = ""
    if let sum = onlyReader(last.output), sum.node.op == "Add",
      let name = sum.node.inputs.first(where: { $0 != last.output }),
      let found = row(name, of: count, isMatrix)
    {
      bias = found
      last = (sum.index, sum.node.outputs[0])
      passed.append(sum.index)
    }
    for passed in passed { nodes[passed] = nil }
    let zeros = (2...3).map { node.has(input: $0) ? node.inputs[$0] : "" }
    nodes[last.index] = Node(
      name: node.name, op: isMatrix ? "com.microsoft.MatMulIntegerToFloat" : "ConvInteger with scale",
      opset: node.opset,
      inputs: [node.inputs[0], node.inputs[1], inputScale, weightScale, zeros[0], zeros[1], bias],
      outputs: [last.output], attributes: node.attributes)
    nodes[index] = nil
    producers[last.output] = last.index
  }

  /// The constant that adds one number to each column: [columns] behind a matrix product, [1, columns, 1...] behind
  /// a convolution, where the quantizer leaves the reshaping in the graph.
  private func row(_ name: String, of columns: Int, _ isMatrix: Bool) -> String? {
    if isMatrix { return constants[name]?.shape == [columns] ? name : nil }
    var source = name
    if let index = producers[name], let node = nodes[index], node.op == "Reshape", node.has(input: 1),
      let shape = constants[node.inputs[1]]?.integers
    {
      guard shape.count >= 3, shape[0] == 1, [columns, -1].contains(shape[1]),
        shape[2...].allSatisfy({ $0 == 1 })
      else { return nil }
      source = node.inputs[0]
      return constants[source].map { $0.count == columns && $0.type == .float } ?? false ? source : nil
    }
    guard let found = constants[source], found.type == .float, found.count == columns, found.shape.count >= 3,
      found.shape[found.shape.count - 1] == 1, found.shape.contains(columns), columns > 1
    else { return nil }
    return source
  }

  /// An operator that only moves elements works on the integers themselves, when the scale before and behind is one.
  private mutating func move(_ index: Int, _ node: Node) {
    guard node.outputs.filter({ !$0.isEmpty }).count == 1, let x = activation(node.inputs[0]),
      let y = quantized(node.outputs[0]), x.type == y.by.type,
      constants[x.scale]?.floats == constants[y.by.scale]?.floats,
      zeroPoint(x) == zeroPoint(y.by)
    else { return }
    replace(index, with: node.op, [x.source] + node.inputs.dropFirst(), y)
  }

  private func zeroPoint(_ scaling: Scaling) -> Int { constants[scaling.zero]?.integers?.first ?? 0 }

  /// The bias of a Conv or Gemm as int32 in units of input scale times weight scale.
  private mutating func integerBias(_ name: String, _ x: Scaling, _ w: Scaling) -> String? {
    if let found = dequantized(name), found.type == .int32, constants[found.source] != nil {
      return found.source
    }
    guard let bias = constants[name], let values = bias.floats, bias.shape.count == 1,
      let xScale = constants[x.scale]?.floats?.first, let wScales = constants[w.scale]?.floats,
      wScales.count == 1 || wScales.count == values.count
    else { return nil }
    let integers = values.indices.map { i -> Int32 in
      let exact = (values[i] / (xScale * wScales[wScales.count == 1 ? 0 : i])).rounded(.toNearestOrEven)
      return exact.isNaN ? 0 : Int32(max(-2_147_483_648, min(2_147_483_520, exact)))
    }
    let made = "\(name) as int32 (\(x.scale), \(w.scale))"
    self.made[made] = Tensor(.int32, bias.shape, integers)
    return made
  }

  private mutating func replace(
    _ index: Int, with op: String, _ inputs: [String],
    _ quantized: (by: Scaling, nodes: [Int], output: String)?
  ) {
    guard let old = nodes[index] else { return }
    var outputs = old.outputs
    if let quantized {
      for passed in quantized.nodes { nodes[passed] = nil }
      outputs[0] = quantized.output
      producers[quantized.output] = index
    }
    nodes[index] = Node(
      name: old.name, op: op, opset: old.opset, inputs: inputs, outputs: outputs, attributes: old.attributes)
    for name in Set(inputs) where !name.isEmpty { readers[name, default: []].append(index) }
  }

  /// What is left, without nodes whose outputs nobody reads.
  private func liveNodes() -> [Node] {
    var wanted = kept
    var live: [Node] = []
    for node in nodes.reversed().compactMap({ $0 }) where node.outputs.contains(where: wanted.contains) {
      wanted.formUnion(node.inputs)
      live.append(node)
    }
    return live.reversed()
  }
}
