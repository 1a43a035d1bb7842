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
