// SPDX-License-Identifier: Apache-2.0

/// y = f(a, b), element by element, a and b stretched to y's shape.
protocol BroadcastStep: Step {
  associatedtype Function: Sendable
  var label: String { get }
  var function: Function { get }
  /// Of the elements of a and b.
  var type: ElementType { get }
  var a: ValueID { get }
  var b: ValueID { get }
  var y: ValueID { get }
  /// Operands: a, b, y.
  var loops: Loops { get }
  init(label: String, function: Function, type: ElementType, a: ValueID, b: ValueID, y: ValueID, loops: Loops)
}

extension BroadcastStep {
  var reads: [ValueID] { [a, b] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  /// SAFETY: the loops were made for the shapes of the three values, so that each index lies within its value.
  @inline(__always)
  func map<T: BitwiseCopyable, R: BitwiseCopyable>(_ memory: Memory, _ f: (T, T) -> R) {
    let (count, strides) = (loops.inner.length, loops.inner.strides)
    let (a, b): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(a), memory.pointer(b)
    )
    let y: UnsafeMutablePointer<R> = unsafe memory.pointer(y)
    for start in loops.rows {
      let (a, b, y) = unsafe (a + start[0], b + start[1], y + start[2])
      switch (strides[0], strides[1]) {
      case (1, 1): for i in 0..<count { unsafe y[i] = f(a[i], b[i]) }
      case (1, 0):
        let b = unsafe b[0]
        for i in 0..<count { unsafe y[i] = f(a[i], b) }
      case (0, 1):
        let a = unsafe a[0]
        for i in 0..<count { unsafe y[i] = f(a, b[i]) }
      default:
        let value = unsafe f(a[0], b[0])
        for i in 0..<count { unsafe y[i] = value }
      }
    }
  }
}

/// Arithmetic on two numbers; the result has their type.
struct ArithmeticStep: BroadcastStep, NumberStep {
  enum Function {
    case add, subtract, multiply, divide, modulo, remainder, power, larger, smaller
    /// a, or a * b where a is negative.
    case parametricRelu
  }

  let label: String
  let function: Function
  let type: ElementType
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let loops: Loops

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    switch function {
    case .add: unsafe map(memory) { T.sum($0, $1) }
    case .subtract: unsafe map(memory) { T.difference($0, $1) }
    case .multiply: unsafe map(memory) { T.product($0, $1) }
    case .divide: unsafe map(memory) { T.quotient($0, $1) }
    case .modulo: unsafe map(memory) { T.modulo($0, $1) }
    case .remainder: unsafe map(memory) { T.remainder($0, $1) }
    case .power: unsafe map(memory) { T.power($0, $1) }
    case .larger: unsafe map(memory) { T.larger($0, $1) }
    case .smaller: unsafe map(memory) { T.smaller($0, $1) }
    case .parametricRelu: unsafe map(memory) { $0 < 0 ? T.product($0, $1) : $0 }
    }
  }
}

/// Comparison of two numbers; the result is a Bool.
struct ComparisonStep: BroadcastStep, NumberStep {
  enum Function { case equal, greater, greaterOrEqual, less, lessOrEqual }

  let label: String
  let function: Function
  let type: ElementType
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let loops: Loops

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    switch function {
    case .equal: unsafe map(memory) { (a: T, b: T) -> UInt8 in a == b ? 1 : 0 }
    case .greater: unsafe map(memory) { (a: T, b: T) -> UInt8 in a > b ? 1 : 0 }
    case .greaterOrEqual: unsafe map(memory) { (a: T, b: T) -> UInt8 in a >= b ? 1 : 0 }
    case .less: unsafe map(memory) { (a: T, b: T) -> UInt8 in a < b ? 1 : 0 }
    case .lessOrEqual: unsafe map(memory) { (a: T, b: T) -> UInt8 in a <= b ? 1 : 0 }
    }
  }
}

/// Operations on the bits of two integers, or of two Bools, which are 0 or 1.
struct BitStep: BroadcastStep {
  enum Function { case and, or, exclusiveOr, shiftLeft, shiftRight }

  let label: String
  let function: Function
  let type: ElementType
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let loops: Loops

  func run(_ memory: Memory) {
    switch type.size {
    case 1: unsafe run(memory, UInt8.self)
    case 2: unsafe run(memory, UInt16.self)
    case 4: unsafe run(memory, UInt32.self)
    default: unsafe run(memory, UInt64.self)
    }
  }

  private func run<T: FixedWidthInteger & BitwiseCopyable>(_ memory: Memory, _: T.Type) {
    switch function {
    case .and: unsafe map(memory) { (a: T, b: T) in a & b }
    case .or: unsafe map(memory) { (a: T, b: T) in a | b }
    case .exclusiveOr: unsafe map(memory) { (a: T, b: T) in a ^ b }
    case .shiftLeft: unsafe map(memory) { (a: T, b: T) in a << b }
    case .shiftRight: unsafe map(memory) { (a: T, b: T) in a >> b }
    }
  }
}
