// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// [batch][rows][columns] to [batch][columns][rows].
struct TransposeStep: Step {
  let from: ValueID
  let to: ValueID
  let batch: Int
  let rows: Int
  let columns: Int
  let elementSize: Int
  let path: Int32

  var reads: [ValueID] { [from] }
  var writes: [ValueID] { [to] }
  var cost: StepCost { StepCost(label: "transpose", arithmetic: .move) }

  func run(_ memory: Memory) {
    let size = rows * columns
    for b in 0..<batch {
      switch elementSize {
      case 1:
        unsafe mw_q8_transpose(
          path, memory.bytes(from) + b * size, rows, columns, memory.bytes(to) + b * size)
      case 4:
        unsafe mw_f32_transpose(
          path, memory.floats(from) + b * size, rows, columns, memory.floats(to) + b * size)
      case 2: unsafe transpose(memory.pointer(from) + b * size, memory.pointer(to) + b * size, UInt16.self)
      default: unsafe transpose(memory.pointer(from) + b * size, memory.pointer(to) + b * size, UInt64.self)
      }
    }
  }

  private func transpose<Element>(
    _ x: UnsafeMutablePointer<Element>, _ y: UnsafeMutablePointer<Element>, _: Element.Type
  ) {
    for r in 0..<rows { for c in 0..<columns { unsafe y[c * rows + r] = x[r * columns + c] } }
  }
}

/// int8 to its unsigned form and back: turns each sign bit.
struct FlipStep: Step {
  let from: ValueID
  let to: ValueID
  let count: Int
  let path: Int32

  var reads: [ValueID] { [from] }
  var writes: [ValueID] { [to] }
  var cost: StepCost { StepCost(label: "flip", arithmetic: .move) }

  func run(_ memory: Memory) { unsafe mw_q8_flip(path, memory.bytes(from), count, memory.bytes(to)) }
}
