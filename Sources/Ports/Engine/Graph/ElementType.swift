// SPDX-License-Identifier: Apache-2.0

/// What the elements of a tensor are, by their number in ONNX's `TensorProto.DataType`.
public enum ElementType: Int32, Sendable, CaseIterable {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case double = 11
  case uint32 = 12
  case uint64 = 13

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16: 2
    case .float, .int32, .uint32: 4
    case .int64, .uint64, .double: 8
    }
  }
}

/// Several types of elements.
struct ElementTypes: Sendable, Equatable, ExpressibleByArrayLiteral {
  /// The bit of each type, by its number.
  private var bits: UInt32

  init(arrayLiteral types: ElementType...) { bits = types.reduce(0) { $0 | 1 << UInt32($1.rawValue) } }

  func union(_ other: Self) -> Self {
    var union = self
    union.bits |= other.bits
    return union
  }

  func contains(_ type: ElementType) -> Bool { bits >> UInt32(type.rawValue) & 1 != 0 }

  static let reals: Self = [.float, .double]
  static let signed: Self = [.float, .double, .int8, .int16, .int32, .int64]
  static let integers: Self = [.int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64]
  static let numbers = reals.union(integers)
  static let all = numbers.union([.bool])
}
