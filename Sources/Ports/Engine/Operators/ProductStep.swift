// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// y[i] = a[i] b[i] + base, a product for each matrix of a batch.
///
/// SAFETY: `aOffsets` lie m rows of `aRow` before the end of `a`, `bIndices` count packed matrices of `side`,
/// `y` holds a matrix of m x n for each.
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
  /// Where the left side of each product begins.
  let aOffsets: [Int]
  /// Which packed matrix it takes.
  let bIndices: [Int]
  let taps: ValueID
  let path: Int32

  var reads: [ValueID] { [a, packed, taps] + (base.map { [$0] } ?? []) }
  var writes: [ValueID] { [y] }
  var cost: StepCost {
    StepCost(label: label, arithmetic: .float, macs: aOffsets.count * m * side.length * side.n)
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
    for i in 0..<aOffsets.count {
      unsafe product.a = UnsafePointer(a + aOffsets[i])
      unsafe product.packed = UnsafePointer(packed + bIndices[i] * packedCount)
      unsafe product.out = y + i * m * side.n
      unsafe mw_f32_multiply(path, &product)
    }
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
struct PlainProductStep<Element: WrappingNumber>: Step {
  let a: ValueID
  let b: ValueID
  let y: ValueID
  let (m, k, n): (Int, Int, Int)
  let aStrides: (row: Int, column: Int)
  let bStrides: (row: Int, column: Int)
  let aOffsets: [Int]
  let bOffsets: [Int]

  var reads: [ValueID] { [a, b] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: "MatMul", arithmetic: .float, macs: aOffsets.count * m * k * n) }

  func run(_ memory: Memory) {
    let a: UnsafeMutablePointer<Element> = unsafe memory.pointer(a)
    let b: UnsafeMutablePointer<Element> = unsafe memory.pointer(b)
    let y: UnsafeMutablePointer<Element> = unsafe memory.pointer(y)
    for batch in 0..<aOffsets.count {
      let (a, b, y) = unsafe (a + aOffsets[batch], b + bOffsets[batch], y + batch * m * n)
      for i in 0..<m {
        for j in 0..<n {
          var sum = Element.zero
          for p in 0..<k {
            unsafe sum.add(
              a[i * aStrides.row + p * aStrides.column], times: b[p * bStrides.row + j * bStrides.column])
          }
          unsafe y[i * n + j] = sum
        }
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
