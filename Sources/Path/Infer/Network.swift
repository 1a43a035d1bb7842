// SPDX-License-Identifier: Apache-2.0

public import Kernels

/// An INT8 model, planned: dense layers in a chain, weights packed, every size known.
///
/// It reads ONNX files as ONNX Runtime's quantizer writes them (QDQ, int8 or uint8 activations, int8 weights
/// per tensor or per channel) with Gemm, MatMul, Add of a bias, and Relu, and computes what ONNX Runtime
/// computes in its exact mode: quantization by true division and rounding to even, an int32 sum that
/// starts at the bias, and one rounding of `Float(sum) * (((inputScale * weightScale) / outputScale))`.
/// ```swift
/// let network = try Network(path: "models/anomaly.int8.onnx")
/// var scratch = Scratch(for: [network])
/// network.run(input.span, into: &output.mutableSpan, scratch: &scratch)  // allocates nothing
/// ```
public struct Network: Sendable {
  /// Length of the input.
  public let inputCount: Int
  /// Length of the output.
  public let outputCount: Int
  /// Multiply-accumulates of one run.
  public let operations: Int
  /// First 12 hexadecimal digits of the file's SHA-256.
  public let hash: String
  /// What the model's maker wrote into the file beside the graph (`metadata_props`).
  public let metadata: [String: String]

  let quantization: Quantization
  let layers: [Layer]

  /// Reads and plans the ONNX file at `path`.
  public init(path: String) throws(ModelError) {
    try self.init(onnx: try ModelFile(path: path).bytes)
  }

  /// Plans an ONNX model from its bytes.
  public init(onnx bytes: [UInt8]) throws(ModelError) {
    let graph = try OnnxGraph(bytes)
    var plan = try Plan(graph)
    try plan.walk()
    inputCount = graph.inputCount
    quantization = plan.inputQuantization
    layers = plan.layers
    outputCount = layers.last?.dense.outputs ?? graph.inputCount
    operations = layers.reduce(0) { $0 + $1.dense.inputs * $1.dense.outputs }
    metadata = graph.metadata
    hash = SHA256.hexadecimal(bytes, digits: 12)
  }

  /// Runs the model on one input.
  ///
  /// - Parameters:
  ///   - input: `inputCount` values.
  ///   - output: room for `outputCount` values.
  ///   - scratch: made for this network, or for several of which this is one.
  ///   - path: the form of the kernels; all give the same bits.
  public func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, scratch: inout Scratch,
    path: Int8Path = .best
  ) {
    precondition(input.count == inputCount && output.count >= outputCount)
    run(input, into: &output, &scratch.values, &scratch.sums, path)
  }

  /// As above, on arrays; allocates nothing either.
  public func run(
    _ input: [Float], into output: inout [Float], scratch: inout Scratch, path: Int8Path = .best
  ) {
    var span = output.mutableSpan
    run(input.span, into: &span, scratch: &scratch, path: path)
  }

  private func run(
    _ input: Span<Float>, into output: inout MutableSpan<Float>, _ activations: inout [Int16],
    _ accumulators: inout [Int32], _ path: Int8Path
  ) {
    var values = activations.mutableSpan
    var sums = accumulators.mutableSpan
    Int8Quantize.quantize(
      input, scale: quantization.scale, range: quantization.range, into: &values, path: path)
    var scale = quantization.scale
    for layer in layers {
      if layer.dense.paddedInputs > layer.dense.inputs { values[layer.dense.inputs] = 0 }
      layer.dense.accumulate(values.span, into: &sums, path: path)
      guard let next = layer.output else {
        for n in 0..<outputCount { output[n] = Float(sums[n]) * layer.scale[n] }
        return
      }
      Int8Quantize.requantize(
        sums.span, scale: layer.scale.span, range: layer.range, into: &values, path: path)
      scale = next.scale
    }
    for n in 0..<outputCount { output[n] = Float(values[n]) * scale }
  }
}

/// How a tensor of floats stands in integers: `x = (q - zeroPoint) * scale`.
struct Quantization: Equatable, Sendable {
  var scale: Float
  var zeroPoint: Int32
  var signed: Bool

  /// The limits of `q - zeroPoint`.
  var range: Int8Quantize.Range {
    let lowest: Int32 = signed ? -128 : 0
    return Int8Quantize.Range(low: Float(lowest - zeroPoint), high: Float(lowest + 255 - zeroPoint))
  }
}

/// One fused dense layer.
struct Layer: Sendable {
  var dense: Int8Dense
  /// From the integer sum to the integer output, or to the float output of the last layer.
  var scale: [Float]
  /// Limits of the centred output; a Relu has raised the lower one to 0.
  var range: Int8Quantize.Range
  /// Nil when the layer gives floats.
  var output: Quantization?
}

/// The memory in which networks run; one may serve many networks, one at a time.
public struct Scratch: Sendable {
  var values: [Int16]
  var sums: [Int32]

  /// Room for the largest of `networks`.
  public init(for networks: [Network]) {
    let layers = networks.flatMap(\.layers)
    let widths = layers.flatMap { [$0.dense.paddedInputs, $0.dense.paddedOutputs] }
    values = Array(repeating: 0, count: max(widths.max() ?? 0, networks.map(\.inputCount).max() ?? 0))
    sums = Array(repeating: 0, count: layers.map(\.dense.paddedOutputs).max() ?? 0)
  }

  /// Its size in bytes.
  public var bytes: Int { values.count * 2 + sums.count * 4 }
}
