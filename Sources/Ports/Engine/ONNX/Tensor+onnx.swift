// SPDX-License-Identifier: Apache-2.0

internal import Foundation

extension Tensor {
  /// Reads a tensor of the file.
  /// - Parameters:
  ///   - bytes: the file.
  ///   - fault: the error that names the tensor, for a reason.
  init(onnx file: Onnx_TensorProto, of bytes: [UInt8], fault: (String) -> ModelError) throws(ModelError) {
    let type = try ElementType(onnx: file.dataType, fault: fault)
    guard file.dataLocation == 0 else { throw fault("its data is in another file, which is not supported") }
    let shape = file.dims.map { Int($0) }
    let count = try Values.count(shape, fault: fault)
    let typed =
      file.floatData.count + file.int32Data.count + file.int64Data.count + file.doubleData.count
      + file.uint64Data.count
    let isRaw = file.rawCount > 0 || !file.rawData.isEmpty
    guard !isRaw || typed == 0 else { throw fault("its data stands there twice, raw and as numbers") }
    let storage: ArraySlice<UInt8>
    if file.rawCount > 0 {
      guard file.rawData.isEmpty else { throw fault("its data stands there twice") }
      storage = bytes[Int(file.rawAt)...].prefix(Int(file.rawCount))
    } else if isRaw {
      storage = [UInt8](file.rawData)[...]
    } else {
      storage = try Self.typedBytes(file, type, fault: fault)[...]
    }
    guard storage.count == count * type.size, typed * type.size <= storage.count else {
      let holds = isRaw ? "\(storage.count) bytes" : "\(typed) elements"
      throw fault(
        "\(type) \(shape) takes \(count) elements of \(type.size) bytes, its data is \(holds)")
    }
    if type == .bool, let wrong = storage.first(where: { $0 > 1 }) {
      throw fault("a bool of \(wrong), which is neither 0 nor 1")
    }
    self.init(type: type, shape: shape, storage: storage)
  }

  /// The elements from the field that is meant for their type.
  private static func typedBytes(
    _ file: Onnx_TensorProto, _ type: ElementType, fault: (String) -> ModelError
  ) throws(ModelError) -> [UInt8] {
    switch type {
    case .float: rawBytes(file.floatData)
    case .double: rawBytes(file.doubleData)
    case .int32: rawBytes(file.int32Data)
    case .int64: rawBytes(file.int64Data)
    case .uint64: rawBytes(file.uint64Data)
    case .uint32: try narrowed(file.uint64Data, to: UInt32.self, fault: fault)
    case .int16: try narrowed(file.int32Data, to: Int16.self, fault: fault)
    case .uint16: try narrowed(file.int32Data, to: UInt16.self, fault: fault)
    case .int8: try narrowed(file.int32Data, to: Int8.self, fault: fault)
    case .uint8, .bool: try narrowed(file.int32Data, to: UInt8.self, fault: fault)
    }
  }

  private static func narrowed<Wide: FixedWidthInteger, Narrow: FixedWidthInteger & BitwiseCopyable>(
    _ values: [Wide], to: Narrow.Type, fault: (String) -> ModelError
  ) throws(ModelError) -> [UInt8] {
    var narrow: [Narrow] = []
    narrow.reserveCapacity(values.count)
    for value in values {
      guard let fitting = Narrow(exactly: value) else {
        throw fault("an element of \(value), which does not fit its type")
      }
      narrow.append(fitting)
    }
    return rawBytes(narrow)
  }

  private static func rawBytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] {
    // SAFETY: reads the bytes of numbers, within the array.
    unsafe elements.withUnsafeBytes { unsafe Array($0) }
  }
}

extension ElementType {
  /// The type with a number of `TensorProto.DataType`.
  init(onnx number: Int32, fault: (String) -> ModelError) throws(ModelError) {
    if let known = ElementType(rawValue: number) {
      self = known
    } else if let name = Self.foreign[number] {
      throw fault("elements of type \(name) are not supported")
    } else {
      throw fault("\(number) is not a type of elements")
    }
  }

  /// Types that ONNX has and the engine has not.
  private static let foreign: [Int32: String] = [
    8: "string", 10: "float16", 14: "complex64", 15: "complex128", 16: "bfloat16", 17: "float8e4m3fn",
    18: "float8e4m3fnuz", 19: "float8e5m2", 20: "float8e5m2fnuz", 21: "uint4", 22: "int4", 23: "float4e2m1",
    24: "float8e8m0", 25: "uint2", 26: "int2",
  ]
}

extension Graph.Port {
  /// Reads the declaration of an input or output.
  init(onnx file: Onnx_ValueInfoProto, _ name: Name) throws(ModelError) {
    self.name = name
    func fault(_ reason: String) -> ModelError { .tensor(file.name, reason: reason) }
    guard !name.isEmpty else { throw .graph(reason: "an input or output has no name") }
    guard file.hasType else { return }
    guard file.type.hasTensorType else {
      throw fault("it is not a tensor; sequences, maps and optional values are not supported")
    }
    let tensor = file.type.tensorType
    if tensor.elemType != 0 { type = try ElementType(onnx: tensor.elemType, fault: fault) }
    guard tensor.hasShape else { return }
    guard tensor.shape.dim.count <= ModelLimit.rank else {
      throw fault("it has \(tensor.shape.dim.count) axes, the limit is \(ModelLimit.rank)")
    }
    var shape: [Graph.Dimension] = []
    for length in tensor.shape.dim {
      switch length.value {
      case .dimValue(let value):
        guard (0...Int64(ModelLimit.elements)).contains(value) else {
          throw fault("a length of \(value) in its shape")
        }
        shape.append(.fixed(Int(value)))
      case .dimParam(let name): shape.append(.open(name))
      case nil: shape.append(.open(""))
      }
    }
    self.shape = shape
  }
}
