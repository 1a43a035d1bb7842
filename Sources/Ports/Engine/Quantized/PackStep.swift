// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The right side of an INT8 product: groups of (taps x length) x columns.
struct WeightShape: Sendable {
  var groups = 1
  var taps = 1
  var length: Int
  /// Columns of one group.
  var columns: Int
  /// Elements between neighbours in the tensor as it lies.
  var groupStride = 0
  var tapStride = 0
  var lengthStride: Int
  var columnStride: Int

  /// Products that make one sum.
  var depth: Int { taps * length }
  var allColumns: Int { groups * columns }
  func packedBytes(_ path: Int32) -> Int { mw_q8_packed_bytes(path, taps, length, columns) }
}

/// Weights into the form of the kernels, with the sums of their columns.
///
/// The kernels multiply uint8 by int8: weights of uint8 have their sign bits turned and their zero points lowered by
/// 128, and weights of int8 lie as they are.
struct PackStep: Step {
  /// int8
  let weights: ValueID
  let zero: ValueID
  /// Whether zero points are int8.
  let isSigned: Bool
  let zeroCount: Int
  let shape: WeightShape
  /// Offsets of the matrices in `weights`, one after the other in the results.
  let offsets: [Int]
  /// offsets x groups x packedBytes
  let packed: ValueID
  /// int32, offsets x groups x columns: sum of each column of the int8 form.
  let sums: ValueID
  /// int32, columns of all groups: zero points of the int8 form.
  let zeros: ValueID
  let path: Int32

  var reads: [ValueID] { [weights, zero] }
  var writes: [ValueID] { [packed, sums, zeros] }
  var cost: StepCost { StepCost(label: "pack", arithmetic: .move) }

  func run(_ memory: Memory) {
    let source = unsafe memory.bytes(weights)
    let zeros: UnsafeMutablePointer<Int32> = unsafe memory.pointer(zeros)
    for j in 0..<shape.allColumns {
      let byte = unsafe memory.bytes(zero)[zeroCount == 1 ? 0 : j]
      unsafe zeros[j] = Int32(Int8(bitPattern: isSigned ? byte : byte ^ 0x80))
    }
    let size = shape.packedBytes(path)
    for (index, offset) in offsets.enumerated() {
      for group in 0..<shape.groups {
        let from = unsafe UnsafeRawPointer(source + offset + group * shape.groupStride)
          .assumingMemoryBound(to: Int8.self)
        let place = index * shape.groups + group
        unsafe mw_q8_pack(
          path, from, shape.tapStride, shape.lengthStride, shape.columnStride, shape.taps, shape.length,
          shape.columns, memory.pointer(packed) + place * size)
        unsafe sum(from, memory.pointer(sums) + place * shape.columns)
      }
    }
  }

  /// Adds up each column.
  private func sum(_ from: UnsafePointer<Int8>, _ sums: UnsafeMutablePointer<Int32>) {
    let (columns, length) = (shape.columns, shape.length)
    for j in 0..<columns { unsafe sums[j] = 0 }
    for t in 0..<shape.taps {
      let tap = unsafe from + t * shape.tapStride
      if shape.columnStride == 1 {
        let wide = columns / 16 * 16
        for j in stride(from: 0, to: wide, by: 16) { unsafe sumSixteen(tap + j, sums + j) }
        for k in 0..<length {
          let row = unsafe tap + k * shape.lengthStride
          for j in wide..<columns { unsafe sums[j] &+= Int32(row[j]) }
        }
      } else {
        for j in 0..<columns {
          let column = unsafe tap + j * shape.columnStride
          var sum: Int32 = 0
          for k in 0..<length { unsafe sum &+= Int32(column[k * shape.lengthStride]) }
          unsafe sums[j] &+= sum
        }
      }
    }
  }

  /// Adds up 16 columns side by side, in 16 bits as long as these hold what comes together.
  private func sumSixteen(_ from: UnsafePointer<Int8>, _ sums: UnsafeMutablePointer<Int32>) {
    for first in stride(from: 0, to: shape.length, by: 255) {
      var part = SIMD16<Int16>()
      for k in first..<min(first + 255, shape.length) {
        let row = unsafe UnsafeRawPointer(from + k * shape.lengthStride)
        part &+= SIMD16(truncatingIfNeeded: unsafe row.loadUnaligned(as: SIMD16<Int8>.self))
      }
      for j in 0..<16 { unsafe sums[j] &+= Int32(part[j]) }
    }
  }
}

/// Where each sum of a product begins: bias - a zero * column sum + depth * a zero * b zero.
struct BaseStep: Step {
  let sums: ValueID
  /// Nil when all are 0.
  let zeros: ValueID?
  let aZero: ValueID
  let aIsSigned: Bool
  let bias: ValueID?
  /// Columns of all groups.
  let columns: Int
  /// Matrices: `sums` and `base` have columns for each.
  let matrices: Int
  let depth: Int
  /// int32, matrices x columns
  let base: ValueID
  let path: Int32

  var reads: [ValueID] { [sums, aZero] + [zeros, bias].compactMap(\.self) }
  var writes: [ValueID] { [base] }
  var cost: StepCost { StepCost(label: "zero points", arithmetic: .int8) }

  func run(_ memory: Memory) {
    let zero = unsafe memory.unsignedZero(aZero, isSigned: aIsSigned)
    for matrix in 0..<matrices {
      let at = matrix * columns
      unsafe mw_q8_base(
        path, memory.pointer(sums) + at, zeros.map { unsafe UnsafePointer(memory.pointer($0)) }, zero,
        Int32(truncatingIfNeeded: depth), bias.map { unsafe UnsafePointer(memory.pointer($0)) }, columns,
        memory.pointer(base) + at)
    }
  }
}

/// From sums to the output's units, for each column: ((alpha * a scale) * b scale) / y scale, in this order, as ONNX
/// Runtime computes it.
struct ScaleStep: Step {
  let aScale: ValueID
  let bScale: ValueID
  let bCount: Int
  let yScale: ValueID?
  let alpha: Float
  let columns: Int
  /// float, columns
  let scale: ValueID

  var reads: [ValueID] { [aScale, bScale] + [yScale].compactMap(\.self) }
  var writes: [ValueID] { [scale] }
  var cost: StepCost { StepCost(label: "scales", arithmetic: .float) }

  func run(_ memory: Memory) {
    let a = unsafe alpha * memory.floats(aScale)[0]
    let (b, scale) = unsafe (memory.floats(bScale), memory.floats(scale))
    if bCount == 1 {
      unsafe scale.update(repeating: a * b[0], count: columns)
    } else {
      for j in 0..<columns { unsafe scale[j] = a * b[j] }
    }
    guard let yScale else { return }
    let divisor = unsafe memory.floats(yScale)[0]
    for j in 0..<columns { unsafe scale[j] /= divisor }
  }
}
