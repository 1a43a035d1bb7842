// SPDX-License-Identifier: Apache-2.0

/// The tensors of a plan and the contents of those that are known at load, held against the limits.
struct Values: Sendable {
  private(set) var constants: [Tensor] = []
  /// Packed weights and what goes with them, as they will lie in the network.
  var prepared = AlignedBytes(count: 0)
  private var all: [Value] = []
  /// Bytes of all values that were made, against `ModelLimit.planBytes`.
  private var bytes = 0

  subscript(id: ValueID) -> Value {
    get { all[id] }
    set { all[id] = newValue }
  }

  var count: Int { all.count }

  /// A value that is written while the network runs.
  mutating func make(
    _ name: String, _ type: ElementType, _ shape: [Int], fault: (String) -> ModelError
  ) throws(ModelError) -> ValueID {
    let count = try Values.count(shape, fault: fault)
    bytes += count * type.size
    guard bytes <= ModelLimit.planBytes else {
      throw .limit(what: "memory of the plan in bytes", value: bytes, limit: ModelLimit.planBytes)
    }
    return append(Value(name: name, type: type, shape: shape, home: .arena))
  }

  /// A value whose home is known.
  mutating func append(_ value: Value) -> ValueID {
    all.append(value)
    return all.count - 1
  }

  /// What `id` holds, if that is known at load.
  func constant(_ id: ValueID) -> Tensor? {
    switch all[id].home {
    case .constant(let index): constants[index]
    case .prepared(let offset):
      // SAFETY: reads within the room that was made for the value.
      unsafe prepared.withUnsafeBytes { room in
        let bytes = unsafe room[offset..<(offset + all[id].byteCount)]
        return unsafe Tensor(type: all[id].type, shape: all[id].shape, bytes: Array(bytes))
      }
    default: nil
    }
  }

  /// From now on it is known what `id` holds.
  mutating func define(_ id: ValueID, _ tensor: Tensor) {
    constants.append(tensor)
    all[id].home = .constant(constants.count - 1)
  }

  /// From now on it is known what `id` holds: its bytes are the first of `bytes`.
  mutating func define(_ id: ValueID, _ bytes: ArraySlice<UInt8>) {
    let value = all[id]
    define(id, Tensor(type: value.type, shape: value.shape, storage: bytes.prefix(value.byteCount)))
  }

  /// Whether it is known at load what `id` holds.
  func isConstant(_ id: ValueID) -> Bool {
    switch all[id].home {
    case .constant, .prepared: true
    default: false
    }
  }

  /// The value whose bytes `id` is.
  func root(_ id: ValueID) -> ValueID {
    var id = id
    while case .alias(let other) = all[id].home { id = other }
    return id
  }

  /// The number of elements of a shape, when it is within the limits.
  static func count(_ shape: [Int], fault: (String) -> ModelError) throws(ModelError) -> Int {
    guard shape.count <= ModelLimit.rank else {
      throw fault("it has \(shape.count) axes, the limit is \(ModelLimit.rank)")
    }
    var count = 1
    for length in shape {
      guard length >= 0 else { throw fault("a length of \(length) in its shape \(shape)") }
      let (product, overflow) = count.multipliedReportingOverflow(by: max(length, 1))
      guard !overflow, product <= ModelLimit.elements else {
        throw fault("its shape \(shape) has more than \(ModelLimit.elements) elements")
      }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}
