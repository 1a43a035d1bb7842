// SPDX-License-Identifier: Apache-2.0

/// Operators that only move elements: each comes down to copies along loops.
extension Operators {
  static let moves: [String: OperatorPlan] = [
    "Transpose": transpose,
    "Expand": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      guard let wanted = try planner.integers(node, 1) else { throw node.fault("input 1 is missing") }
      guard let shape = Shape.broadcast([planner[x].shape, wanted]) else {
        throw node.fault("\(planner[x].shape) does not stretch to \(wanted)")
      }
      guard shape != planner[x].shape else { return planner.forward(node, 0, x) }
      let y = try planner.makeOutput(node, 0, planner[x].type, shape)
      planner.emitCopy(
        node.op, lengths: shape, from: Lattice(x, by: Shape.strides(planner[x].shape, in: shape)),
        to: planner.whole(y))
    },
    "Tile": { (node, planner) throws(ModelError) in
      let x = try planner.operand(node, 0)
      let shape = planner[x].shape
      guard let repeats = try planner.integers(node, 1), repeats.count == shape.count else {
        throw node.fault("one repeat an axis expected")
      }
      let y = try planner.makeOutput(node, 0, planner[x].type, try scaled(shape, by: repeats, node))
      // each axis is two: the repeats, and the axis itself
      let (strides, lengths) = (Shape.strides(shape), zip(repeats, shape).flatMap { [$0, $1] })
      planner.emitCopy(
        node.op, lengths: lengths, from: Lattice(x, by: strides.flatMap { [0, $0] }),
        to: Lattice(y, by: Shape.strides(lengths)))
    },
    "Concat": { (node, planner) throws(ModelError) in
      var parts: [ValueID] = []
      for index in node.inputs.indices { parts.append(try planner.movable(node, index)) }
      guard let id = parts.first else { throw node.fault("it has no inputs") }
      let first = planner[id]
      let axis = try node.axis(node.integer("axis", default: 0), rank: first.shape.count)
      var shape = first.shape
      shape[axis] = 0
      for (part, name) in zip(parts, node.inputs) {
        let (type, lengths) = (planner[part].type, planner[part].shape)
        guard type == first.type, lengths.count == shape.count,
          shape.indices.allSatisfy({ $0 == axis || shape[$0] == lengths[$0] })
        else { throw node.fault("\(type) \(lengths) next to \(first.type) \(first.shape)", tensor: name) }
        shape[axis] += lengths[axis]
      }
      guard parts.count > 1 else { return planner.forward(node, 0, id) }
      if parts.contains(where: { planner[$0].layout == .rowMajor }) {
        for i in parts.indices { parts[i] = try planner.rowMajor(parts[i]) }
      }
      let y = try planner.makeOutput(node, 0, first.type, shape, layout: planner[parts[0]].layout)
      var to = planner.whole(y)
      for part in parts {
        let lengths = planner[part].shape
        planner.emitCopy(node.op, lengths: lengths, from: planner.whole(part), to: to)
        to.start += lengths[axis] * to.strides[axis]
      }
    },
    "Split": split,
    "Slice": slice,
    "DepthToSpace": { (node, planner) throws(ModelError) in
      let (x, size, shape) = try planner.blocks(node)
      guard shape[1] % (size * size) == 0 else {
        throw node.fault("\(shape[1]) channels in blocks of \(size)")
      }
      let depth = shape[1] / (size * size)
      let isDepthFirst = node.string("mode", default: "DCR") == "DCR"
      try planner.emitPermutation(
        node, x, as: [shape[0]] + (isDepthFirst ? [size, size, depth] : [depth, size, size]) + shape[2...],
        by: isDepthFirst ? [0, 3, 4, 1, 5, 2] : [0, 1, 4, 2, 5, 3],
        shape: [shape[0], depth, shape[2] * size, shape[3] * size])
    },
    "SpaceToDepth": { (node, planner) throws(ModelError) in
      let (x, size, shape) = try planner.blocks(node)
      guard shape[2] % size == 0, shape[3] % size == 0 else {
        throw node.fault("\(shape) in blocks of \(size)")
      }
      let isDepthFirst = node.string("mode", default: "DCR") == "DCR"
      try planner.emitPermutation(
        node, x, as: [shape[0], shape[1], shape[2] / size, size, shape[3] / size, size],
        by: isDepthFirst ? [0, 3, 5, 1, 2, 4] : [0, 1, 3, 5, 2, 4],
        shape: [shape[0], shape[1] * size * size, shape[2] / size, shape[3] / size])
    },
  ]

  /// A transpose between channels last and channels second moves nothing: only the layout is another.
  private static func transpose(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let id = try planner.stored(node, 0)
    let x = planner[id]
    let rank = x.shape.count
    let order = node.integers("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else { throw node.fault("permutation \(order) of \(x.shape)") }
    let (shape, strides) = (order.map { x.shape[$0] }, order.map { x.strides[$0] })
    if rank > 2, node.has(output: 0), x.layout == .channelsLast, order == [0] + Array(2..<rank) + [1] {
      return try planner.alias(node, 0, of: id, shape: shape, layout: .rowMajor)
    }
    if rank > 2, node.has(output: 0), x.layout == .rowMajor, order == [0, rank - 1] + Array(1..<(rank - 1)),
      planner.bindings.wantsChannelsLast(node.outputs[0])
    {
      return try planner.alias(node, 0, of: id, shape: shape, layout: .channelsLast)
    }
    let y = try planner.makeOutput(node, 0, x.type, shape)
    planner.emitCopy(node.op, lengths: shape, from: Lattice(id, by: strides), to: planner.whole(y))
  }

  private static func split(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.movable(node, 0)
    let shape = planner[x].shape
    let axis = try node.axis(node.integer("axis", default: 0), rank: shape.count)
    let lengths: [Int]
    if let given = try planner.integers(node, "split", input: 1, since: 13) {
      var left = shape[axis]
      for length in given {
        guard (0...left).contains(length) else { throw node.fault("parts \(given) of \(shape[axis])") }
        left -= length
      }
      guard left == 0 else { throw node.fault("parts \(given) of \(shape[axis])") }
      lengths = given
    } else {
      let parts = node.outputs.count
      guard parts > 0, node.integer("num_outputs", default: parts) == parts else {
        throw node.fault("num_outputs is not the number of outputs")
      }
      let length = (shape[axis] + parts - 1) / parts
      lengths = (0..<parts).map { max(min(length, shape[axis] - $0 * length), 0) }
    }
    guard lengths.count == node.outputs.count else {
      throw node.fault("\(lengths.count) parts for \(node.outputs.count) outputs")
    }
    var from = planner.whole(x)
    for (index, length) in lengths.enumerated() {
      var part = shape
      part[axis] = length
      if node.has(output: index) {
        let y = try planner.makeOutput(node, index, planner[x].type, part, layout: planner[x].layout)
        planner.emitCopy(node.op, lengths: part, from: from, to: planner.whole(y))
      }
      from.start += length * from.strides[axis]
    }
  }

  private static func slice(_ node: Node, _ planner: inout Planner) throws(ModelError) {
    let x = try planner.movable(node, 0)
    let shape = planner[x].shape
    guard let starts = try planner.integers(node, 1), let ends = try planner.integers(node, 2) else {
      throw node.fault("starts or ends are missing")
    }
    let axes = try node.axes(try planner.integers(node, 3) ?? Array(starts.indices), rank: shape.count)
    let steps = try planner.integers(node, 4) ?? starts.map { _ in 1 }
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count else {
      throw node.fault("starts, ends, axes and steps are not equally many")
    }
    var (part, lattice) = (shape, planner.whole(x))
    for (i, axis) in axes.enumerated() {
      guard steps[i] != 0, steps[i] != .min else { throw node.fault("a step of \(steps[i])") }
      let length = shape[axis]
      let (from, to) = (
        starts[i] < 0 ? starts[i] + length : starts[i], ends[i] < 0 ? ends[i] + length : ends[i]
      )
      let (first, distance): (Int, Int)
      if steps[i] > 0 {
        first = min(max(from, 0), length)
        distance = min(max(to, 0), length) - first
      } else {
        // the largest integers stand for "no end" in this direction too, as in ONNX Runtime
        let isOpen = to == .max || to == Int(Int32.max)
        first = min(max(from, 0), length - 1)
        distance = first - (isOpen ? -1 : min(max(to, -1), length - 1))
      }
      part[axis] = distance <= 0 ? 0 : (distance - 1) / abs(steps[i]) + 1
      lattice.start += first * lattice.strides[axis]
      lattice.strides[axis] = part[axis] > 1 ? lattice.strides[axis] * steps[i] : 0
    }
    guard part != shape || lattice.start != 0 || steps.contains(where: { $0 != 1 }) else {
      return planner.forward(node, 0, x)
    }
    let y = try planner.makeOutput(node, 0, planner[x].type, part, layout: planner[x].layout)
    planner.emitCopy(node.op, lengths: part, from: lattice, to: planner.whole(y))
  }

  /// Each length times its factor.
  private static func scaled(_ shape: [Int], by factors: [Int], _ node: Node) throws(ModelError) -> [Int] {
    var result: [Int] = []
    for (length, factor) in zip(shape, factors) {
      let (product, overflow) = length.multipliedReportingOverflow(by: factor)
      guard factor >= 0, !overflow else { throw node.fault("\(factor) times a length of \(length)") }
      result.append(product)
    }
    return result
  }
}

