// SPDX-License-Identifier: Apache-2.0

/// y = f(x), element by element, on integers.
struct UnaryIntegerStep: NumberStep {
  enum Function { case absolute, negative, sign, complement }

  let label: String
  let function: Function
  let type: ElementType
  let x: ValueID
  let y: ValueID
  let count: Int

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    switch function {
    case .absolute: unsafe map(memory) { (x: T) in x < 0 ? T.difference(0, x) : x }
    case .negative: unsafe map(memory) { (x: T) in T.difference(0, x) }
    case .sign: unsafe map(memory) { (x: T) in x > 0 ? 1 : x < 0 ? T.difference(0, 1) : 0 }
    case .complement: unsafe map(memory) { (x: T) in T.difference(T.difference(0, 1), x) }
    }
  }

  /// SAFETY: both values have `count` elements.
  @inline(__always)
  private func map<T: BitwiseCopyable>(_ memory: Memory, _ f: (T) -> T) {
    let (x, y): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(x), memory.pointer(y)
    )
    for i in 0..<count { unsafe y[i] = f(x[i]) }
  }
}

/// Questions about an element that are answered by a Bool.
struct PredicateStep: NumberStep {
  enum Predicate {
    /// Also what `Not` asks of a Bool.
    case isZero
    case isNaN
    case isInfinite(positive: Bool, negative: Bool)
  }

  let label: String
  let predicate: Predicate
  let type: ElementType
  let x: ValueID
  let y: ValueID
  let count: Int

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    switch predicate {
    case .isZero: unsafe map(memory) { (x: T) in x == 0 }
    case .isNaN: unsafe map(memory) { (x: T) in x != x }
    case .isInfinite(let positive, let negative):
      unsafe map(memory) { (x: T) in
        let size = x.asDouble
        return size.isInfinite && (size > 0 ? positive : negative)
      }
    }
  }

  /// SAFETY: both values have `count` elements.
  @inline(__always)
  private func map<T: BitwiseCopyable>(_ memory: Memory, _ f: (T) -> Bool) {
    let (x, y): (UnsafeMutablePointer<T>, UnsafeMutablePointer<UInt8>) = unsafe (
      memory.pointer(x), memory.bytes(y)
    )
    for i in 0..<count { unsafe y[i] = f(x[i]) ? 1 : 0 }
  }
}
