// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// An INT8 convolution over one or two axes with the channels last, as products whose rows overlap.
///
/// The input is copied between margins that hold the zero point; then each row of outputs is one product: its left
/// side begins `stride` positions further for each output, and a tap is a stretch of the kernel that lies in one piece.
struct ConvolutionStep: Step {
  let label: String
  let x: ValueID
  let y: ValueID
  let weights: PreparedWeights
  let batch: Int
  let channels: Int
  let vertical: Window
  let horizontal: Window
  /// The input with its margins; nil where there are none.
  let padded: ValueID?
  /// The last positions of the run before, where a stream is taken piece by piece.
  let history: ValueID?
  let taps: ValueID
  let tapCount: Int
  let rowSums: ValueID?
  let scratch: ValueID
  /// Which outputs of each row are computed.
  var places: Places

  var reads: [ValueID] { [x, taps] + weights.reads }
  var writes: [ValueID] { [y, scratch] + [padded, rowSums, history].compactMap(\.self) }
  var cost: StepCost {
    StepCost(
      label: label, arithmetic: .int8,
      macs: batch * vertical.output * places.count * weights.shape.depth * weights.shape.allColumns)
  }

  mutating func narrow(to needed: Needed) -> [ValueID: Needed]? {
    guard batch == 1, vertical.input == 1, vertical.output == 1, history == nil else { return nil }
    places = needed.inRows(of: weights.shape.allColumns)
    let inputs = horizontal.inputs(of: places)
    return [x: Needed(row: channels, rows: inputs)]
  }

  func run(_ memory: Memory) {
    let shape = weights.shape
    let rowBytes = horizontal.padded * channels
    let rows = places.count
    for image in 0..<batch {
      var source = unsafe memory.bytes(x) + image * vertical.input * horizontal.input * channels
      if let padded {
        let zero = unsafe memory.unsignedZero(weights.aZero, isSigned: weights.aIsSigned)
        unsafe pad(source, memory.bytes(padded), UInt8(truncatingIfNeeded: zero))
        unsafe source = memory.bytes(padded)
        if let history {
          let size = horizontal.before * channels
          let past = unsafe memory.bytes(history) + image * size
          unsafe source.update(from: past, count: size)
          unsafe past.update(from: source + horizontal.input * channels, count: size)
        }
      }
      for group in 0..<shape.groups {
        var product = unsafe weights.product(memory, matrix: group, column: group * shape.columns)
        unsafe product.a_row = places.step * horizontal.stride * channels
        unsafe product.taps = UnsafePointer(memory.pointer(taps))
        unsafe product.tap_count = tapCount
        unsafe product.tap_length = shape.length
        unsafe product.m = rows
        unsafe product.out_row = places.step * shape.allColumns
        for row in 0..<vertical.output {
          let first = (image * vertical.output + row) * horizontal.output + places.first
          let at = first * shape.allColumns + group * shape.columns
          unsafe product.a = UnsafePointer(
            source + row * vertical.stride * rowBytes + places.first * horizontal.stride * channels
              + group * (channels / shape.groups))
          unsafe product.out = memory[y] + at * weights.end.size
          if let rowSums {
            let sums: UnsafeMutablePointer<Int32> = unsafe memory.pointer(rowSums)
            unsafe mw_q8_row_sums(
              weights.path, product.a, product.a_row, product.taps, tapCount, shape.length, rows, sums)
            for i in 0..<rows { unsafe sums[i] = 0 &- sums[i] }
            unsafe product.row_factor = UnsafePointer(sums)
          } else {
            unsafe product.column_factor = nil
          }
          unsafe mw_q8_multiply(weights.path, &product, memory[scratch])
        }
      }
    }
  }

  private func pad(_ from: UnsafePointer<UInt8>, _ to: UnsafeMutablePointer<UInt8>, _ zero: UInt8) {
    let rowBytes = horizontal.padded * channels
    let inner = horizontal.input * channels
    unsafe to.update(repeating: zero, count: vertical.before * rowBytes)
    for row in 0..<vertical.input {
      let line = unsafe to + (vertical.before + row) * rowBytes
      unsafe line.update(repeating: zero, count: horizontal.before * channels)
      unsafe (line + horizontal.before * channels).update(from: from + row * inner, count: inner)
      unsafe (line + horizontal.before * channels + inner).update(
        repeating: zero, count: horizontal.behind * channels)
    }
    unsafe (to + (vertical.before + vertical.input) * rowBytes).update(
      repeating: zero, count: vertical.behind * rowBytes)
  }
}

extension Window {
  /// The positions of the input that the windows at `places` cover; one of them where all is padding.
  func inputs(of places: Places) -> Places {
    let step = greatestCommonDivisor(places.count > 1 ? places.step * stride : 0, size > 1 ? dilation : 0)
    var (low, high) = (places.first * stride - before, places.last * stride - before + (size - 1) * dilation)
    if low < 0, step > 0 { low += (-low + step - 1) / step * step }
    if high >= input, step > 0 { high -= (high - input + step) / step * step }
    guard low >= 0, high < input, low <= high else { return Places(0, through: 0, step: 0) }
    return Places(low, through: high, step: step)
  }
}
