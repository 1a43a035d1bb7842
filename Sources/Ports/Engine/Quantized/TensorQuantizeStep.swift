// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Floats to 8 bit, one scale for the tensor.
struct TensorQuantizeStep: Step {
  let x: ValueID
  let y: ValueID
  let quantization: Quantization
  let isSigned: Bool
  /// [batch][rows][columns]; with `transposes` the result is [batch][columns][rows].
  let batch: Int
  let rows: Int
  let columns: Int
  let transposes: Bool
  let path: Int32

  var reads: [ValueID] { [x, quantization.scale, quantization.zero] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "QuantizeLinear", arithmetic: .float) }

  func run(_ memory: Memory) {
    let scale = unsafe memory.floats(quantization.scale)[0]
    let zero = unsafe memory.unsignedZero(quantization.zero, isSigned: isSigned)
    let (from, to) = unsafe (memory.floats(x), memory.bytes(y))
    guard transposes else {
      return unsafe mw_q8_quantize(path, from, batch * rows * columns, scale, zero, to)
    }
    for b in 0..<batch {
      let at = b * rows * columns
      unsafe mw_q8_quantize_transposed(path, from + at, rows, columns, scale, zero, to + at)
    }
  }
}

/// 8 bit to floats, one scale for the tensor.
struct TensorDequantizeStep: Step {
  let x: ValueID
  let y: ValueID
  let quantization: Quantization
  let isSigned: Bool
  let count: Int
  let path: Int32

  var reads: [ValueID] { [x, quantization.scale, quantization.zero] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "DequantizeLinear", arithmetic: .float) }

  func run(_ memory: Memory) {
    unsafe mw_q8_dequantize(
      path, memory.bytes(x), count, memory.floats(quantization.scale)[0],
      memory.unsignedZero(quantization.zero, isSigned: isSigned), memory.floats(y))
  }
}
