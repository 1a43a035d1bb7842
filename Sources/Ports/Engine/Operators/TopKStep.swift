// SPDX-License-Identifier: Apache-2.0

/// The position of the largest or smallest element along the middle axis of [outer][length][inner].
struct ArgStep: NumberStep {
  let label: String
  let type: ElementType
  let x: ValueID
  let y: ValueID
  let outer: Int
  let length: Int
  let inner: Int
  let isLargest: Bool
  /// Whether the last of equal elements is meant.
  let takesLast: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  /// SAFETY: x has outer * length * inner elements, y outer * inner.
  func run<T: Number>(_ memory: Memory, _: T.Type) {
    let (x, y): (UnsafeMutablePointer<T>, UnsafeMutablePointer<Int64>) = unsafe (
      memory.pointer(x), memory.pointer(y)
    )
    for o in 0..<outer {
      for i in 0..<inner {
        let row = unsafe x + (o * length * inner + i)
        var (best, most) = unsafe (0, row[0])
        for position in 1..<length {
          let next = unsafe row[position * inner]
          if (isLargest ? next > most : next < most) || (takesLast && next == most) {
            (best, most) = (position, next)
          }
        }
        unsafe y[o * inner + i] = Int64(best)
      }
    }
  }
}

/// The k largest or smallest elements along the middle axis of [outer][length][inner], best first; of equal ones the
/// first.
struct TopKStep: NumberStep {
  let type: ElementType
  let x: ValueID
  let values: ValueID
  let indices: ValueID
  /// Room for k positions: a heap whose root is the worst of the best so far.
  let heap: ValueID
  let outer: Int
  let length: Int
  let inner: Int
  let k: Int
  let isLargest: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [values, indices, heap] }
  var cost: StepCost { StepCost(label: "TopK", arithmetic: .float) }

  /// SAFETY: x has outer * length * inner elements, the results outer * k * inner, the heap k.
  func run<T: Number>(_ memory: Memory, _: T.Type) {
    guard k > 0 else { return }
    let (x, values): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(x), memory.pointer(values)
    )
    let (indices, heap): (UnsafeMutablePointer<Int64>, UnsafeMutablePointer<Int64>) = unsafe (
      memory.pointer(indices), memory.pointer(heap)
    )
    for o in 0..<outer {
      for i in 0..<inner {
        let row = unsafe x + (o * length * inner + i)
        for position in 0..<k { unsafe heap[position] = Int64(position) }
        for root in (0..<k / 2).reversed() { unsafe sink(root, heap, k, row) }
        for position in k..<max(length, k) where unsafe isWorse(heap[0], Int64(position), row) {
          unsafe heap[0] = Int64(position)
          unsafe sink(0, heap, k, row)
        }
        for place in (0..<k).reversed() {  // the worst first, to the end
          let (worst, at) = unsafe (heap[0], (o * k + place) * inner + i)
          unsafe values[at] = unsafe row[Int(worst) * inner]
          unsafe indices[at] = worst
          unsafe heap[0] = unsafe heap[place]
          unsafe sink(0, heap, place, row)
        }
      }
    }
  }

  /// Whether the element at `a` ranks behind that at `b`.
  @inline(__always)
  private func isWorse<T: Number>(_ a: Int64, _ b: Int64, _ row: UnsafeMutablePointer<T>) -> Bool {
    let (first, second) = unsafe (row[Int(a) * inner], row[Int(b) * inner])
    if first == second { return a > b }
    return isLargest ? first < second : first > second
  }

  /// Lets a position sink to its place in the heap of `count`.
  private func sink<T: Number>(
    _ start: Int, _ heap: UnsafeMutablePointer<Int64>, _ count: Int, _ row: UnsafeMutablePointer<T>
  ) {
    var parent = start
    while 2 * parent + 1 < count {
      var child = 2 * parent + 1
      if child + 1 < count, unsafe isWorse(heap[child + 1], heap[child], row) { child += 1 }
      guard unsafe isWorse(heap[child], heap[parent], row) else { return }
      unsafe swap(&heap[child], &heap[parent])
      parent = child
    }
  }
}
