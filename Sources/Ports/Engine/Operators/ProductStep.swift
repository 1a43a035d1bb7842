// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// y[i] = a[i] b[i] + base, a product for each matrix of a batch.
///
/// SAFETY: `pairs` count matrices of m rows of `aRow` in `a` and packed ones of `side`; `y` holds one of m x n for each.
struct ProductStep: Step {
  var label: String
  let a: ValueID
  let packed: ValueID
  let base: ValueID?
  let y: ValueID
  let m: Int
  let side: RightSide
  let packedCount: Int
  let aRow: Int
  /// Which matrix of the left and which of the right side make each of the result.
  let pairs: [(a: Int, b: Int)]
  let taps: ValueID
  let path: Int32

  var reads: [ValueID] { [a, packed, taps] + (base.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] }
  var cost: StepCost {
    StepCost(label: label, arithmetic: .float, macs: pairs.count * m * side.length * side.n)
  }

  func run(_ memory: Memory) {
    let (a, packed, y) = unsafe (memory.floats(a), memory.floats(packed), memory.floats(y))
    var product = unsafe mw_f32_product()
    unsafe product.a_row = aRow
    unsafe product.taps = UnsafePointer(memory.pointer(taps) as UnsafeMutablePointer<Int32>)
    unsafe product.tap_count = 1
    unsafe product.tap_length = side.length
    unsafe product.m = m
    unsafe product.n = side.n
    if let base { unsafe product.base = UnsafePointer(memory.floats(base)) }
    unsafe product.low = -.infinity
    unsafe product.high = .infinity
    unsafe product.out_row = side.n
    for i in 0..<pairs.count {
      unsafe product.a = UnsafePointer(a + pairs[i].a * m * aRow)
      unsafe product.packed = UnsafePointer(packed + pairs[i].b * packedCount)
      unsafe product.out = y + i * m * side.n
      unsafe mw_f32_multiply(path, &product)
    }
  }
}

/// y = x * factor
struct ScaleAllStep: Step {
  let x: ValueID
  let y: ValueID
  let count: Int
  let factor: Float

  var reads: [ValueID] { [x] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "scale", arithmetic: .float) }

  func run(_ memory: Memory) {
    let (x, y) = unsafe (memory.floats(x), memory.floats(y))
    for i in 0..<count { unsafe y[i] = x[i] * factor }
  }
}

/// Sets all elements to 0, for products over nothing.
struct ZeroStep: Step {
  let y: ValueID
  let byteCount: Int

  var reads: [ValueID] { [] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "zero", arithmetic: .move) }

  func run(_ memory: Memory) {
    unsafe memory[y].initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
  }
}

/// y[i] = a[i] b[i] for element types that no kernel multiplies; integers wrap.
///
/// SAFETY: offsets and strides stay within the operands, as the plan reckoned them from their shapes.
struct PlainProductStep: Step {
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let type: ElementType
  let sizes: MatMulShape
  let bStrides: (row: Int, column: Int)

  var reads: [ValueID] { [a, b] }
  var writes: [ValueID] { [y] }
  var cost: StepCost {
    StepCost(
      label: "MatMul", arithmetic: .float,
      macs: sizes.batch.count * sizes.rows * sizes.depth * sizes.columns)
  }

  func run(_ memory: Memory) {
    switch type {
    case .int32: unsafe run(memory, Int32.self)
    case .uint32: unsafe run(memory, UInt32.self)
    case .int64: unsafe run(memory, Int64.self)
    case .uint64: unsafe run(memory, UInt64.self)
    default: unsafe run(memory, Double.self)
    }
  }

  private func run<Element: WrappingNumber>(_ memory: Memory, _: Element.Type) {
    let a: UnsafeMutablePointer<Element> = unsafe memory.pointer(a)
    let b: UnsafeMutablePointer<Element> = unsafe memory.pointer(b)
    var y: UnsafeMutablePointer<Element> = unsafe memory.pointer(y)
    let (m, k, n) = (sizes.rows, sizes.depth, sizes.columns)
    for pair in 0..<sizes.batch.count {
      let (a, b) = unsafe (a + sizes.batch[pair].a * m * k, b + sizes.batch[pair].b * k * n)
      for i in 0..<m {
        for j in 0..<n {
          var sum = Element.zero
          for p in 0..<k { unsafe sum.add(a[i * k + p], times: b[p * bStrides.row + j * bStrides.column]) }
          unsafe y[j] = sum
        }
        unsafe y += n
      }
    }
  }
}

/// A number whose sums and products never trap.
protocol WrappingNumber: BitwiseCopyable, Sendable, AdditiveArithmetic {
  mutating func add(_ a: Self, times b: Self)
}

extension FixedWidthInteger {
  mutating func add(_ a: Self, times b: Self) { self &+= a &* b }
}
extension Int32: WrappingNumber {}
extension UInt32: WrappingNumber {}
extension Int64: WrappingNumber {}
extension UInt64: WrappingNumber {}
extension Double: WrappingNumber {
  mutating func add(_ a: Double, times b: Double) { self += a * b }
}
