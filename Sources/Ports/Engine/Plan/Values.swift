// SPDX-License-Identifier: Apache-2.0

/// The tensors of a plan and the contents of those that are known at load, held against the limits.
struct Values: Sendable {
  private(set) var constants: [Tensor] = []
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
    if case .constant(let index) = all[id].home { constants[index] } else { nil }
  }

  /// From now on it is known what `id` holds.
  mutating func define(_ id: ValueID, _ tensor: Tensor) {
    constants.append(tensor)
    all[id].home = .constant(constants.count - 1)
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
