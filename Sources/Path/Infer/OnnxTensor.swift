// SPDX-License-Identifier: Apache-2.0

/// The element types that the engine reads, by their number in onnx.proto.
enum ElementType: Int32 {
  case float = 1
  case uint8 = 2
  case int8 = 3
  case int32 = 6

  var bytes: Int {
    switch self {
    case .float, .int32: 4
    case .uint8, .int8: 1
    }
  }
}

/// A constant of the graph, its shape and length checked.
struct OnnxTensor {
  let name: String
  let type: ElementType
  let shape: [Int]
  let count: Int
  private let proto: Onnx_TensorProto

  init(_ proto: Onnx_TensorProto) throws(ModelError) {
    name = proto.name
    self.proto = proto
    guard let type = ElementType(rawValue: proto.dataType) else {
      throw .tensor(name, reason: "element type \(proto.dataType) is not float, int8, uint8 or int32")
    }
    guard proto.dataLocation == 0 else { throw .tensor(name, reason: "its data is in another file") }
    guard proto.dims.count <= 8 else { throw .tensor(name, reason: "rank \(proto.dims.count) is above 8") }
    var count = 1
    for dim in proto.dims {
      guard dim >= 0, dim <= ModelLimit.elements, count * Int(dim) <= ModelLimit.elements else {
        throw .tensor(
          name, reason: "shape \(proto.dims) is negative or above \(ModelLimit.elements) elements")
      }
      count *= Int(dim)
    }
    self.type = type
    shape = proto.dims.map { Int($0) }
    self.count = count
    let held =
      if !proto.rawData.isEmpty {
        proto.rawData.count / type.bytes
      } else {
        type == .float ? proto.floatData.count : proto.int32Data.count
      }
    guard held == count, proto.rawData.count % type.bytes == 0 else {
      throw .tensor(name, reason: "shape \(shape) needs \(count) elements, the file holds \(held)")
    }
  }

  func floats() throws(ModelError) -> [Float] {
    guard type == .float else { throw .tensor(name, reason: "float expected, it is \(type)") }
    if proto.rawData.isEmpty { return proto.floatData }
    return words().map { Float(bitPattern: $0) }
  }

  /// The values of an int8, uint8 or int32 tensor.
  func integers() throws(ModelError) -> [Int32] {
    let limits: ClosedRange<Int32>
    switch type {
    case .float: throw .tensor(name, reason: "integers expected, it is float")
    case .int32: return proto.rawData.isEmpty ? proto.int32Data : words().map { Int32(bitPattern: $0) }
    case .int8:
      if !proto.rawData.isEmpty { return proto.rawData.map { Int32(Int8(bitPattern: $0)) } }
      limits = -128...127
    case .uint8:
      if !proto.rawData.isEmpty { return proto.rawData.map { Int32($0) } }
      limits = 0...255
    }
    guard proto.int32Data.allSatisfy(limits.contains) else {
      throw .tensor(name, reason: "a value does not fit \(type)")
    }
    return proto.int32Data
  }

  /// Little-endian 32-bit words of the raw data.
  private func words() -> [UInt32] {
    let bytes = [UInt8](proto.rawData)
    return (0..<count).map { i in
      UInt32(bytes[4 * i]) | UInt32(bytes[4 * i + 1]) << 8 | UInt32(bytes[4 * i + 2]) << 16
        | UInt32(bytes[4 * i + 3]) << 24
    }
  }
}
