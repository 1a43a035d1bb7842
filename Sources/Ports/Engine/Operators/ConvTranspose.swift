// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// What a transposed convolution adds up: each input position is a row of a product, which holds what the position
/// gives to each place of its window; the windows overlap in the output.
///
/// SAFETY: the windows lie over the output and are cut where they leave it; `sums` holds a row for each position.
struct ConvTransposeStep: Step {
  let x: ValueID
  let packed: ValueID
  let packedCount: Int
  /// Input channels of a group x (kernel x output channels of a group).
  let side: RightSide
  let base: ValueID?
  /// [positions][kernel][output channels of a group]
  let sums: ValueID
  let taps: ValueID
  let y: ValueID
  /// Over the output: `input` of an axis is the length of the output, and `output` that of the input.
  let windows: Windows
  let batch: Int
  let groups: Int
  let channels: (input: Int, output: Int)
  let path: Int32

  var reads: [ValueID] { [x, packed, taps] + [base].compactMap(\.self) }
  var writes: [ValueID] { [y, sums] }
  var cost: StepCost {
    StepCost(
      label: "ConvTranspose", arithmetic: .float,
      macs: batch * groups * windows.outputCount * side.length * side.n)
  }

  func run(_ memory: Memory) {
    let positions = (from: windows.outputCount, to: windows.inputCount)
    for b in 0..<batch {
      let x = unsafe memory.floats(x) + b * positions.from * channels.input
      let y = unsafe memory.floats(y) + b * positions.to * channels.output
      for i in 0..<positions.to {
        let row = unsafe y + i * channels.output
        if let base {
          unsafe row.update(from: memory.floats(base), count: channels.output)
        } else {
          unsafe row.update(repeating: 0, count: channels.output)
        }
      }
      for group in 0..<groups {
        unsafe multiply(memory, x + group * side.length, group)
        unsafe scatter(memory.floats(sums), y + group * (channels.output / groups))
      }
    }
  }

  private func multiply(_ memory: Memory, _ x: UnsafeMutablePointer<Float>, _ group: Int) {
    var product = unsafe mw_f32_product()
    unsafe product.a = UnsafePointer(x)
    unsafe product.a_row = channels.input
    unsafe product.taps = UnsafePointer(memory.pointer(taps) as UnsafeMutablePointer<Int32>)
    unsafe product.tap_count = 1
    unsafe product.tap_length = side.length
    unsafe product.m = windows.outputCount
    unsafe product.n = side.n
    unsafe product.packed = UnsafePointer(memory.floats(packed) + group * packedCount)
    unsafe product.low = -.infinity
    unsafe product.high = .infinity
    unsafe product.out = memory.floats(sums)
    unsafe product.out_row = side.n
    unsafe mw_f32_multiply(path, &product)
  }

  private func scatter(_ sums: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    let count = channels.output / groups
    var row = unsafe sums
    windows.forEachPlace { place in
      windows.forEachElement(of: place) { position, tap in
        let (to, from) = unsafe (y + position * channels.output, row + tap * count)
        for c in 0..<count { unsafe to[c] += from[c] }
      }
      unsafe row += side.n
    }
  }
}

