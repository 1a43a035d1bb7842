// SPDX-License-Identifier: Apache-2.0

package import Engine

/// A tensor as the ONNX test folders store it: one `TensorProto`, read and written field by field.
package struct TensorFile {
  package var name = ""
  package var tensor: Tensor

  /// What is wrong with the bytes, or not supported.
  package struct Defect: Error, CustomStringConvertible {
    package let description: String
  }

  private static func fault(_ text: String) -> Defect { Defect(description: "tensor file: \(text)") }

  /// The fields of onnx.proto's TensorProto that carry elements.
  private enum Field {
    static let dims = 1, type = 2, floats = 4, int32s = 5, int64s = 7, name = 8, raw = 9, doubles = 10,
      uint64s = 11
  }

  package init(name: String, tensor: Tensor) { (self.name, self.tensor) = (name, tensor) }

  package init(bytes: [UInt8]) throws(Defect) {
    var (shape, code, type) = ([Int](), 0, ElementType?.none)
    var (raw, numbers) = ([UInt8]?.none, [UInt64]())
    var wire = Wire(bytes[...])
    while let (field, value) = try wire.next() {
      switch (field, value) {
      case (Field.dims, _): shape += try value.varints().map { Int(truncatingIfNeeded: $0) }
      case (Field.type, .varint(let v)):
        (code, type) = (Int(v), ElementType(rawValue: Int32(truncatingIfNeeded: v)))
      case (Field.name, .bytes(let b)): name = String(decoding: b, as: UTF8.self)
      case (Field.raw, .bytes(let b)): raw = Array(b)
      case (Field.floats, .bytes(let b)), (Field.doubles, .bytes(let b)): raw = Array(b)
      case (Field.int32s, _), (Field.int64s, _), (Field.uint64s, _): numbers += try value.varints()
      default: break
      }
    }
    guard let type else { throw Self.fault("elements of type number \(code)") }
    let count = shape.reduce(1, *)
    let content =
      raw
      ?? numbers.flatMap { number in (0..<type.size).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    guard content.count == count * type.size else {
      throw Self.fault("\(content.count) bytes for \(shape) of \(type)")
    }
    tensor = Tensor(type: type, shape: shape, bytes: content)
  }

  /// The same as a file, the elements as raw data.
  package var bytes: [UInt8] {
    var wire = Wire([])
    for length in tensor.shape { wire.put(Field.dims, UInt64(length)) }
    wire.put(Field.type, UInt64(tensor.type.rawValue))
    if !name.isEmpty { wire.put(Field.name, Array(name.utf8)) }
    wire.put(Field.raw, tensor.bytes)
    return wire.bytes
  }
}

/// Protobuf's wire format, as much of it as tensors take.
package struct Wire {
  private var left: ArraySlice<UInt8>
  package var bytes: [UInt8] { Array(left) }

  package init(_ bytes: ArraySlice<UInt8>) { left = bytes }

  package enum Value {
    case varint(UInt64)
    case bytes(ArraySlice<UInt8>)

    /// A repeated integer, packed or one at a time.
    func varints() throws(TensorFile.Defect) -> [UInt64] {
      switch self {
      case .varint(let value): return [value]
      case .bytes(let bytes):
        var (wire, values) = (Wire(bytes), [UInt64]())
        while !wire.left.isEmpty { values.append(try wire.varint()) }
        return values
      }
    }
  }

  /// The next field, nil at the end.
  package mutating func next() throws(TensorFile.Defect) -> (field: Int, value: Value)? {
    if left.isEmpty { return nil }
    let key = try varint()
    switch key & 7 {
    case 0: return (Int(key >> 3), .varint(try varint()))
    case 1: return (Int(key >> 3), .bytes(try take(8)))
    case 2: return (Int(key >> 3), .bytes(try take(varint())))
    case 5: return (Int(key >> 3), .bytes(try take(4)))
    default: throw TensorFile.Defect(description: "wire type \(key & 7)")
    }
  }

  private mutating func varint() throws(TensorFile.Defect) -> UInt64 {
    var (value, shift) = (UInt64(0), UInt64(0))
    while let byte = left.popFirst(), shift < 64 {
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw TensorFile.Defect(description: "a number is cut short")
  }

  private mutating func take(_ count: UInt64) throws(TensorFile.Defect) -> ArraySlice<UInt8> {
    guard count <= UInt64(left.count) else { throw TensorFile.Defect(description: "a field is cut short") }
    defer { left = left.dropFirst(Int(count)) }
    return left.prefix(Int(count))
  }

  package mutating func put(_ field: Int, _ value: UInt64) {
    put(varint: UInt64(field) << 3)
    put(varint: value)
  }

  package mutating func put(_ field: Int, _ bytes: [UInt8]) {
    put(varint: UInt64(field) << 3 | 2)
    put(varint: UInt64(bytes.count))
    left += bytes
  }

  private mutating func put(varint value: UInt64) {
    var value = value
    while value >= 0x80 {
      left.append(UInt8(truncatingIfNeeded: value) | 0x80)
      value >>= 7
    }
    left.append(UInt8(value))
  }
}
