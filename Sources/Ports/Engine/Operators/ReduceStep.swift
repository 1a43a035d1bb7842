// SPDX-License-Identifier: Apache-2.0

/// Joins all elements along some axes into one.
struct ReduceStep: NumberStep {
  enum Function {
    case sum, mean, product, larger, smaller, sumOfSizes, sumOfSquares
    /// The root of the sum of squares.
    case norm
    case logarithmOfSum
  }

  let label: String
  let function: Function
  let type: ElementType
  let x: ValueID
  let y: ValueID
  /// Elements of y, and of x for each of them.
  let count: Int
  let each: Int
  /// Operands: x, y (stride 0 along what is joined).
  let loops: Loops

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .float) }

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    let y: UnsafeMutablePointer<T> = unsafe memory.pointer(y)
    switch function {
    case .sum, .mean, .logarithmOfSum: unsafe join(memory, y, from: 0, { $0 }, T.sum)
    case .product: unsafe join(memory, y, from: 1, { $0 }, T.product)
    case .larger: unsafe join(memory, y, from: T.smallest, { $0 }, T.larger)
    case .smaller: unsafe join(memory, y, from: T.largest, { $0 }, T.smaller)
    case .sumOfSizes: unsafe join(memory, y, from: 0, { $0 < 0 ? T.difference(0, $0) : $0 }, T.sum)
    case .sumOfSquares, .norm: unsafe join(memory, y, from: 0, { T.product($0, $0) }, T.sum)
    }
    switch function {
    case .mean:
      let divisor = T(converting: Double(each))
      for i in 0..<count { unsafe y[i] = T.quotient(y[i], divisor) }
    case .norm: for i in 0..<count { unsafe y[i] = T.root(y[i]) }
    case .logarithmOfSum: for i in 0..<count { unsafe y[i] = T.logarithm(y[i]) }
    default: break
    }
  }

  /// Sixteen partial results for each block of a row, then one after the other to the result: quicker than one result
  /// alone, and nearer to the exact sum.
  ///
  /// SAFETY: the loops were made for the shapes of both values, so that each index lies within its value.
  @inline(__always)
  private func join<T: Number>(
    _ memory: Memory, _ y: UnsafeMutablePointer<T>, from start: T, _ before: (T) -> T, _ f: (T, T) -> T
  ) {
    let x: UnsafeMutablePointer<T> = unsafe memory.pointer(x)
    unsafe y.update(repeating: start, count: count)
    let (length, by) = (loops.inner.length, loops.inner.strides)
    for at in loops.rows {
      let (x, y) = unsafe (x + at[0], y + at[1])
      if by[1] != 0 {
        for i in 0..<length { unsafe y[i &* by[1]] = f(y[i &* by[1]], before(x[i &* by[0]])) }
        continue
      }
      let (lanes, block) = (16, 4096)
      var i = 0
      while by[0] == 1, i + 2 * lanes <= length {
        var partial = InlineArray<16, T>(repeating: start)
        let end = min(i + block, length)
        while i + lanes <= end {
          for lane in 0..<lanes { partial[lane] = unsafe f(partial[lane], before(x[i + lane])) }
          i += lanes
        }
        for lane in 0..<lanes { unsafe y.pointee = f(y.pointee, partial[lane]) }
      }
      while i < length {
        unsafe y.pointee = f(y.pointee, before(x[i &* by[0]]))
        i += 1
      }
    }
  }
}

extension Number {
  /// Of an integer, its whole part.
  fileprivate static func root(_ x: Self) -> Self { Self(converting: x.asDouble.squareRoot()) }
  fileprivate static func logarithm(_ x: Self) -> Self { Self(converting: Double.log(x.asDouble)) }
}
