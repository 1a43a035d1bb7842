// SPDX-License-Identifier: Apache-2.0

internal import CKernels
internal import Foundation

/// Sum or product of two 8-bit tensors of one shape, or with one row or scalar on the right.
struct QuantizedBinaryStep: Step {
  enum Operation: String, Sendable { case add = "QLinearAdd", multiply = "QLinearMul" }
  let operation: Operation
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let aQuantization: Quantization
  let bQuantization: Quantization
  let yQuantization: Quantization
  let isSigned: Bool
  /// Whether halves fall where those of the signed sums do.
  let roundsSigned: Bool
  /// Elements to compute: from `first` on.
  var first = 0
  var count: Int
  let path: Int32

  var reads: [ValueID] {
    [a, b] + [aQuantization, bQuantization, yQuantization].flatMap { [$0.scale, $0.zero] }
  }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: operation.rawValue, arithmetic: .int8) }

  mutating func narrow(to needed: Needed) -> [ValueID: Needed]? {
    let elements = needed.inRows(of: 1)
    (first, count) = (elements.first, elements.last - elements.first + 1)
    return [a: needed].merging([b: needed]) { first, _ in first }
  }

  func run(_ memory: Memory) {
    var how = unsafe mw_q8_binary(
      a_scale: memory.floats(aQuantization.scale)[0], b_scale: memory.floats(bQuantization.scale)[0],
      out_scale: memory.floats(yQuantization.scale)[0],
      a_zero: memory.unsignedZero(aQuantization.zero, isSigned: isSigned),
      b_zero: memory.unsignedZero(bQuantization.zero, isSigned: isSigned),
      out_zero: memory.unsignedZero(yQuantization.zero, isSigned: isSigned), low: 0, high: 255)
    let (a, b, y) = unsafe (memory.bytes(a) + first, memory.bytes(b) + first, memory.bytes(y) + first)
    switch (operation, roundsSigned) {
    case (.add, false): unsafe mw_q8_add(path, &how, a, b, count, y)
    case (.add, true): unsafe mw_q8_add_signed(path, &how, a, b, count, y)
    case (.multiply, false): unsafe mw_q8_multiply_elements(path, &how, a, b, count, y)
    case (.multiply, true): unsafe mw_q8_multiply_elements_signed(path, &how, a, b, count, y)
    }
  }
}

/// A function of one 8-bit value, as a table of its 256 results.
struct LookupStep: Step {
  let label: String
  let x: ValueID
  let y: ValueID
  let table: ValueID
  let count: Int
  let path: Int32

  var reads: [ValueID] { [x, table] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .int8) }

  func run(_ memory: Memory) {
    unsafe mw_q8_lookup(path, memory.bytes(x), count, memory.bytes(table), memory.bytes(y))
  }
}

/// Fills the table of a function: y = quantize(f(dequantize(x))).
struct TableStep: Step {
  let x: Quantization
  let y: Quantization
  let isSigned: Bool
  let function: @Sendable (Float) -> Float
  let table: ValueID

  var reads: [ValueID] { [x.scale, x.zero, y.scale, y.zero] }
  var writes: [ValueID] { [table] }
  var cost: StepCost { StepCost(label: "table", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (xScale, yScale) = unsafe (memory.floats(x.scale)[0], memory.floats(y.scale)[0])
    let xZero = unsafe memory.unsignedZero(x.zero, isSigned: isSigned)
    let yZero = unsafe memory.unsignedZero(y.zero, isSigned: isSigned)
    for q in 0..<256 {
      let value = function(Float(Int32(q) - xZero) * xScale) / yScale
      let clamped = max(Float(-yZero), min(Float(255 - yZero), value)).rounded(.toNearestOrEven)
      unsafe memory.bytes(table)[q] = UInt8(clamped.isNaN ? 0 : Int32(clamped) + yZero)
    }
  }
}

/// QLinearSoftmax over contiguous rows, in the steps of ONNX Runtime: a table of exponentials aligned to the largest
/// value, a sum in the order of the elements, and one division each.
struct QuantizedSoftmaxStep: Step {
  let x: ValueID
  let y: ValueID
  /// float, 256
  let table: ValueID
  let yQuantization: Quantization
  let isSigned: Bool
  let rows: Int
  let columns: Int
  let path: Int32

  var reads: [ValueID] { [x, table, yQuantization.scale, yQuantization.zero] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "QLinearSoftmax", arithmetic: .int8) }

  func run(_ memory: Memory) {
    let scale = unsafe (1 / memory.floats(yQuantization.scale)[0]).rounded(.down)
    let zero = unsafe memory.unsignedZero(yQuantization.zero, isSigned: isSigned)
    unsafe mw_q8_softmax(
      path, memory.bytes(x), rows, columns, memory.floats(table), scale, zero, memory.bytes(y))
  }
}

/// The table of `QuantizedSoftmaxStep`: exponentials so large that their sum just fits a float.
struct ExponentialTableStep: Step {
  let scale: ValueID
  let columns: Int
  let table: ValueID

  var reads: [ValueID] { [scale] }
  var writes: [ValueID] { [table] }
  var cost: StepCost { StepCost(label: "table", arithmetic: .float) }

  func run(_ memory: Memory) {
    let scale = unsafe Double(memory.floats(scale)[0])
    let room = Double(logf(Float.greatestFiniteMagnitude / Float(columns)))
    let shift = max(0, room - 5) / scale
    for i in 0..<256 {
      unsafe memory.floats(table)[i] = Float(exp((Double(i) - 255 + shift) * scale))
    }
  }
}
