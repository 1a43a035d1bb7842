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

/// Mean of each window over one or two axes, channels last, in floats as ONNX Runtime computes it.
struct QuantizedAveragePoolStep: Step {
  let x: ValueID
  let y: ValueID
  let xQuantization: Quantization
  let yQuantization: Quantization
  let isSigned: Bool
  /// Whether ONNX Runtime has the result as int8 when it rounds.
  let roundsSigned: Bool
  let batch: Int
  let channels: Int
  let vertical: Window
  let horizontal: Window
  let countsMargins: Bool

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
      let from = unsafe memory.bytes(x) + image * vertical.input * horizontal.input * channels
      for v in 0..<vertical.output {
        let down = vertical.reach(v, countsMargins)
        for h in 0..<horizontal.output {
          let along = horizontal.reach(h, countsMargins)
          let count = Float(down.counted * along.counted)
          for c in 0..<channels {
            var sum: Float = 0
            for i in down.inside {
              for j in along.inside {
                unsafe sum += Float(Int32(from[(i * horizontal.input + j) * channels + c]) - xZero) * xScale
              }
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
}

extension Window {
  /// Which input positions window `index` covers, and how many positions count.
  func reach(_ index: Int, _ countsMargins: Bool) -> (inside: StrideTo<Int>, counted: Int) {
    let start = index * stride - before
    let end = start + extent
    var first = start
    if first < 0 { first += (-first + dilation - 1) / dilation * dilation }
    let inside = Swift.stride(from: first, to: min(end, input), by: dilation)
    let last = countsMargins ? min(end, input + behind) : min(end, input)
    let from = countsMargins ? start : first
    return (inside, max(0, (last - from + dilation - 1) / dilation))
  }
}

extension Operators {
  static let quantizedPools: [String: OperatorPlan] = [
    "com.microsoft.QLinearGlobalAveragePool": { (node, planner) throws(ModelError) in
      let isLast = node.integer("channels_last", default: 0) != 0
      guard !isLast else { throw node.fault("channels_last is not supported") }
      let x = try planner.unsigned(try planner.stored(node, 0, of: [.int8, .uint8]), .channelsLast)
      let (type, shape) = (planner[x].type, planner[x].shape)
      guard shape.count >= 3, shape[2...].allSatisfy({ $0 > 0 }) else {
        throw node.fault("an input of shape \(shape)")
      }
      let from = try planner.quantization(node, scale: 1, zero: 2, type: type)
      let to = try planner.quantization(node, scale: 3, zero: 4, type: type)
      let y = try planner.makeUnsignedOutput(
        node, 0, type, Array(shape[..<2]) + shape[2...].map { _ in 1 }, layout: .channelsLast)
      planner.emit(
        QuantizedGlobalAverageStep(
          x: x, y: y, xQuantization: from, yQuantization: to, isSigned: type == .int8, batch: shape[0],
          channels: shape[1], positions: shape[2...].reduce(1, *),
          sums: try planner.makeTemporary(node, .int32, [shape[1]]), path: planner.path))
    },
    "com.microsoft.QLinearAveragePool": { (node, planner) throws(ModelError) in
      let x = try planner.unsigned(try planner.stored(node, 0, of: [.int8, .uint8]), .channelsLast)
      let (type, shape) = (planner[x].type, planner[x].shape)
      guard (3...4).contains(shape.count), let kernel = node.integers("kernel_shape") else {
        throw node.fault("an input of shape \(shape); one or two spatial axes and a kernel_shape expected")
      }
      let windows = try Window.all(node, spatial: Array(shape[2...]), kernel: kernel)
      let from = try planner.quantization(node, scale: 1, zero: 2, type: type)
      let to = try planner.quantization(node, scale: 3, zero: 4, type: type)
      let y = try planner.makeUnsignedOutput(
        node, 0, type, Array(shape[..<2]) + windows.map(\.output), layout: .channelsLast)
      let positions = shape[2...].reduce(1, *)
      if positions > 0, kernel == Array(shape[2...]), windows.allSatisfy({ $0.before == 0 && $0.behind == 0 })
      {
        // One window over everything: ONNX Runtime takes the mean of the integers.
        return planner.emit(
          QuantizedGlobalAverageStep(
            x: x, y: y, xQuantization: from, yQuantization: to, isSigned: type == .int8, batch: shape[0],
            channels: shape[1], positions: positions,
            sums: try planner.makeTemporary(node, .int32, [shape[1]]),
            path: planner.path))
      }
      planner.emit(
        QuantizedAveragePoolStep(
          x: x, y: y, xQuantization: from, yQuantization: to, isSigned: type == .int8,
          roundsSigned: type == .int8 && node.integer(Fusion.asUnsigned, default: 0) == 0, batch: shape[0],
          channels: shape[1], vertical: windows.count == 2 ? windows[0] : .none,
          horizontal: windows[windows.count - 1],
          countsMargins: node.integer("count_include_pad", default: 0) != 0))
    },
    "MaxPool": { (node, planner) throws(ModelError) in
      let stored = try planner.stored(node, 0)
      guard [.int8, .uint8].contains(planner[stored].type), planner[stored].shape.count == 3,
        !node.has(output: 1), let kernel = node.integers("kernel_shape")
      else {
        guard let plan = Operators.pooling["MaxPool"] else {
          throw .unsupportedOperator(node: node.name, operator: node.op)
        }
        return try plan(node, &planner)
      }
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
}
