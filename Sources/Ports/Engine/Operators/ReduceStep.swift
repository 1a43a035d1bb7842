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

  /// Joins in parts, each from the start, and the parts then: sixteen neighbours at a time are quicker than one, and
  /// parts of a sum are nearer to the exact one than a single long sum.
  ///
  /// SAFETY: the loops were made for the shapes of both values, so that each index lies within its value.
  @inline(__always)
  private func join<T: Number>(
    _ memory: Memory, _ y: UnsafeMutablePointer<T>, from start: T, _ before: (T) -> T, _ f: (T, T) -> T
  ) {
    let x: UnsafeMutablePointer<T> = unsafe memory.pointer(x)
    unsafe y.update(repeating: start, count: count)
    let by = loops.inner.strides
    if by[1] == 0 {
      for at in loops.rows {
        let (x, y) = unsafe (x + at[0], y + at[1])
        unsafe y.pointee = f(
          y.pointee, by[0] == 1 ? row(x, 1, start, before, f) : row(x, by[0], start, before, f))
      }
      return
    }
    for at in loops.blocks {
      let (x, y) = unsafe (x + at[0], y + at[1])
      if by[0] == 1, by[1] == 1 {
        unsafe columns(x, y, (1, 1), start, before, f)
      } else {
        unsafe columns(x, y, (by[0], by[1]), start, before, f)
      }
    }
  }

  private static let lanes = 16

  /// All of an inner loop that ends in one result.
  @inline(__always)
  private func row<T: Number>(
    _ x: UnsafeMutablePointer<T>, _ step: Int, _ start: T, _ before: (T) -> T, _ f: (T, T) -> T
  ) -> T {
    let (length, lanes) = (loops.inner.length, ReduceStep.lanes)
    var (result, i) = (start, 0)
    while i + 2 * lanes <= length {
      var partial = InlineArray<16, T>(repeating: start)
      let end = min(i + 4096, length)
      while i + lanes <= end {
        for lane in 0..<lanes { partial[lane] = unsafe f(partial[lane], before(x[(i + lane) &* step])) }
        i += lanes
      }
      for lane in 0..<lanes { result = f(result, partial[lane]) }
    }
    while i < length {
      result = unsafe f(result, before(x[i &* step]))
      i += 1
    }
    return result
  }

  /// An inner loop of as many results, with the loop around it, which adds to them where it stays at them.
  @inline(__always)
  private func columns<T: Number>(
    _ x: UnsafeMutablePointer<T>, _ y: UnsafeMutablePointer<T>, _ step: (x: Int, y: Int), _ start: T,
    _ before: (T) -> T, _ f: (T, T) -> T
  ) {
    let (length, rows, lanes) = (loops.inner.length, loops.rowAxis, ReduceStep.lanes)
    let depth = rows.strides[1] == 0 ? lanes : 1
    var row = 0
    while row < rows.length {
      let end = min(row + depth, rows.length)
      let (from, to) = unsafe (x + row &* rows.strides[0], y + row &* rows.strides[1])
      var i = 0
      while i + lanes <= length {
        var partial = InlineArray<16, T>(repeating: start)
        for r in 0..<(end - row) {
          let from = unsafe from + r &* rows.strides[0]
          for lane in 0..<lanes {
            partial[lane] = unsafe f(partial[lane], before(from[(i + lane) &* step.x]))
          }
        }
        for lane in 0..<lanes { unsafe to[(i + lane) &* step.y] = f(to[(i + lane) &* step.y], partial[lane]) }
        i += lanes
      }
      while i < length {
        var partial = start
        for r in 0..<(end - row) {
          partial = unsafe f(partial, before(from[r &* rows.strides[0] + i &* step.x]))
        }
        unsafe to[i &* step.y] = f(to[i &* step.y], partial)
        i += 1
      }
      row = end
    }
  }
}

extension Number {
  /// Of an integer, its whole part.
  fileprivate static func root(_ x: Self) -> Self { Self(converting: x.asDouble.squareRoot()) }
  fileprivate static func logarithm(_ x: Self) -> Self { Self(converting: Double.log(x.asDouble)) }
}
