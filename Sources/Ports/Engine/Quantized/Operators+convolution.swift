// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let quantizedConvolution: [String: OperatorPlan] = [
    "QLinearConv": { (node, planner) throws(ModelError) in
      let x = try planner.stored(node, 0, of: [.int8, .uint8])
      let w = try planner.operand(node, 3, of: [.int8, .uint8])
      let type = try planner.resultType(node, zero: 7, default: planner[x].type)
      try planner.convolution(
        node, x, w, scales: (1, 4), zeros: (2, 5), bias: 8,
        result: (type, try planner.quantization(node, scale: 6, zero: 7, type: type)))
    },
    "ConvInteger": { (node, planner) throws(ModelError) in
      let x = try planner.stored(node, 0, of: [.int8, .uint8])
      let w = try planner.operand(node, 1, of: [.int8, .uint8])
      try planner.convolution(node, x, w, scales: nil, zeros: (2, 3), bias: nil, result: nil)
    },
    // What `Fusion` makes of ConvInteger, Cast, Mul and Add.
    "ConvInteger with scale": { (node, planner) throws(ModelError) in
      let x = try planner.stored(node, 0, of: [.int8, .uint8])
      let w = try planner.operand(node, 1, of: [.int8, .uint8])
      try planner.convolution(
        node, x, w, scales: (2, 3), zeros: (4, 5), bias: nil, result: nil,
        offset: try planner.optionalOperand(node, 6, of: [.float]))
    },
  ]
}

extension Planner {
  /// A quantized convolution; arguments are the indexes of the node's inputs.
  fileprivate mutating func convolution(
    _ node: Node, _ xStored: ValueID, _ w: ValueID, scales: (x: Int, w: Int)?, zeros: (x: Int, w: Int),
    bias: Int?,
    result: (type: ElementType, quantization: Quantization)?, offset: ValueID? = nil
  ) throws(ModelError) {
    let x = try unsigned(xStored, .channelsLast)
    let (input, kernel) = (self[x].shape, self[w].shape)
    guard (3...4).contains(input.count), kernel.count == input.count else {
      throw node.fault(
        "an input of shape \(input) and weights of shape \(kernel); one or two spatial axes expected")
    }
    let (channels, columns) = (input[1], kernel[0])
    let groups = node.integer("group", default: 1)
    guard groups > 0, channels > 0, columns > 0, channels % groups == 0, columns % groups == 0,
      kernel[1] == channels / groups
    else { throw node.fault("\(groups) groups, input of shape \(input), weights of shape \(kernel)") }
    if let declared = node.integers("kernel_shape"), declared != Array(kernel[2...]) {
      throw node.fault("kernel_shape \(declared) and weights of shape \(kernel)")
    }
    let windows = try Window.all(node, spatial: Array(input[2...]), kernel: Array(kernel[2...]))
    let (vertical, horizontal) = (windows.count == 2 ? windows[0] : .none, windows[windows.count - 1])
    let inner = channels / groups
    // A stretch of the kernel lies in one piece where it has all channels and no gaps.
    let isDense = groups == 1 && horizontal.dilation == 1
    let (taps, length) = isDense ? (1, horizontal.size * inner) : (horizontal.size, inner)
    let shape = WeightShape(
      groups: groups, taps: vertical.size * taps, length: length, columns: columns / groups,
      groupStride: columns / groups * vertical.size * horizontal.size * inner,
      tapStride: length, lengthStride: 1, columnStride: vertical.size * horizontal.size * inner)
    let prepared = try prepareWeights(
      node,
      ProductInputs(
        weights: try kernelLast(node, w), weightZero: try zeroPoint(node, zeros.w, type: self[w].type),
        weightScale: try scales.map { (s) throws(ModelError) in try operand(node, s.w, of: [.float]) },
        shape: shape,
        aZero: try zeroPoint(node, zeros.x, type: self[x].type),
        aScale: try scales.map { (s) throws(ModelError) in try operand(node, s.x, of: [.float]) },
        aIsSigned: self[x].type == .int8,
        bias: try bias.flatMap { (i) throws(ModelError) in try optionalOperand(node, i, of: [.int32]) },
        result: result?.quantization, offset: offset, resultIsSigned: result?.type == .int8))
    let offsets = (0..<vertical.size).flatMap { v in
      (0..<taps).map { h in
        Int32(v * vertical.dilation * horizontal.padded * channels + h * horizontal.dilation * channels)
      }
    }
    let output = [input[0], columns] + windows.map(\.output)
    let y =
      if let result {
        try makeUnsignedOutput(node, 0, result.type, output, layout: .channelsLast)
      } else {
        try makeOutput(node, 0, scales == nil ? .int32 : .float, output, layout: .channelsLast)
      }
    let hasMargins = windows.contains { $0.before + $0.behind > 0 }
    emit(
      ConvolutionStep(
        label: node.op, x: x, y: y, weights: prepared, batch: input[0], channels: channels,
        vertical: vertical,
        horizontal: horizontal,
        padded: hasMargins
          ? try makeTemporary(node, .uint8, [vertical.padded, horizontal.padded, channels]) : nil,
        history: try history(node, windows, [input[0], horizontal.before, channels], prepared),
        taps: addConstant(Tensor(.int32, [offsets.count], offsets)), tapCount: offsets.count,
        rowSums: prepared.zeros == nil ? nil : try makeTemporary(node, .int32, [horizontal.output]),
        scratch: try makeTemporary(
          node, .uint8,
          [
            prepared.scratchBytes(
              rows: horizontal.output, row: horizontal.stride * channels, taps: offsets)
          ]), places: .all(horizontal.output)))
  }

  /// What a stream carries for a convolution: the positions before its first window.
  private mutating func history(_ node: Node, _ windows: [Window], _ shape: [Int], _ weights: PreparedWeights)
    throws(ModelError) -> ValueID?
  {
    guard try windows.carry(node, self) else { return nil }
    guard let zero = constant(weights.aZero) else {
      throw node.fault("a stream needs a zero point that is known at load")
    }
    return try makeState(node, .uint8, shape, fill: weights.aIsSigned ? zero.bytes[0] ^ 0x80 : zero.bytes[0])
  }

  /// Weights [out][in][positions...] as [out][positions...][in].
  private mutating func kernelLast(_ node: Node, _ w: ValueID) throws(ModelError) -> ValueID {
    try arranged(w, Form(layout: .channelsLast, isFlipped: false))
  }
}

extension [Window] {
  /// Whether a convolution over these windows carries positions from run to run; throws where a stream can not.
  func carry(_ node: Node, _ planner: Planner) throws(ModelError) -> Bool {
    guard planner.isStreaming, contains(where: { $0.extent > 1 || $0.before > 0 }) else { return false }
    guard count == 1, self[0].stride == 1, self[0].behind == 0, self[0].before == self[0].extent - 1 else {
      throw node.fault(
        "a stream needs causal convolutions over one axis: stride 1, all padding before the first position")
    }
    return true
  }
}

extension Window {
  /// An axis that is not there.
  static let none = Window(input: 1, size: 1, stride: 1, dilation: 1, before: 0, behind: 0, output: 1)
}
