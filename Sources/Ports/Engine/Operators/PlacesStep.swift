// SPDX-License-Identifier: Apache-2.0

/// y[i, j, ...] = x[table of i + table of j + ...]: each axis has a table of places in x, made at load.
struct PlacesStep: Step {
  let label: String
  let x: ValueID
  let y: ValueID
  let elementSize: Int
  /// For each axis, outermost first, the elements of x that its positions stand for.
  let tables: [[Int]]

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  func run(_ memory: Memory) {
    switch elementSize {
    case 1: unsafe run(memory, UInt8.self)
    case 2: unsafe run(memory, UInt16.self)
    case 4: unsafe run(memory, UInt32.self)
    default: unsafe run(memory, UInt64.self)
    }
  }

  private func run<T: BitwiseCopyable>(_ memory: Memory, _: T.Type) {
    var y: UnsafeMutablePointer<T> = unsafe memory.pointer(y)
    unsafe descend(0, memory.pointer(x), &y)
  }

  /// SAFETY: the sums of the tables' entries are places in x, and y has one element for each.
  private func descend<T: BitwiseCopyable>(
    _ depth: Int, _ x: UnsafeMutablePointer<T>, _ y: inout UnsafeMutablePointer<T>
  ) {
    guard depth < tables.count else {
      unsafe y.pointee = unsafe x.pointee
      return unsafe y += 1
    }
    if depth == tables.count - 1 {
      for place in tables[depth] {
        unsafe y.pointee = unsafe x[place]
        unsafe y += 1
      }
    } else {
      for place in tables[depth] { unsafe descend(depth + 1, x + place, &y) }
    }
  }
}
