// SPDX-License-Identifier: Apache-2.0

/// Writes one number to all elements of a value.
struct FillStep: Step {
  let label: String
  let y: ValueID
  private let count: Int
  private let elementSize: Int
  /// The number's bytes, in the lowest places.
  private let bits: UInt64

  /// - Parameter value: a tensor of one element.
  init(label: String, value: Tensor, y: ValueID, count: Int) {
    self.label = label
    self.y = y
    self.count = count
    elementSize = value.type.size
    bits =
      switch elementSize {
      case 1: UInt64(value.elements(UInt8.self)[0])
      case 2: UInt64(value.elements(UInt16.self)[0])
      case 4: UInt64(value.elements(UInt32.self)[0])
      default: value.elements(UInt64.self)[0]
      }
  }

  var reads: [ValueID] { [] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  func run(_ memory: Memory) {
    switch elementSize {
    case 1: unsafe fill(memory, UInt8(truncatingIfNeeded: bits))
    case 2: unsafe fill(memory, UInt16(truncatingIfNeeded: bits))
    case 4: unsafe fill(memory, UInt32(truncatingIfNeeded: bits))
    default: unsafe fill(memory, bits)
    }
  }

  /// SAFETY: the value has `count` elements.
  private func fill<T: BitwiseCopyable>(_ memory: Memory, _ value: T) {
    let y: UnsafeMutablePointer<T> = unsafe memory.pointer(y)
    unsafe y.update(repeating: value, count: count)
  }
}
