// SPDX-License-Identifier: Apache-2.0

/// A Gemm or MatMul: which of its inputs are what.
struct DenseNode {
  let node: OnnxNode
  let weights: String
  var bias: String?
  /// Length of the input vector.
  let width: Int
  /// Weights stand as `[outputs][inputs]`.
  let transposed: Bool

  init(_ node: OnnxNode, input: String, width: Int) throws(ModelError) {
    guard node.op == "Gemm" || node.op == "MatMul" else {
      throw node.fault("a Gemm or MatMul is expected here", tensor: input)
    }
    guard node.input(0) == input, let weights = node.input(1) else {
      throw node.fault("its first input is not the activation", tensor: input)
    }
    guard node.float("alpha", default: 1) == 1, node.float("beta", default: 1) == 1,
      node.integer("transA", default: 0) == 0
    else { throw node.fault("alpha and beta other than 1 and transA are not supported") }
    self.node = node
    self.weights = weights
    self.width = width
    bias = node.input(2)
    transposed = node.op == "Gemm" && node.integer("transB", default: 0) != 0
  }
}

/// Weights as `[outputs][inputs]` with one scale for each output.
struct DenseWeights {
  var values: [Int8]
  var scales: [Float]
  var inputs: Int
  var outputs: Int
  /// Index of the DequantizeLinear that they came through.
  var source: Int
}

extension OnnxGraph {
  /// Scale and zero point of an activation's QuantizeLinear or DequantizeLinear: one each.
  func quantization(of node: OnnxNode) throws(ModelError) -> Quantization {
    guard node.inputs.count == 2 || node.inputs.count == 3, let scaleName = node.input(1) else {
      throw node.fault("a scale is expected as its second input")
    }
    let scales = try constant(scaleName, of: node).floats()
    guard scales.count == 1, scales[0].isNormal, scales[0] > 0 else {
      throw node.fault("one positive scale is expected", tensor: scaleName)
    }
    guard let zeroName = node.input(2) else {
      return Quantization(scale: scales[0], zeroPoint: 0, signed: false)
    }
    let zero = try constant(zeroName, of: node)
    guard zero.count == 1, zero.type == .int8 || zero.type == .uint8 else {
      throw node.fault("one int8 or uint8 zero point is expected", tensor: zeroName)
    }
    return Quantization(scale: scales[0], zeroPoint: try zero.integers()[0], signed: zero.type == .int8)
  }

  /// The int8 weights of a dense node, turned to rows of outputs.
  func weights(of dense: DenseNode) throws(ModelError) -> DenseWeights {
    let name = dense.weights
    guard let source = producer(of: name), source.op == "DequantizeLinear", let stored = source.input(0),
      consumers(of: name).count == 1
    else { throw dense.node.fault("its weights are not constants through a DequantizeLinear", tensor: name) }
    let tensor = try constant(stored, of: source)
    guard tensor.type == .int8, tensor.shape.count == 2 else {
      throw dense.node.fault("int8 weights of rank 2 are expected", tensor: stored)
    }
    let (outputs, inputs) =
      dense.transposed ? (tensor.shape[0], tensor.shape[1]) : (tensor.shape[1], tensor.shape[0])
    guard inputs == dense.width, outputs > 0, outputs <= ModelLimit.width else {
      throw dense.node.fault("weights \(tensor.shape) do not fit \(dense.width) inputs", tensor: stored)
    }
    let values = try tensor.integers().map { Int8(truncatingIfNeeded: $0) }
    let scales = try channelScales(of: source, axis: dense.transposed ? 0 : 1, rank: 2, count: outputs)
    return DenseWeights(
      values: dense.transposed ? values : transpose(values, rows: inputs, columns: outputs),
      scales: scales, inputs: inputs, outputs: outputs, source: source.index)
  }

  /// The int32 bias of a layer; its scale must be the one of the sums that it is added to.
  func bias(_ name: String, of node: OnnxNode, weights: DenseWeights, inputScale: Float) throws(ModelError)
    -> (values: [Int32], source: Int)
  {
    guard let source = producer(of: name), source.op == "DequantizeLinear", let stored = source.input(0),
      consumers(of: name).count == 1
    else { throw node.fault("its bias is not a quantized constant", tensor: name) }
    let tensor = try constant(stored, of: source)
    guard tensor.type == .int32, tensor.count == weights.outputs, tensor.shape.last == weights.outputs else {
      throw node.fault("an int32 bias of \(weights.outputs) values is expected", tensor: stored)
    }
    let scales = try channelScales(of: source, axis: 0, rank: 1, count: weights.outputs)
    for (scale, weight) in zip(scales, weights.scales) {
      let expected = inputScale * weight
      guard abs(scale - expected) <= 1e-4 * expected else {
        throw node.fault("the bias scale is not input scale times weight scale", tensor: stored)
      }
    }
    return (try tensor.integers(), source.index)
  }

  /// `count` scales of a constant's DequantizeLinear, one repeated or one for each index along `axis`;
  /// its zero points must be 0.
  private func channelScales(of node: OnnxNode, axis: Int64, rank: Int64, count: Int) throws(ModelError)
    -> [Float]
  {
    guard node.integer("block_size", default: 0) == 0, let name = node.input(1) else {
      throw node.fault("a scale for the tensor or for each channel is expected")
    }
    if let zero = node.input(2), try constant(zero, of: node).integers().contains(where: { $0 != 0 }) {
      throw node.fault("a zero point other than 0 is not supported for constants", tensor: zero)
    }
    let scales = try constant(name, of: node).floats()
    guard scales.allSatisfy({ $0.isNormal && $0 > 0 }) else {
      throw node.fault("a scale is not positive and finite", tensor: name)
    }
    if scales.count == 1 { return Array(repeating: scales[0], count: count) }
    let named = node.integer("axis", default: 1)
    guard scales.count == count, named == axis || named == axis - rank else {
      throw node.fault("\(scales.count) scales along axis \(named) do not fit", tensor: name)
    }
    return scales
  }

  private func transpose(_ values: [Int8], rows: Int, columns: Int) -> [Int8] {
    var turned = [Int8](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { turned[column * rows + row] = values[row * columns + column] }
    }
    return turned
  }
}
