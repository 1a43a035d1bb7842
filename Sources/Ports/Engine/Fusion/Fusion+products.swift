// SPDX-License-Identifier: Apache-2.0

/// Products of matrices, and convolutions.
extension Fusion {
  mutating func convolution(_ index: Int, _ node: Node) {
    guard node.inputs.count >= 2, let x = activation(node.inputs[0]), let w = dequantized(node.inputs[1]),
      w.type.size == 1, graph.constants[w.source] != nil, w.isPerTensor || w.axis == 0,
      let y = quantized(node.outputs[0])
    else { return }
    var inputs = [x.source, x.scale, x.zero, w.source, w.scale, w.zero, y.by.scale, y.by.zero]
    if node.has(input: 2) {
      guard let bias = integerBias(node.inputs[2], x, w) else { return }
      inputs.append(bias)
    }
    replace(index, with: "QLinearConv", inputs, y)
  }

  mutating func gemm(_ index: Int, _ node: Node) {
    guard node.inputs.count >= 2, let a = activation(node.inputs[0]), let b = dequantized(node.inputs[1]),
      b.type.size == 1, node.float("beta", default: 1) == 1, node.integer("transA", default: 0) == 0,
      graph.constants[b.source] != nil || b.isPerTensor,
      b.isPerTensor || b.axis == (node.integer("transB", default: 0) == 0 ? 1 : 0)
    else { return }
    var bias = Name.none
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

  mutating func matMul(_ index: Int, _ node: Node) {
    guard node.has(input: 1), let a = activation(node.inputs[0]), let b = dequantized(node.inputs[1]),
      b.type.size == 1,
      b.isPerTensor
        || (graph.constants[b.source].map { $0.shape.count == 2 } ?? false && [1, -1].contains(b.axis))
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

  /// Cast, product of the scales and bias behind an integer product: the dynamic form of the quantizer.
  mutating func integerProduct(_ index: Int, _ node: Node) {
    guard node.has(input: 1), let cast = onlyReader(node.outputs[0]), cast.node.op == "Cast",
      cast.node.integer("to", default: 0) == Int(ElementType.float.rawValue),
      let scaled = onlyReader(cast.node.outputs[0]), scaled.node.op == "Mul",
      let scaleName = scaled.node.inputs.first(where: { $0 != cast.node.outputs[0] }),
      let scaleIndex = surroundings.maker(of: scaleName), let product = nodes[scaleIndex],
      product.op == "Mul",
      let weightScale = product.inputs.first(where: { graph.constants[$0] != nil }),
      let inputScale = product.inputs.first(where: { $0 != weightScale }), graph.constants[inputScale] == nil,
      let columns = graph.constants[node.inputs[1]]?.shape, columns.count >= 2,
      let scales = graph.constants[weightScale],
      scales.type == .float
    else { return }
    let isMatrix = node.op == "MatMulInteger"
    let count = isMatrix ? columns[columns.count - 1] : columns[0]
    guard scales.count == 1 || isMatrix && scales.shape == [count] else { return }
    var last = (index: scaled.index, output: scaled.node.outputs[0])
    var passed = [cast.index, scaled.index]
    var bias = Name.none
    if let sum = onlyReader(last.output), sum.node.op == "Add",
      let name = sum.node.inputs.first(where: { $0 != last.output }),
      let found = row(name, of: count, isMatrix)
    {
      bias = found
      last = (sum.index, sum.node.outputs[0])
      passed.append(sum.index)
    }
    for passed in passed { nodes[passed] = nil }
    let zeros = (2...3).map { node.has(input: $0) ? node.inputs[$0] : .none }
    nodes[last.index] = Node(
      name: node.name, op: isMatrix ? "com.microsoft.MatMulIntegerToFloat" : "ConvInteger with scale",
      opset: node.opset,
      inputs: [node.inputs[0], node.inputs[1], inputScale, weightScale, zeros[0], zeros[1], bias],
      outputs: [last.output], attributes: node.attributes)
    nodes[index] = nil
  }

  /// The constant that adds one number to each column: [columns] behind a matrix product, [1, columns, 1...] behind a
  /// convolution, where the quantizer leaves the reshaping in the graph.
  func row(_ name: Name, of columns: Int, _ isMatrix: Bool) -> Name? {
    if isMatrix { return graph.constants[name]?.shape == [columns] ? name : nil }
    var source = name
    if let index = surroundings.maker(of: name), let node = nodes[index], node.op == "Reshape",
      node.has(input: 1),
      let shape = graph.constants[node.inputs[1]]?.integers
    {
      guard shape.count >= 3, shape[0] == 1, [columns, -1].contains(shape[1]),
        shape[2...].allSatisfy({ $0 == 1 })
      else { return nil }
      source = node.inputs[0]
      return graph.constants[source].map { $0.count == columns && $0.type == .float } ?? false ? source : nil
    }
    guard let found = graph.constants[source], found.type == .float, found.count == columns,
      found.shape.count >= 3,
      found.shape[found.shape.count - 1] == 1, found.shape.contains(columns), columns > 1
    else { return nil }
    return source
  }

  /// The bias of a Conv or Gemm as int32 in units of input scale times weight scale.
  mutating func integerBias(_ name: Name, _ x: Scaling, _ w: Scaling) -> Name? {
    if let found = dequantized(name), found.type == .int32, graph.constants[found.source] != nil {
      return found.source
    }
    guard let bias = graph.constants[name], let values = bias.floats, bias.shape.count == 1,
      let xScale = graph.constants[x.scale]?.floats?.first, let wScales = graph.constants[w.scale]?.floats,
      wScales.count == 1 || wScales.count == values.count
    else { return nil }
    let integers = values.indices.map { i -> Int32 in
      let exact = (values[i] / (xScale * wScales[wScales.count == 1 ? 0 : i])).rounded(.toNearestOrEven)
      return exact.isNaN ? 0 : Int32(max(-2_147_483_648, min(2_147_483_520, exact)))
    }
    let made = graph.makeName("\(name) as int32 (\(x.scale), \(w.scale))")
    graph.constants.append(made, Tensor(.int32, bias.shape, integers))
    return made
  }
}
