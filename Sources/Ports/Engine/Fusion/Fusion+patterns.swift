// SPDX-License-Identifier: Apache-2.0

/// What stands around a node.
extension Fusion {
  /// A DequantizeLinear or QuantizeLinear of one scale a tensor or a channel, known at load.
  struct Scaling {
    /// The quantized side of a DequantizeLinear, the float side of a QuantizeLinear.
    var source: Name
    var scale: Name
    /// `Name.none` where it is 0.
    var zero: Name
    var type: ElementType
    var isPerTensor: Bool
    var axis: Int
  }

  func scaling(_ node: Node) -> Scaling? {
    guard node.integer("block_size", default: 0) == 0, node.has(input: 1),
      let scale = graph.constants[node.inputs[1]], scale.type == .float
    else { return nil }
    var type = ElementType.uint8
    if node.has(input: 2) {
      guard let zero = graph.constants[node.inputs[2]], zero.count == scale.count else { return nil }
      type = zero.type
    } else if node.op == "DequantizeLinear" {
      // Without a zero point the type is that of the data, which is known here for constants only.
      guard let data = graph.constants[node.inputs[0]] else { return nil }
      type = data.type
    }
    return Scaling(
      source: node.inputs[0], scale: node.inputs[1], zero: node.has(input: 2) ? node.inputs[2] : .none,
      type: type, isPerTensor: scale.count == 1, axis: node.integer("axis", default: 1))
  }

  /// The DequantizeLinear that makes `name`.
  func dequantized(_ name: Name) -> Scaling? {
    guard let index = surroundings.maker(of: name), let node = nodes[index], node.op == "DequantizeLinear"
    else { return nil }
    return scaling(node)
  }

  /// The only reader of `name`, which is no output of the graph.
  func onlyReader(_ name: Name) -> (index: Int, node: Node)? {
    guard let index = surroundings.onlyReader(of: name), let node = nodes[index], node.inputs.contains(name)
    else { return nil }
    return (index, node)
  }

  /// What an operator's result goes through: its QuantizeLinear, and a Relu that this makes void.
  struct Quantized {
    var by: Scaling
    var nodes: [Int]
    var output: Name
  }

  /// The QuantizeLinear that alone reads `name`, perhaps behind a Relu that its range makes void.
  func quantized(_ name: Name) -> Quantized? {
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
    return Quantized(by: by, nodes: passed, output: reader.node.outputs[0])
  }

  /// Whether the range of the quantization clamps all that the Relu or Clip would.
  func isVoid(_ node: Node, before quantize: Node) -> Bool {
    guard quantize.op == "QuantizeLinear", let by = scaling(quantize), by.isPerTensor, by.type.size == 1
    else {
      return false
    }
    let lowest = by.type == .int8 ? -128 : 0
    let zero = graph.constants[by.zero]?.integers?.first ?? 0
    guard let scale = graph.constants[by.scale]?.floats?.first else { return false }
    if node.op == "Relu" { return zero == lowest }
    let low = node.has(input: 1) ? graph.constants[node.inputs[1]]?.floats?.first : -Float.infinity
    let high = node.has(input: 2) ? graph.constants[node.inputs[2]]?.floats?.first : Float.infinity
    guard let low, let high else { return false }
    return Float(lowest - zero) * scale >= low && Float(lowest + 255 - zero) * scale <= high
  }

  /// 8-bit data behind an input, one scale for the tensor.
  func activation(_ name: Name) -> Scaling? {
    guard let found = dequantized(name), found.isPerTensor, found.type.size == 1 else { return nil }
    return found
  }

  func zeroPoint(_ scaling: Scaling) -> Int { graph.constants[scaling.zero]?.integers?.first ?? 0 }
}
