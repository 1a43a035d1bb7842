// SPDX-License-Identifier: Apache-2.0

/// Keeps what is above, or below, a diagonal of matrices, and writes zeros elsewhere.
struct TriangleStep: Step {
  let x: ValueID
  let y: ValueID
  let batch: Int
  let rows: Int
  let columns: Int
  let elementSize: Int
  /// How far the diagonal is moved to the right; -rows...columns.
  let diagonal: Int
  let keepsUpper: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "Trilu", arithmetic: .move) }

  /// SAFETY: both values have batch * rows * columns elements; the edge lies within 0...columns.
  func run(_ memory: Memory) {
    let size = columns * elementSize
    for row in 0..<(batch * rows) {
      let (x, y) = unsafe (memory.bytes(x) + row * size, memory.bytes(y) + row * size)
      // the first kept column of the upper part; the lower part ends with the diagonal itself
      let first = row % rows + diagonal
      let edge =
        (keepsUpper ? min(max(first, 0), columns) : min(max(first, -1), columns - 1) + 1) * elementSize
      unsafe y.update(from: x, count: size)
      if keepsUpper {
        unsafe y.update(repeating: 0, count: edge)
      } else {
        unsafe (y + edge).update(repeating: 0, count: size - edge)
      }
    }
  }
}

/// y is values[1] where an index names the position on the middle axis of [outer][depth][inner], else values[0].
struct OneHotStep: Step {
  let indices: ValueID
  let values: ValueID
  let y: ValueID
  let outer: Int
  let depth: Int
  let inner: Int
  let elementSize: Int

  var reads: [ValueID] { [indices, values] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "OneHot", arithmetic: .move) }

  func run(_ memory: Memory) {
    switch elementSize {
    case 1: unsafe run(memory, UInt8.self)
    case 2: unsafe run(memory, UInt16.self)
    case 4: unsafe run(memory, UInt32.self)
    default: unsafe run(memory, UInt64.self)
    }
  }

  /// SAFETY: y has outer * depth * inner elements, there are outer * inner indices, and each is checked.
  private func run<T: BitwiseCopyable>(_ memory: Memory, _: T.Type) {
    let (values, y): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(values), memory.pointer(y)
    )
    let indices: UnsafeMutablePointer<Int64> = unsafe memory.pointer(indices)
    unsafe y.update(repeating: values[0], count: outer * depth * inner)
    for o in 0..<outer {
      for i in 0..<inner {
        let index = unsafe Int(indices[o * inner + i])
        let place = index < 0 ? index + depth : index
        if 0..<depth ~= place { unsafe y[(o * depth + place) * inner + i] = values[1] }
      }
    }
  }
}
