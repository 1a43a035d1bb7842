// SPDX-License-Identifier: Apache-2.0

/// Operators that surround, mask or mark elements.
extension Operators {
  static let pads: [String: OperatorPlan] = [
    "Pad": { (node, planner) throws(ModelError) in
      let given = try planner.operandAsStored(node, 0)
      let (type, shape) = (planner[given].type, planner[given].shape)
      let (before, after) = try padding(node, &planner, rank: shape.count)
      let mode = node.string("mode", default: "constant")
      if mode == "constant" { return try padConstant(node, &planner, given, before, after) }
      let x = try planner.rowMajor(given)
      var tables: [[Int]] = []
      let strides = Shape.strides(shape)
      for axis in shape.indices {
        let count = shape[axis] + before[axis] + after[axis]
        guard count <= ModelLimit.elements, count <= 0 || shape[axis] > 0 else {
          throw node.fault("axis \(axis) of \(shape) is padded by \(before[axis]) and \(after[axis])")
        }
        tables.append(
          try (0..<max(count, 0)).map { position throws(ModelError) in
            try source(of: position - before[axis], in: shape[axis], mode, node) * strides[axis]
          })
      }
      let y = try planner.makeOutput(node, 0, type, tables.map(\.count))
      planner.emit(PlacesStep(label: node.op, x: x, y: y, elementSize: type.size, tables: tables))
    },
    "Trilu": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let shape = planner[x].shape
      guard shape.count >= 2 else { throw node.fault("a tensor of rank \(shape.count)") }
      let y = try planner.makeOutput(node, 0, planner[x].type, shape)
      let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
      let diagonal = try planner.integer(node, 1) ?? 0
      planner.emit(
        TriangleStep(
          x: x, y: y, batch: shape.dropLast(2).reduce(1, *), rows: rows, columns: columns,
          elementSize: planner[x].type.size, diagonal: min(max(diagonal, -rows), columns),
          keepsUpper: node.integer("upper", default: 1) != 0))
    },
    "OneHot": { (node, planner) throws(ModelError) in
      // indices of any numeric type; the depth is one number; values are [off, on]
      let given = try planner.operand(node, 0, of: .numbers)
      guard let depth = try planner.constant(node, 1).number, depth >= 1, depth <= Double(ModelLimit.elements)
      else {
        throw node.fault("a depth from 1 on expected", tensor: node.inputs[1])
      }
      let values = try planner.operand(node, 2)
      guard planner[values].count == 2 else {
        throw node.fault("two values expected", tensor: node.inputs[2])
      }
      var shape = planner[given].shape
      let axis = node.integer("axis", default: -1)
      guard (-shape.count - 1...shape.count).contains(axis) else {
        throw node.fault("axis \(axis) of a tensor of rank \(shape.count + 1)")
      }
      let place = axis < 0 ? axis + shape.count + 1 : axis
      let (outer, inner) = (shape[..<place].reduce(1, *), shape[place...].reduce(1, *))
      shape.insert(Int(depth), at: place)
      let indices = try planner.cast(given, to: .int64, node)
      let y = try planner.makeOutput(node, 0, planner[values].type, shape)
      planner.emit(
        OneHotStep(
          indices: indices, values: values, y: y, outer: outer, depth: Int(depth), inner: inner,
          elementSize: planner[values].type.size))
    },
  ]

  /// Elements added before and after each axis; negative ones are taken away.
  private static func padding(_ node: Node, _ planner: inout Planner, rank: Int)
    throws(ModelError) -> (before: [Int], after: [Int])
  {
    guard let pads = try planner.integers(node, "pads", input: 1, since: 11) else {
      throw node.fault("the pads are missing")
    }
    let axes = try node.axes(try planner.integers(node, 3) ?? Array(0..<rank), rank: rank)
    guard pads.count == 2 * axes.count else { throw node.fault("\(pads.count) pads for \(axes.count) axes") }
    guard pads.allSatisfy({ abs($0 / 2) <= ModelLimit.elements }) else { throw node.fault("pads of \(pads)") }
    var (before, after) = (Array(repeating: 0, count: rank), Array(repeating: 0, count: rank))
    for (i, axis) in axes.enumerated() { (before[axis], after[axis]) = (pads[i], pads[axes.count + i]) }
    return (before, after)
  }

  /// Where the element that pads `position` comes from, on an axis of `length`.
  private static func source(of position: Int, in length: Int, _ mode: String, _ node: Node)
    throws(ModelError) -> Int
  {
    switch mode {
    case "edge": return min(max(position, 0), length - 1)
    case "wrap": return (position % length + length) % length
    case "reflect":
      guard length > 1 else { return 0 }
      let period = 2 * (length - 1)
      let place = abs(position) % period
      return min(place, period - place)
    default: throw node.fault("the mode \(mode) is not known")
    }
  }

  /// The output is filled, then what is left of the input is copied into it.
  private static func padConstant(
    _ node: Node, _ planner: inout Planner, _ x: ValueID, _ before: [Int], _ after: [Int]
  ) throws(ModelError) {
    let (type, shape) = (planner[x].type, planner[x].shape)
    let result = shape.indices.map { shape[$0] + before[$0] + after[$0] }
    let y = try planner.makeOutput(node, 0, type, result, layout: planner[x].layout)
    if let value = try planner.optionalOperand(node, 2, of: [type]) {
      guard planner[value].count == 1 else { throw node.fault("one value expected", tensor: node.inputs[2]) }
      planner.emitCopy(
        node.op, lengths: [planner[y].count], from: Lattice(value, by: [0]), to: Lattice(y, by: [1]))
    } else {
      let value = node.opset < 11 ? Double(node.float("value", default: 0)) : 0
      planner.emit(FillStep(label: node.op, value: .scalar(value, type), y: y, count: planner[y].count))
    }
    var (from, to) = (planner.whole(x), planner.whole(y))
    var lengths: [Int] = []
    for axis in shape.indices {
      let (first, last) = (max(-before[axis], 0), shape[axis] - max(-after[axis], 0))
      lengths.append(max(last - first, 0))
      from.start += first * from.strides[axis]
      to.start += max(before[axis], 0) * to.strides[axis]
    }
    planner.emitCopy(node.op, lengths: lengths, from: from, to: to)
  }
}
