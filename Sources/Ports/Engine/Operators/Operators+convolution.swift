// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static func convolution(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let given = try planner.stored(node, 0, of: [.float])
    let weights = try planner.operand(node, 1, of: [.float])
    let (shape, kernel) = (planner[given].shape, planner[weights].shape)
    guard shape.count >= 3, kernel.count == shape.count else {
      throw node.fault("a tensor of rank \(shape.count) and weights of rank \(kernel.count)")
    }
    let windows = try Windows(node, input: Array(shape[2...]), kernel: Array(kernel[2...]))
    let groups = node.integer("group", default: 1)
    guard groups > 0, kernel[0] % groups == 0, kernel[0] > 0, shape[1] > 0,
      shape[1].isMultiple(of: groups), shape[1] / groups == kernel[1]
    else { throw node.fault("weights \(kernel) in \(groups) groups for a tensor of shape \(shape)") }
    let bias = try planner.optionalOperand(node, 2, of: [.float])
    if let bias, planner[bias].shape != [kernel[0]] {
      throw node.fault("shape \(planner[bias].shape) for \(kernel[0]) channels", tensor: node.inputs[2])
    }
    let x = try planner.channelsLast(given)
    let y = try planner.makeOutput(
      node, 0, .float, [shape[0], kernel[0]] + node.lengths(windows, rank: shape.count - 2),
      layout: .channelsLast)
    if planner[y].count == 0 { return }
    if groups == shape[1], groups == kernel[0] {
      planner.emit(
        DepthwiseStep(
          label: node.op, x: x,
          weights: try planner.arranged(node, weights, rows: groups, columns: windows.kernelCount),
          base: bias, y: y, windows: windows, batch: shape[0], channels: groups))
      return
    }
    let (inputs, outputs) = (kernel[1], kernel[0] / groups)
    // [channel out][kernel][channel in]: what a tap covers is contiguous.
    let ordered = try planner.arranged(
      node, weights, batch: kernel[0], rows: inputs, columns: windows.kernelCount)
    let (taps, length) = windows.taps(channels: shape[1], inGroup: inputs)
    let size = windows.kernelCount * inputs
    let side = RightSide(
      taps: taps.count, length: length, n: outputs, tapStride: length, lengthStride: 1, nStride: size)
    let padded =
      windows.isPadded
      ? try planner.makeTemporary(
        node, .float, [windows.z.padded, windows.y.padded, windows.x.padded, shape[1]]) : nil
    planner.emit(
      ConvolutionStep(
        label: node.op, x: x, padded: padded,
        packed: try planner.packed(node, ordered, side, at: (0..<groups).map { $0 * outputs * size }),
        packedCount: side.packedCount(planner.path), side: side,
        taps: planner.addConstant(Tensor(.int32, [taps.count], taps)), base: bias, y: y, windows: windows,
        batch: shape[0], groups: groups, channels: (shape[1], kernel[0]), path: planner.path))
  }
}

extension Node {
  /// Lengths of the output axes behind batch and channels.
  func lengths(_ windows: Windows, rank: Int) -> [Int] {
    Array([windows.z.output, windows.y.output, windows.x.output].suffix(rank))
  }
}

extension Windows {
  /// Offsets of a window's taps in the padded input with the channels last, and the elements that each covers:
  /// a whole line of the kernel where its elements are neighbours.
  func taps(channels: Int, inGroup: Int) -> (offsets: [Int32], length: Int) {
    let joined = channels == inGroup && (x.dilation == 1 || x.kernel == 1)
    var offsets: [Int32] = []
    for kz in 0..<z.kernel {
      for ky in 0..<y.kernel {
        for kx in 0..<(joined ? 1 : x.kernel) {
          let line = (kz * z.dilation * y.padded + ky * y.dilation) * x.padded
          offsets.append(Int32((line + kx * x.dilation) * channels))
        }
      }
    }
    return (offsets, joined ? x.kernel * channels : inGroup)
  }
}

extension Planner {
  /// `id`, seen as [batch][rows][columns], as [batch][columns][rows]: at load if it is known then.
  mutating func arranged(_ node: Node, _ id: ValueID, batch: Int = 1, rows: Int, columns: Int)
    throws(ModelError) -> ValueID
  {
    if rows == 1 || columns == 1 { return id }
    guard let known = constant(id)?.floats else {
      let to = try makeTemporary(node, .float, [batch, columns, rows])
      emit(
        TransposeStep(
          from: id, to: to, batch: batch, rows: rows, columns: columns, elementSize: 4, path: path))
      return to
    }
    var turned = Array(repeating: Float(0), count: known.count)
    for b in 0..<batch {
      for r in 0..<rows {
        for c in 0..<columns {
          turned[(b * columns + c) * rows + r] = known[(b * rows + r) * columns + c]
        }
      }
    }
    return addConstant(Tensor(.float, [batch, columns, rows], turned), name: values[id].name)
  }
}
