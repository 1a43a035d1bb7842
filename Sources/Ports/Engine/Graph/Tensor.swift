// SPDX-License-Identifier: Apache-2.0

/// A tensor with its elements: row-major, in the byte order of the machine.
public struct Tensor: Sendable, Equatable {
  public let type: ElementType
  /// Lengths of the axes, outermost first; empty for a scalar.
  public let shape: [Int]
  /// The bytes of the elements, perhaps those of a file.
  let storage: ArraySlice<UInt8>

  /// Traps when `bytes` is not what type and shape ask for.
  public init(type: ElementType, shape: [Int], bytes: [UInt8]) {
    self.init(type: type, shape: shape, storage: bytes[...])
  }

  init(type: ElementType, shape: [Int], storage: ArraySlice<UInt8>) {
    precondition(storage.count == shape.reduce(1, *) * type.size, "a tensor's bytes do not fit its shape")
    self.type = type
    self.shape = shape
    self.storage = storage
  }

  /// A tensor of the given elements, `Element` standing for `type` (Bool as UInt8).
  public init<Element: BitwiseCopyable>(_ type: ElementType, _ shape: [Int], _ elements: [Element]) {
    precondition(MemoryLayout<Element>.size == type.size)
    // SAFETY: reads the bytes of elements that have no references and no padding.
    self.init(type: type, shape: shape, bytes: unsafe elements.withUnsafeBytes { unsafe Array($0) })
  }

  /// The elements, one after the other.
  public var bytes: [UInt8] { Array(storage) }

  /// Number of elements.
  public var count: Int { storage.count / type.size }

  /// The elements as `Element`, which must be as long as those of `type`.
  public func elements<Element: BitwiseCopyable>(_: Element.Type) -> [Element] {
    precondition(MemoryLayout<Element>.size == type.size)
    // SAFETY: loads are unaligned and within the buffer: count * size is its length.
    return unsafe storage.withUnsafeBytes { raw in
      (0..<count).map { unsafe raw.loadUnaligned(fromByteOffset: $0 * type.size, as: Element.self) }
    }
  }

  /// The elements as integers; nil for a tensor of floats.
  public var integers: [Int]? {
    switch type {
    case .uint8, .bool: elements(UInt8.self).map { Int($0) }
    case .int8: elements(Int8.self).map { Int($0) }
    case .uint16: elements(UInt16.self).map { Int($0) }
    case .int16: elements(Int16.self).map { Int($0) }
    case .int32: elements(Int32.self).map { Int($0) }
    case .uint32: elements(UInt32.self).map { Int($0) }
    case .int64: elements(Int64.self).map { Int($0) }
    case .uint64: elements(UInt64.self).map { Int(truncatingIfNeeded: $0) }
    case .float, .double: nil
    }
  }

  /// The elements of a float tensor; nil for another.
  public var floats: [Float]? { type == .float ? elements(Float.self) : nil }

  /// The same elements in another shape of the same count.
  public func reshaped(_ shape: [Int]) -> Tensor { Tensor(type: type, shape: shape, storage: storage) }
}
