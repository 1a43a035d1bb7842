// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Largest 8-bit value of each window over one axis, channels last.
struct QuantizedMaxPoolStep: Step {
  let x: ValueID
  let y: ValueID
  let batch: Int
  let channels: Int
  let window: Window
  let path: Int32

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "MaxPool", arithmetic: .int8) }

  func run(_ memory: Memory) {
    for image in 0..<batch {
      unsafe mw_q8_max_pool(
        path, memory.bytes(x) + image * window.input * channels, window.input, channels, window.size,
        window.stride, window.dilation, -window.before, window.output,
        memory.bytes(y) + image * window.output * channels)
    }
  }
}

/// Mean over all positions, channels last: the integer sum times x scale / (y scale * positions).
struct QuantizedGlobalAverageStep: Step {
  let x: ValueID
  let y: ValueID
  let xQuantization: Quantization
  let yQuantization: Quantization
  let isSigned: Bool
  let batch: Int
  let channels: Int
  let positions: Int
  /// int32, channels
  let sums: ValueID
  let path: Int32

  var reads: [ValueID] {
    [x, xQuantization.scale, xQuantization.zero, yQuantization.scale, yQuantization.zero]
  }
  var writes: [ValueID] { [y, sums] }
  var cost: StepCost { StepCost(label: "QLinearGlobalAveragePool", arithmetic: .int8) }

  func run(_ memory: Memory) {
    let scale =
      unsafe memory.floats(xQuantization.scale)[0]
      / (memory.floats(yQuantization.scale)[0] * Float(positions))
    let xZero = unsafe memory.unsignedZero(xQuantization.zero, isSigned: isSigned)
    let yZero = unsafe memory.unsignedZero(yQuantization.zero, isSigned: isSigned)
    let sums: UnsafeMutablePointer<Int32> = unsafe memory.pointer(sums)
    for image in 0..<batch {
      unsafe mw_q8_column_sums(
        path, memory.bytes(x) + image * positions * channels, positions, channels, sums)
      let out = unsafe memory.bytes(y) + image * channels
      for c in 0..<channels {
        let mean = unsafe Float(sums[c] &- Int32(positions) &* xZero) * scale
        let rounded = max(Float(-yZero), min(Float(255 - yZero), mean)).rounded(.toNearestOrEven)
        unsafe out[c] = UInt8(truncatingIfNeeded: Int32(rounded) &+ yZero)
      }
    }
  }
}

/// Mean of each window, channels last, in floats as ONNX Runtime computes it.
struct QuantizedAveragePoolStep: Step {
  let x: ValueID
  let y: ValueID
  let xQuantization: Quantization
  let yQuantization: Quantization
  let isSigned: Bool
  /// Whether ONNX Runtime has the result as int8 when it rounds.
  let roundsSigned: Bool
  let windows: Windows
  let batch: Int
  let channels: Int
  let countsPadding: Bool

  var reads: [ValueID] {
    [x, xQuantization.scale, xQuantization.zero, yQuantization.scale, yQuantization.zero]
  }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "QLinearAveragePool", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (xScale, yScale) = unsafe (
      memory.floats(xQuantization.scale)[0], memory.floats(yQuantization.scale)[0]
    )
    let xZero = unsafe memory.unsignedZero(xQuantization.zero, isSigned: isSigned)
    let yZero = unsafe memory.unsignedZero(yQuantization.zero, isSigned: isSigned)
    let low: Int32 = roundsSigned ? 128 : 0
    var out = unsafe memory.bytes(y)
    for image in 0..<batch {
      let from = unsafe memory.bytes(x) + image * windows.inputCount * channels
      windows.forEachPlace { place in
        // ONNX Runtime counts a window that reaches beyond the padding as a whole one.
        let count = Float(countsPadding ? windows.kernelCount : windows.countInside(place))
        for c in 0..<channels {
          var sum: Float = 0
          windows.forEachElement(of: place) { position, _ in
            unsafe sum += Float(Int32(from[position * channels + c]) - xZero) * xScale
          }
          // The zero point is added before the rounding, which decides halves.
          let mean = sum / count / yScale + Float(yZero - low)
          let rounded = max(Float(-low), min(Float(255 - low), mean)).rounded(.toNearestOrEven)
          unsafe out[c] = UInt8(truncatingIfNeeded: Int32(rounded.isNaN ? 0 : rounded) &+ low)
        }
        unsafe out += channels
      }
    }
  }
}