extension Planner {
  /// Input `index` as it lies: its bytes are moved, not looked at. Only inputs that all have their sign bits turned
  /// may keep them so side by side.
  fileprivate mutating func movable(_ node: Node, _ index: Int) throws(ModelError) -> ValueID {
    for name in 0..<(node.op == "Concat" ? node.inputs.count : 1)
    where !self[try stored(node, name)].isFlipped {
      return try operandAsStored(node, index)
    }
    return try stored(node, index)
  }

  /// What DepthToSpace and SpaceToDepth work on: [batch, channels, height, width] and the size of a block.
  fileprivate mutating func blocks(_ node: Node) throws(ModelError) -> (x: ValueID, size: Int, shape: [Int]) {
    let x = try operand(node, 0)
    let size = node.integer("blocksize", default: 0)
    guard self[x].shape.count == 4 else {
      throw node.fault("a tensor of rank 4 expected, not \(self[x].shape)")
    }
    guard (1...4096).contains(size) else { throw node.fault("a block size of \(size)") }
    return (x, size, self[x].shape)
  }

  /// Output 0 is `x` seen as `lengths`, its axes in another order, seen as `shape`.
  fileprivate mutating func emitPermutation(
    _ node: Node, _ x: ValueID, as lengths: [Int], by order: [Int], shape: [Int]
  ) throws(ModelError) {
    let y = try makeOutput(node, 0, self[x].type, shape)
    let (permuted, strides) = (order.map { lengths[$0] }, Shape.strides(lengths))
    emitCopy(
      node.op, lengths: permuted, from: Lattice(x, by: order.map { strides[$0] }),
      to: Lattice(y, by: Shape.strides(permuted)))
  }
}
