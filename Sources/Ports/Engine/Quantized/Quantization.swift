// SPDX-License-Identifier: Apache-2.0

/// The scale and zero point of a tensor: values of the plan, since a file may compute them.
struct Quantization {
  /// Float, one a tensor or one a channel.
  var scale: ValueID
  /// As many as scales; one zero where the node leaves it out.
  var zero: ValueID
}

extension Planner {
  /// The quantization that stands in inputs `scale` and `zero` of a node.
  /// - Parameter type: of the tensor that they belong to.
  mutating func quantization(_ node: Node, scale: Int, zero: Int, type: ElementType) throws(ModelError)
    -> Quantization
  {
    let scale = try operand(node, scale, of: [.float])
    return Quantization(scale: scale, zero: try zeroPoint(node, zero, type: type))
  }

  /// The zero point in input `index`, 0 where the node leaves it out.
  mutating func zeroPoint(_ node: Node, _ index: Int, type: ElementType) throws(ModelError) -> ValueID {
    try optionalOperand(node, index, of: [type]) ?? addConstant(Tensor(type: type, shape: [], bytes: [0]))
  }

  /// Throws unless `id` is one number.
  func checkScalar(_ id: ValueID, _ node: Node, _ what: String) throws(ModelError) {
    guard self[id].count == 1 else {
      throw node.fault("\(what) has \(self[id].count) elements, one expected", tensor: self[id].name)
    }
  }

  /// Throws unless `id` has one element, or one for each of `count` columns.
  func checkColumns(_ id: ValueID, _ count: Int, _ node: Node, _ what: String) throws(ModelError) {
    guard [1, count].contains(self[id].count) else {
      throw node.fault(
        "\(what) has \(self[id].count) elements, 1 or \(count) expected", tensor: self[id].name)
    }
  }
}

extension Memory {
  /// The zero point at `id` for the unsigned form of its tensor.
  func unsignedZero(_ id: ValueID, isSigned: Bool, at index: Int = 0) -> Int32 {
    let byte = unsafe bytes(id)[index]
    return Int32(isSigned ? byte ^ 0x80 : byte)
  }
}
