// SPDX-License-Identifier: Apache-2.0

/// Operators that take elements one by one, and those that move them.
extension Fusion {
  mutating func binary(_ index: Int, _ node: Node) {
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
  func becomesUnsigned(_ name: Name) -> Bool {
    guard let (_, dequantize) = onlyReader(name), dequantize.op == "DequantizeLinear" else { return false }
    let float = dequantize.outputs[0]
    return onlyReader(float) != nil || !surroundings.isRead(float)
  }

  mutating func unary(_ index: Int, _ node: Node) {
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

  mutating func concat(_ index: Int, _ node: Node) {
    let parts = node.inputs.compactMap(activation)
    guard parts.count == node.inputs.count, let y = quantized(node.outputs[0]),
      parts.allSatisfy({ $0.type == y.by.type })
    else { return }
    replace(
      index, with: "com.microsoft.QLinearConcat",
      [y.by.scale, y.by.zero] + parts.flatMap { [$0.source, $0.scale, $0.zero] }, y)
  }

  /// An operator that only moves elements works on the integers themselves, when the scale before and behind is one.
  mutating func move(_ index: Int, _ node: Node) {
    guard node.outputs.filter({ !$0.isEmpty }).count == 1, let x = activation(node.inputs[0]),
      let y = quantized(node.outputs[0]), x.type == y.by.type,
      graph.constants[x.scale]?.floats == graph.constants[y.by.scale]?.floats,
      zeroPoint(x) == zeroPoint(y.by)
    else { return }
    replace(index, with: node.op, [x.source] + node.inputs.dropFirst(), y)
  }
}
