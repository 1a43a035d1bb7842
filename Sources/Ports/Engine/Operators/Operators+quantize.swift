// SPDX-License-Identifier: Apache-2.0

extension Operators {
  static let quantize: [String: OperatorPlan] = [
    "QuantizeLinear": { (node, planner) throws(ModelError) in try quantizeLinear(node, &planner) },
    "DequantizeLinear": { (node, planner) throws(ModelError) in try dequantizeLinear(node, &planner) },
    "com.microsoft.QuantizeLinear": { (node, planner) throws(ModelError) in
      try quantizeLinear(node, &planner)
    },
    "com.microsoft.DequantizeLinear": { (node, planner) throws(ModelError) in
      try dequantizeLinear(node, &planner)
    },
    "DynamicQuantizeLinear": { (node, planner) throws(ModelError) in
      try dynamicQuantizeLinear(node, &planner)
    },
  ]

  private static let quantizedTypes: ElementTypes = [.uint8, .int8, .uint16, .int16]

  private static func quantizeLinear(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.stored(node, 0, of: [.float])
    let type = try targetType(node, planner)
    let (grid, from) = try QuantizationGrid.read(node, x, &planner)
    if grid.isWhole, type.size == 1 { return try quantizeWhole(node, from, type, &planner) }
    let scale = try planner.operand(node, 1, of: [.float])
    let zero = try planner.optionalOperand(node, 2, of: [type])
    let y = try planner.makeOutput(
      node, 0, type, planner[from].shape, layout: planner[from].layout)
    planner.emit(QuantizeGridStep(x: from, scale: scale, zero: zero, y: y, type: type, grid: grid))
  }

  /// To 8 bit with one scale; on the way the channels go last if the reader wants them there.
  private static func quantizeWhole(_ node: Node, _ x: ValueID, _ type: ElementType, _ planner: inout Planner)
    throws(ModelError)
  {
    let value = planner[x]
    let quantization = try planner.quantization(node, scale: 1, zero: 2, type: type)
    let transposes =
      planner.bindings.wantsChannelsLast(node.outputs[0]) && value.layout == .rowMajor
      && value.shape.count > 2
    let y = try planner.makeUnsignedOutput(
      node, 0, type, value.shape, layout: transposes ? .channelsLast : value.layout)
    planner.emit(
      TensorQuantizeStep(
        x: x, y: y, quantization: quantization, isSigned: type == .int8,
        batch: transposes ? value.shape[0] : 1, rows: transposes ? value.shape[1] : 1,
        columns: transposes ? value.shape[2...].reduce(1, *) : value.count, transposes: transposes,
        path: planner.path))
  }

  /// What QuantizeLinear makes: the type of the zero point, or what `output_dtype` says.
  private static func targetType(_ node: Node, _ planner: Planner) throws(ModelError) -> ElementType {
    let number = node.integer("output_dtype", default: 0)
    var type = ElementType.uint8
    if number != 0 {
      guard let named = Int32(exactly: number).flatMap({ ElementType(rawValue: $0) }) else {
        throw node.fault("output_dtype \(number) is not supported")
      }
      type = named
    } else if node.has(input: 2) {
      type = planner[try planner.stored(node, 2)].type
    }
    guard quantizedTypes.contains(type) else {
      throw node.fault("elements of type \(type) are not supported")
    }
    return type
  }

  private static func dequantizeLinear(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.stored(node, 0, of: quantizedTypes.union([.int32]))
    let type = planner[x].type
    let (grid, from) = try QuantizationGrid.read(node, x, &planner)
    let y = try planner.makeOutput(
      node, 0, .float, planner[from].shape, layout: planner[from].layout)
    if grid.isWhole, type.size == 1 {
      return planner.emit(
        TensorDequantizeStep(
          x: try planner.unsigned(from), y: y,
          quantization: try planner.quantization(node, scale: 1, zero: 2, type: type),
          isSigned: type == .int8, count: planner[from].count, path: planner.path))
    }
    let scale = try planner.operand(node, 1, of: [.float])
    let zero = try planner.optionalOperand(node, 2, of: [type])
    planner.emit(DequantizeGridStep(x: from, scale: scale, zero: zero, y: y, type: type, grid: grid))
  }

  private static func dynamicQuantizeLinear(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.stored(node, 0, of: [.float])
    let y = try planner.makeOutput(node, 0, .uint8, planner[x].shape, layout: planner[x].layout)
    let scale = try planner.makeOutput(node, 1, .float, [])
    let zero = try planner.makeOutput(node, 2, .uint8, [])
    planner.emit(
      DynamicQuantizeStep(
        x: x, y: y, scale: scale, zero: zero, count: planner[x].count, path: planner.path))
  }
}

/// Which scale belongs to which element: one for all, one for each place on an axis, or one for each block of it.
struct QuantizationGrid: Sendable {
  /// The tensor as [outer][length][inner].
  let outer: Int
  let length: Int
  let inner: Int
  /// Places on the axis that share a scale.
  let block: Int
  /// The scale of an element is number o * strides.0 + (place / block) * strides.1 + i * strides.2.
  let strides: (Int, Int, Int)

  /// Whether one scale serves all.
  var isWhole: Bool { strides == (0, 0, 0) }

  /// The grid of a node, and its first input as the grid wants it to lie.
  static func read(_ node: Node, _ x: ValueID, _ planner: inout Planner) throws(ModelError)
    -> (QuantizationGrid, ValueID)
  {
    let (shape, scale) = (planner[x].shape, planner[try planner.stored(node, 1)].shape)
    if node.has(input: 2) {
      let zero = planner[try planner.stored(node, 2)].shape
      guard zero == scale || zero.reduce(1, *) == 1 && scale.reduce(1, *) == 1 else {
        throw node.fault("a zero point of shape \(zero) beside a scale of \(scale)")
      }
    }
    if scale.isEmpty || scale == [1] {
      return (
        QuantizationGrid(outer: 1, length: planner[x].count, inner: 1, block: 1, strides: (0, 0, 0)), x
      )
    }
    let axis = try Operators.axis(node, rank: shape.count, default: 1)
    let (outer, inner) = (shape[..<axis].reduce(1, *), shape[(axis + 1)...].reduce(1, *))
    let from = try planner.rowMajor(x)
    if scale.count == 1 {
      guard scale[0] == shape[axis] else {
        throw node.fault("\(scale[0]) scales for an axis of \(shape[axis])")
      }
      return (
        QuantizationGrid(outer: outer, length: shape[axis], inner: inner, block: 1, strides: (0, 1, 0)), from
      )
    }
    let block = node.integer("block_size", default: 0)
    var blocked = shape
    if block > 0 { blocked[axis] = (shape[axis] - 1) / block + 1 }
    guard block > 0, shape[axis] > 0, scale == blocked else {
      throw node.fault("scales of shape \(scale) for \(shape) in blocks of \(block)")
    }
    return (
      QuantizationGrid(
        outer: outer, length: shape[axis], inner: inner, block: block,
        strides: (blocked[axis] * inner, inner, 1)), from
    )
  }

  /// Calls `body` with the number of each element and of its scale.
  @inline(__always) func forEach(_ body: (_ element: Int, _ scale: Int) -> Void) {
    var element = 0
    for o in 0..<outer {
      for place in 0..<length {
        let scale = o * strides.0 + place / block * strides.1
        for i in 0..<inner {
          body(element, scale + i * strides.2)
          element += 1
        }
      }
    }
  }
}