extension Windows {
  /// The windows of a transposed convolution over its output.
  init(transposed node: Node, _ shape: [Int], weights: [Int]) throws(ModelError) {
    let (rank, limit) = (shape.count - 2, 1 << 20)
    guard (1...3).contains(rank), weights.count == shape.count else {
      throw node.fault("a tensor of rank \(shape.count) and weights of rank \(weights.count)")
    }
    func lengths(_ name: String, _ count: Int, _ usual: Int) throws(ModelError) -> [Int] {
      let found = node.integers(name) ?? Array(repeating: usual, count: count)
      guard found.count == count, found.allSatisfy({ (usual...limit).contains($0) }) else {
        throw node.fault("\(name) \(found) for \(rank) axes")
      }
      return found
    }
    if let stated = node.integers("kernel_shape"), stated != Array(weights[2...]) {
      throw node.fault("kernel_shape \(stated) is not that of the weights, \(weights)")
    }
    let (strides, dilations) = (try lengths("strides", rank, 1), try lengths("dilations", rank, 1))
    let (pads, more) = (try lengths("pads", 2 * rank, 0), try lengths("output_padding", rank, 0))
    let wanted = node.attributes["output_shape"] == nil ? nil : try lengths("output_shape", rank, 1)
    let mode = node.string("auto_pad", default: "NOTSET")
    guard ["NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode) else {
      throw node.fault("auto_pad \(mode)")
    }
    var axes = Array(repeating: Window.none, count: 3 - rank)
    for i in 0..<rank {
      var axis = Window(
        input: 0, size: weights[i + 2], stride: strides[i], dilation: dilations[i], before: pads[i],
        behind: pads[rank + i], output: shape[i + 2])
      guard (1...limit).contains(axis.size), axis.output > 0 else {
        throw node.fault("a kernel of \(axis.size) over \(axis.output) positions")
      }
      let whole = (axis.output - 1) * axis.stride + axis.extent + more[i]
      if mode == "VALID" { (axis.before, axis.behind) = (0, 0) }
      if let length = wanted?[i] ?? (mode.hasPrefix("SAME") ? axis.output * axis.stride : nil) {
        let total = max(0, whole - length)
        axis.before = mode == "SAME_UPPER" ? total / 2 : total - total / 2
        axis.behind = total - axis.before
      }
      // With `auto_pad`, positions that no window reaches are left out, as in ONNX Runtime.
      axis.input = wanted?[i] ?? whole - axis.before - axis.behind
      guard axis.input > 0 else { throw node.fault("axis \(i) of the output has no positions") }
      axes.append(axis)
    }
    self.init(z: axes[0], y: axes[1], x: axes[2], rank: rank)
  }
}

extension Operators {
  static func transposedConvolution(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    guard node.has(input: 0) else { throw node.fault("input 0 is missing") }
    let given = try planner.stored(node, 0, of: [.float])
    let weights = try planner.operand(node, 1, of: [.float])
    let (shape, kernel) = (planner[given].shape, planner[weights].shape)
    let windows = try Windows(transposed: node, shape, weights: kernel)
    let groups = node.integer("group", default: 1)
    guard groups > 0, shape[1] > 0, kernel[1] > 0, shape[1] == kernel[0], shape[1].isMultiple(of: groups)
    else { throw node.fault("weights \(kernel) in \(groups) groups for a tensor of shape \(shape)") }
    let (inputs, outputs) = (shape[1] / groups, kernel[1])
    let bias = try planner.optionalOperand(node, 2, of: [.float])
    if let bias, planner[bias].shape != [outputs * groups] {
      throw node.fault(
        "shape \(planner[bias].shape) for \(outputs * groups) channels", tensor: node.inputs[2])
    }
    let lengths = [windows.z.input, windows.y.input, windows.x.input].suffix(windows.rank)
    let x = try planner.channelsLast(given)
    let y = try planner.makeOutput(
      node, 0, .float, [shape[0], outputs * groups] + lengths, layout: .channelsLast)
    if planner[y].count == 0 { return }
    // [channel in][kernel][channel out]
    let ordered = try planner.channelsLast(weights)
    let columns = kernel[1...].reduce(1, *)
    let side = RightSide(length: inputs, n: columns, lengthStride: columns, nStride: 1)
    planner.emit(
      ConvTransposeStep(
        x: x,
        packed: try planner.packed(node, ordered, side, at: (0..<groups).map { $0 * inputs * columns }),
        packedCount: side.packedCount(planner.path), side: side, base: bias,
        sums: try planner.makeTemporary(node, .float, [windows.outputCount, columns]),
        taps: planner.addConstant(Tensor(.int32, [1], [Int32(0)])), y: y, windows: windows, batch: shape[0],
        groups: groups, channels: (shape[1], outputs * groups), path: planner.path))
  }
}