extension Operators {
  static let quantizedPools: [String: OperatorPlan] = [
    "com.microsoft.QLinearGlobalAveragePool": { (node, planner) throws(ModelError) in
      guard node.integer("channels_last", default: 0) == 0 else {
        throw node.fault("channels_last is not supported")
      }
      try QuantizedPool(node, &planner).emitGlobalMean(&planner)
    },
    "com.microsoft.QLinearAveragePool": { (node, planner) throws(ModelError) in
      try averagePool(node, &planner)
    },
    "MaxPool": { (node, planner) throws(ModelError) in
      let stored = try planner.stored(node, 0)
      guard [.int8, .uint8].contains(planner[stored].type), planner[stored].shape.count == 3,
        !node.has(output: 1), let kernel = node.integers("kernel_shape")
      else { return try maxPool(node, &planner) }
      let x = try planner.unsigned(stored, .channelsLast)
      let (type, shape) = (planner[x].type, planner[x].shape)
      let window = try Window.all(node, spatial: [shape[2]], kernel: kernel)[0]
      let y = try planner.makeUnsignedOutput(
        node, 0, type, [shape[0], shape[1], window.output], layout: .channelsLast)
      planner.emit(
        QuantizedMaxPoolStep(
          x: x, y: y, batch: shape[0], channels: shape[1], window: window, path: planner.path))
    },
  ]

  private static func averagePool(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let pool = try QuantizedPool(node, &planner)
    let windows = try Windows(node, pool.shape)
    if windows.kernelCount == windows.inputCount, !windows.isPadded {
      // One window over everything: ONNX Runtime takes the mean of the integers.
      return try pool.emitGlobalMean(&planner)
    }
    let y = try planner.makeUnsignedOutput(
      node, 0, pool.type, Array(pool.shape[..<2]) + windows.output, layout: .channelsLast)
    let isSigned = pool.type == .int8
    planner.emit(
      QuantizedAveragePoolStep(
        x: pool.x, y: y, xQuantization: pool.from, yQuantization: pool.to, isSigned: isSigned,
        roundsSigned: isSigned && node.integer(Fusion.asUnsigned, default: 0) == 0, windows: windows,
        batch: pool.shape[0], channels: pool.shape[1],
        countsPadding: node.integer("count_include_pad", default: 0) != 0))
  }
}

/// The operands of a quantized pooling.
private struct QuantizedPool {
  let node: Node
  /// 8 bit, channels last.
  let x: ValueID
  let type: ElementType
  let shape: [Int]
  let from: Quantization
  let to: Quantization

  init(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    self.node = node
    x = try planner.unsigned(try planner.stored(node, 0, of: [.int8, .uint8]), .channelsLast)
    (type, shape) = (planner[x].type, planner[x].shape)
    guard shape.count >= 3, shape[2...].allSatisfy({ $0 > 0 }) else {
      throw node.fault("an input of shape \(shape)")
    }
    from = try planner.quantization(node, scale: 1, zero: 2, type: type)
    to = try planner.quantization(node, scale: 3, zero: 4, type: type)
  }

  func emitGlobalMean(_ planner: inout Planner) throws(ModelError) {
    let y = try planner.makeUnsignedOutput(
      node, 0, type, shape[..<2] + shape[2...].map { _ in 1 }, layout: .channelsLast)
    planner.emit(
      QuantizedGlobalAverageStep(
        x: x, y: y, xQuantization: from, yQuantization: to, isSigned: type == .int8, batch: shape[0],
        channels: shape[1], positions: shape[2...].reduce(1, *),
        sums: try planner.makeTemporary(node, .int32, [shape[1]]), path: planner.path))
  }
}
