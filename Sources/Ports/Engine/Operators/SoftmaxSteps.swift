// SPDX-License-Identifier: Apache-2.0

// SAFETY, for all steps of this file: counts come from the shapes of the values that are read and written.

internal import CKernels
internal import Foundation

/// Softmax or its logarithm over each row.
struct SoftmaxStep: Step {
  let label: String
  let x: ValueID
  let y: ValueID
  let rows: Int
  let columns: Int
  let logarithm: Bool
  let path: Int32

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    unsafe mw_f32_softmax(path, memory.floats(x), rows, columns, logarithm ? 1 : 0, memory.floats(y))
  }
}

/// Softmax or its logarithm of doubles, along any axis.
struct SoftmaxDoubleStep: Step {
  let label: String
  let x: ValueID
  let y: ValueID
  let lines: Lines
  let logarithm: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run(_ memory: Memory) {
    let x: UnsafeMutablePointer<Double> = unsafe memory.pointer(x)
    let y: UnsafeMutablePointer<Double> = unsafe memory.pointer(y)
    let step = lines.inner
    for o in 0..<lines.outer {
      for i in 0..<lines.inner {
        let (x, y) = unsafe (x + o * lines.length * step + i, y + o * lines.length * step + i)
        var largest = -Double.infinity
        for k in 0..<lines.length { unsafe largest = max(largest, x[k * step]) }
        var sum = 0.0
        for k in 0..<lines.length { unsafe sum += exp(x[k * step] - largest) }
        let shift = largest + log(sum)
        for k in 0..<lines.length {
          unsafe y[k * step] = logarithm ? x[k * step] - shift : exp(x[k * step] - largest) / sum
        }
      }
    }
  }
}

/// 1 at the first largest element of each line, 0 elsewhere.
struct HardmaxStep: Step {
  let x: ValueID
  let y: ValueID
  let lines: Lines

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "Hardmax", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (x, y) = unsafe (memory.floats(x), memory.floats(y))
    for o in 0..<lines.outer {
      for i in 0..<lines.inner {
        let at = o * lines.length * lines.inner + i
        var best = 0
        for k in 0..<lines.length {
          if unsafe x[at + k * lines.inner] > x[at + best * lines.inner] { best = k }
          unsafe y[at + k * lines.inner] = 0
        }
        if lines.length > 0 { unsafe y[at + best * lines.inner] = 1 }
      }
    }
  }
}
