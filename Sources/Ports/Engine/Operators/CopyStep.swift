// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// Copies elements between two values along loops: what transposes, slices, tiles, joins and splits come down to.
struct CopyStep: Step {
  let label: String
  let from: ValueID
  let to: ValueID
  let elementSize: Int
  /// Elements at which the loops start.
  let fromStart: Int
  let toStart: Int
  /// Operands: from, to.
  let loops: Loops

  var reads: [ValueID] { [from] }
  var writes: [ValueID] { [to] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  /// The stretch that it reads.
  var needed: [ValueID: Needed] {
    guard !loops.axes.contains(where: { $0.length == 0 }) else { return [:] }
    let ends = loops.axes.map { ($0.length - 1) * $0.strides[0] }
    let (low, high) = (ends.reduce(0) { $0 + min($1, 0) }, ends.reduce(0) { $0 + max($1, 0) })
    return [from: Needed(row: 1, rows: Places(fromStart + low, through: fromStart + high, step: 1))]
  }

  func run(_ memory: Memory) {
    switch elementSize {
    case 1: unsafe run(memory, UInt8.self)
    case 2: unsafe run(memory, UInt16.self)
    case 4: unsafe run(memory, UInt32.self)
    default: unsafe run(memory, UInt64.self)
    }
  }

  /// SAFETY: starts and loops were made for the shapes of both values, so that each index lies within its value.
  private func run<T: BitwiseCopyable>(_ memory: Memory, _: T.Type) {
    let from: UnsafeMutablePointer<T> = unsafe memory.pointer(from) + fromStart
    let to: UnsafeMutablePointer<T> = unsafe memory.pointer(to) + toStart
    let (count, by) = (loops.inner.length, loops.inner.strides)
    for start in loops.rows {
      let (from, to) = unsafe (from + start[0], to + start[1])
      switch (by[0], by[1]) {
      case (1, 1): unsafe to.update(from: from, count: count)
      case (0, 1): unsafe to.update(repeating: from[0], count: count)
      default: for i in 0..<count { unsafe to[i &* by[1]] = from[i &* by[0]] }
      }
    }
  }
}

/// Elements of a value: from `start` on, by strides along some axes.
struct Lattice {
  var id: ValueID
  var start: Int
  var strides: [Int]

  init(_ id: ValueID, at start: Int = 0, by strides: [Int]) {
    self.id = id
    self.start = start
    self.strides = strides
  }
}

extension Planner {
  /// Emits a copy of `lengths` elements.
  mutating func emitCopy(_ label: String, lengths: [Int], from: Lattice, to: Lattice) {
    let loops = Loops(lengths, [from.strides, to.strides], along: 1)
    let size = self[from.id].type.size
    if from.start == 0, to.start == 0, let (batch, rows, columns) = loops.transpose {
      emit(
        TransposeStep(
          from: from.id, to: to.id, batch: batch, rows: rows, columns: columns, elementSize: size, path: path)
      )
    } else {
      emit(
        CopyStep(
          label: label, from: from.id, to: to.id, elementSize: size, fromStart: from.start, toStart: to.start,
          loops: loops))
    }
  }

  /// All elements of a value, along the axes of its shape.
  func whole(_ id: ValueID) -> Lattice { Lattice(id, by: self[id].strides) }
}

extension Loops {
  /// Whether a copy along these loops is a transpose of whole matrices, and of which: rows and columns of the source.
  fileprivate var transpose: (batch: Int, rows: Int, columns: Int)? {
    guard (2...3).contains(axes.count) else { return nil }
    let (outer, inner) = (axes[axes.count - 2], inner)
    guard inner.strides == SIMD4(outer.length, 1, 0, 0), outer.strides == SIMD4(1, inner.length, 0, 0) else {
      return nil
    }
    guard axes.count == 3 else { return (1, inner.length, outer.length) }
    let size = inner.length * outer.length
    return axes[0].strides == SIMD4(size, size, 0, 0) ? (axes[0].length, inner.length, outer.length) : nil
  }
}
