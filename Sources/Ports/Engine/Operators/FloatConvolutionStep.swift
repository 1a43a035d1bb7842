// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// A convolution with the channels last: the windows of one output row are the rows of a strided product.
///
/// SAFETY: `taps` and the windows stay within the padded input, which the plan made as large as they reach.
struct FloatConvolutionStep: Step {
  let label: String
  let x: ValueID
  /// Room for the input of one batch entry and the zeros around it, where there is padding.
  let padded: ValueID?
  /// The last positions of the run before, where a stream is taken piece by piece.
  let history: ValueID?
  let packed: ValueID
  let packedCount: Int
  let side: RightSide
  /// Offsets of the taps of a window, in elements.
  let taps: ValueID
  /// A value for each output channel.
  let base: ValueID?
  let y: ValueID
  let windows: Windows
  let batch: Int
  let groups: Int
  /// Of the input and of the output, all groups.
  let channels: (input: Int, output: Int)
  var low: Float = -.infinity
  var high: Float = .infinity
  let path: Int32

  var reads: [ValueID] { [x, packed, taps] + (base.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] + [padded, history].compactMap(\.self) }
  var cost: StepCost {
    let perOutput = side.taps * side.length * side.n * groups
    return StepCost(label: label, arithmetic: .float, macs: batch * windows.outputCount * perOutput)
  }

  func run(_ memory: Memory) {
    let (x, y) = unsafe (memory.floats(x), memory.floats(y))
    let w = windows
    for b in 0..<batch {
      var input = unsafe x + b * w.inputCount * channels.input
      if let padded {
        let room = unsafe memory.floats(padded)
        unsafe w.pad(input, into: room, channels: channels.input)
        unsafe input = room
        if let history {
          let size = w.x.before * channels.input
          let past = unsafe memory.floats(history) + b * size
          unsafe room.update(from: past, count: size)
          unsafe past.update(from: room + w.x.input * channels.input, count: size)
        }
      }
      unsafe multiply(memory, input, y + b * w.outputCount * channels.output)
    }
  }

  private func multiply(
    _ memory: Memory, _ x: UnsafeMutablePointer<Float>, _ y: UnsafeMutablePointer<Float>
  ) {
    let w = windows
    let packed = unsafe memory.floats(packed)
    var product = unsafe mw_f32_product()
    unsafe product.a_row = w.x.stride * channels.input
    unsafe product.taps = UnsafePointer(memory.pointer(taps) as UnsafeMutablePointer<Int32>)
    unsafe product.tap_count = side.taps
    unsafe product.tap_length = side.length
    unsafe product.n = side.n
    unsafe product.low = low
    unsafe product.high = high
    unsafe product.out_row = channels.output
    let line = w.x.padded * channels.input
    // Lines that follow each other without a gap are one product.
    let joined = w.y.stride * w.x.padded == w.x.output * w.x.stride ? w.y.output : 1
    unsafe product.m = joined * w.x.output
    for z in 0..<w.z.output {
      for row in stride(from: 0, to: w.y.output, by: joined) {
        let from = (z * w.z.stride * w.y.padded + row * w.y.stride) * line
        let to = (z * w.y.output + row) * w.x.output * channels.output
        for group in 0..<groups {
          unsafe product.a = UnsafePointer(x + from + group * (channels.input / groups))
          unsafe product.packed = UnsafePointer(packed + group * packedCount)
          if let base { unsafe product.base = UnsafePointer(memory.floats(base) + group * side.n) }
          unsafe product.out = y + to + group * side.n
          unsafe mw_f32_multiply(path, &product)
        }
      }
    }
  }
}

extension Windows {
  /// Copies channels-last elements into the padded room and sets what is around them to 0.
  func pad(
    _ from: UnsafeMutablePointer<Float>, into to: UnsafeMutablePointer<Float>, channels: Int
  ) {
    let line = x.padded * channels
    var (at, source) = unsafe (to, from)
    func clear(_ count: Int) {
      unsafe at.update(repeating: 0, count: count)
      unsafe at += count
    }
    clear(z.before * y.padded * line)
    for _ in 0..<z.input {
      clear(y.before * line + x.before * channels)
      for i in 0..<y.input {
        unsafe at.update(from: source, count: x.input * channels)
        unsafe at += x.input * channels
        unsafe source += x.input * channels
        clear((i + 1 < y.input ? x.before + x.behind : x.behind) * channels)
      }
      clear(y.behind * line)
    }
    clear(z.behind * y.padded * line)
  }
}

/// A convolution of each channel with a kernel of its own, channels last.
///
/// SAFETY: windows are cut where they leave the input; weights are [kernel][channels].
struct DepthwiseStep: Step {
  let label: String
  let x: ValueID
  let weights: ValueID
  let base: ValueID?
  let y: ValueID
  let windows: Windows
  let batch: Int
  let channels: Int

  var reads: [ValueID] { [x, weights] + (base.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] }
  var cost: StepCost {
    StepCost(
      label: label, arithmetic: .float, macs: batch * windows.outputCount * channels * windows.kernelCount)
  }

  func run(_ memory: Memory) {
    let (x, weights) = unsafe (memory.floats(x), memory.floats(weights))
    let base = unsafe base.map { unsafe memory.floats($0) }
    var out = unsafe memory.floats(y)
    for b in 0..<batch {
      let x = unsafe x + b * windows.inputCount * channels
      windows.forEachPlace { place in
        unsafe out.update(repeating: 0, count: channels)
        windows.forEachElement(of: place) { position, tap in
          let (from, weights) = unsafe (x + position * channels, weights + tap * channels)
          for c in 0..<channels { unsafe out[c] += from[c] * weights[c] }
        }
        if let base = unsafe base {
          for c in 0..<channels { unsafe out[c] += base[c] }
        }
        unsafe out += channels
      }
    }
  }
}
