// SPDX-License-Identifier: Apache-2.0

/// y = condition ? a : b, all three stretched to y's shape.
struct SelectStep: Step {
  let condition: ValueID
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let elementSize: Int
  /// Operands: condition, a, b, y.
  let loops: Loops

  var reads: [ValueID] { [condition, a, b] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "Where", arithmetic: .move) }

  func run(_ memory: Memory) {
    switch elementSize {
    case 1: unsafe run(memory, UInt8.self)
    case 2: unsafe run(memory, UInt16.self)
    case 4: unsafe run(memory, UInt32.self)
    default: unsafe run(memory, UInt64.self)
    }
  }

  /// SAFETY: the loops were made for the shapes of the four values, so that each index lies within its value.
  private func run<T: BitwiseCopyable>(_ memory: Memory, _: T.Type) {
    let condition = unsafe memory.bytes(condition)
    let (a, b): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(a), memory.pointer(b)
    )
    let y: UnsafeMutablePointer<T> = unsafe memory.pointer(y)
    let (count, by) = (loops.inner.length, loops.inner.strides)
    for start in loops.rows {
      let (condition, a, b) = unsafe (condition + start[0], a + start[1], b + start[2])
      let y = unsafe y + start[3]
      for i in 0..<count { unsafe y[i] = condition[i &* by[0]] != 0 ? a[i &* by[1]] : b[i &* by[2]] }
    }
  }
}
