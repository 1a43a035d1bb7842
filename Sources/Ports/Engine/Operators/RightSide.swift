// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The right side of a float product before it is packed: (taps x length) x n; strides in elements.
struct RightSide: Sendable {
  var taps = 1
  var length: Int
  var n: Int
  var tapStride = 0
  var lengthStride: Int
  var nStride: Int

  /// Floats that one packed matrix takes, whole cache lines.
  func packedCount(_ path: Int32) -> Int { (mw_f32_packed_bytes(path, taps, length, n) + 63) / 64 * 16 }

  func pack(_ path: Int32, _ from: UnsafePointer<Float>, _ to: UnsafeMutablePointer<Float>) {
    unsafe mw_f32_pack(path, from, tapStride, lengthStride, nStride, taps, length, n, to)
  }
}

/// Packs the right sides of products.
///
/// SAFETY: `offsets` and the strides stay within `from`; `to` has `packedCount` for each offset.
struct FloatPackStep: Step {
  let from: ValueID
  let to: ValueID
  let side: RightSide
  /// Where each matrix begins in `from`.
  let offsets: [Int]
  let packedCount: Int
  let path: Int32

  var reads: [ValueID] { [from] }
  var writes: [ValueID] { [to] }
  var cost: StepCost { StepCost(label: "pack", arithmetic: .move) }

  func run(_ memory: Memory) {
    let (from, to) = unsafe (memory.floats(from), memory.floats(to))
    for i in 0..<offsets.count { unsafe side.pack(path, from + offsets[i], to + i * packedCount) }
  }
}

extension Planner {
  /// The matrices of `id` that begin at `offsets`, packed one after the other: at load if they are known then.
  mutating func packed(_ node: Node, _ id: ValueID, _ side: RightSide, at offsets: [Int] = [0])
    throws(ModelError) -> ValueID
  {
    let packedCount = side.packedCount(path)
    let to = try makeTemporary(node, .float, [offsets.count, packedCount])
    prepare(
      FloatPackStep(from: id, to: to, side: side, offsets: offsets, packedCount: packedCount, path: path))
    return to
  }
}
