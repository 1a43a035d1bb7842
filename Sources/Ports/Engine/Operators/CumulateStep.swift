// SPDX-License-Identifier: Apache-2.0

/// Running sums along the middle axis of [outer][length][inner].
struct CumulateStep: NumberStep {
  let x: ValueID
  let y: ValueID
  let type: ElementType
  let outer: Int
  let length: Int
  let inner: Int
  /// Whether a sum leaves out the element at its own position.
  let isExclusive: Bool
  /// Whether the sums run from the end.
  let isReverse: Bool

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "CumSum", arithmetic: .float) }

  /// SAFETY: both values have outer * length * inner elements.
  func run<T: Number>(_ memory: Memory, _: T.Type) {
    let (x, y): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(x), memory.pointer(y)
    )
    for o in 0..<outer {
      for i in 0..<inner {
        var sum: T = 0
        for position in 0..<length {
          let at = (o * length + (isReverse ? length - 1 - position : position)) * inner + i
          let next = unsafe T.sum(sum, x[at])
          unsafe y[at] = isExclusive ? sum : next
          sum = next
        }
      }
    }
  }
}
