// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static func convolution(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    guard node.has(input: 0) else { throw node.fault("input 0 is missing") }
    let given = try planner.stored(node, 0, of: [.float])
    let weights = try planner.operand(node, 1, of: [.float])
    let (shape, kernel) = (planner[given].shape, planner[weights].shape)
    guard kernel.count == shape.count else {
      throw node.fault("a tensor of rank \(shape.count) and weights of rank \(kernel.count)")
    }
    let windows = try Windows(node, shape, weights: kernel)
    let groups = node.integer("group", default: 1)
    guard groups > 0, kernel[0] > 0, shape[1] > 0, kernel[0].isMultiple(of: groups),
      shape[1].isMultiple(of: groups), shape[1] / groups == kernel[1]
    else { throw node.fault("weights \(kernel) in \(groups) groups for a tensor of shape \(shape)") }
    let bias = try planner.optionalOperand(node, 2, of: [.float])
    if let bias, planner[bias].shape != [kernel[0]] {
      throw node.fault("shape \(planner[bias].shape) for \(kernel[0]) channels", tensor: node.inputs[2])
    }
    let x = try planner.channelsLast(given)
    let y = try planner.makeOutput(
      node, 0, .float, [shape[0], kernel[0]] + windows.output, layout: .channelsLast)
    if planner[y].count == 0 { return }
    if groups == shape[1], groups == kernel[0], !planner.isStreaming {
      planner.emit(
        DepthwiseStep(
          label: node.op, x: x, weights: try kernelFirst(node, weights, &planner), base: bias, y: y,
          windows: windows, batch: shape[0], channels: groups))
      return
    }
    // [channel out][kernel][channel in]: what a tap covers is contiguous.
    let ordered = try planner.channelsLast(weights)
    let (taps, length) = windows.taps(channels: shape[1], inGroup: kernel[1])
    let (outputs, size) = (kernel[0] / groups, windows.kernelCount * kernel[1])
    let side = RightSide(
      taps: taps.count, length: length, n: outputs, tapStride: length, lengthStride: 1, nStride: size)
    let isCarried = try Array([windows.z, windows.y, windows.x].suffix(windows.rank)).carry(node, planner)
    let padded =
      windows.isPadded
      ? try planner.makeTemporary(
        node, .float, [windows.z.padded, windows.y.padded, windows.x.padded, shape[1]]) : nil
    planner.emit(
      FloatConvolutionStep(
        label: node.op, x: x, padded: padded,
        history: isCarried
          ? try planner.makeState(node, .float, [shape[0], windows.x.before, shape[1]]) : nil,
        packed: try planner.packed(node, ordered, side, at: (0..<groups).map { $0 * outputs * size }),
        packedCount: side.packedCount(planner.path), side: side,
        taps: planner.addConstant(Tensor(.int32, [taps.count], taps)), base: bias, y: y, windows: windows,
        batch: shape[0], groups: groups, channels: (shape[1], kernel[0]), path: planner.path))
  }

  /// Weights [channels][1][kernel] as [kernel][channels].
  private static func kernelFirst(_ node: Node, _ weights: ValueID, _ planner: inout Planner)
    throws(ModelError) -> ValueID
  {
    let (channels, count) = (planner[weights].shape[0], planner[weights].shape[2...].reduce(1, *))
    let turned = try planner.makeTemporary(node, .float, [count, channels])
    planner.prepare(
      TransposeStep(
        from: weights, to: turned, batch: 1, rows: channels, columns: count, elementSize: 4,
        path: planner.path))
    return turned
  }
}

extension Windows {
  /// Offsets of a window's taps in the padded input with the channels last, and the elements that each covers:
  /// a whole line of the kernel where its elements are neighbours.
  fileprivate func taps(channels: Int, inGroup: Int) -> (offsets: [Int32], length: Int) {
    let joined = channels == inGroup && (x.dilation == 1 || x.size == 1)
    var offsets: [Int32] = []
    for kz in 0..<z.size {
      for ky in 0..<y.size {
        for kx in 0..<(joined ? 1 : x.size) {
          let line = (kz * z.dilation * y.padded + ky * y.dilation) * x.padded
          offsets.append(Int32((line + kx * x.dilation) * channels))
        }
      }
    }
    return (offsets, joined ? x.size * channels : inGroup)
  }
}
