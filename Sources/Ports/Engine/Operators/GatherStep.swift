// SPDX-License-Identifier: Apache-2.0

/// Indices in a tensor of int32 or int64, read so that none can lead out of the axis that it counts: negative ones
/// count from the end, and what is out of range, which ONNX forbids, is taken for the nearest position.
struct Indices: Sendable {
  let id: ValueID
  private let isWide: Bool

  /// - Parameters:
  ///   - lengths: of the axes that the indices count; index i counts axis i modulo their number.
  init(_ node: Node, _ input: Int, _ planner: inout Planner, lengths: [Int]) throws(ModelError) {
    id = try planner.operand(node, input, of: [.int32, .int64])
    isWide = planner[id].type == .int64
    guard let known = planner.constant(id)?.integers else {
      guard planner[id].count == 0 || !lengths.contains(0) else {
        throw node.fault("indices of an empty axis")
      }
      return
    }
    for (i, index) in known.enumerated()
    where !(-lengths[i % lengths.count]..<lengths[i % lengths.count] ~= index) {
      throw node.fault("index \(index) of \(lengths[i % lengths.count])", tensor: node.inputs[input])
    }
  }

  /// Index number `i`, as a position on an axis of `length`.
  @inline(__always)
  func read(_ memory: Memory, _ i: Int, length: Int) -> Int {
    let wide: UnsafeMutablePointer<Int64> = unsafe memory.pointer(id)
    let narrow: UnsafeMutablePointer<Int32> = unsafe memory.pointer(id)
    let index = unsafe isWide ? Int(wide[i]) : Int(narrow[i])
    return max(min(index < 0 ? index &+ length : index, length - 1), 0)
  }
}

/// What is done with elements whose places are given by indices.
enum Placement {
  /// Taken from their places.
  case gather
  /// Put to their places.
  case put
  /// Joined with what is there.
  case add, multiply, larger, smaller
}

/// Blocks whose places are given by indices: for each of `outer` parts and each of `tuples` tuples of indices, the
/// block to which the tuple leads.
struct GatherStep: NumberStep {
  let label: String
  let x: ValueID
  let y: ValueID
  let indices: Indices
  let function: Placement
  let type: ElementType
  let outer: Int
  let tuples: Int
  /// Whether each outer part has tuples of its own.
  let hasOwnTuples: Bool
  /// Lengths of the axes that a tuple counts.
  let lengths: [Int]
  /// Elements.
  let block: Int

  var reads: [ValueID] { [x, indices.id] }
  var writes: [ValueID] { [y] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  /// SAFETY: indices are held within the axes, and the sizes are those of the two values.
  func run<T: Number>(_ memory: Memory, _: T.Type) {
    let part = lengths.reduce(1, *)
    let (x, y): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) = unsafe (
      memory.pointer(x), memory.pointer(y)
    )
    for o in 0..<outer {
      for t in 0..<tuples {
        var place = 0
        let first = ((hasOwnTuples ? o * tuples : 0) + t) * lengths.count
        for (i, length) in lengths.enumerated() {
          place = unsafe place * length + indices.read(memory, first + i, length: length)
        }
        let (whole, single) = ((o * part + place) * block, (o * tuples + t) * block)
        switch function {
        case .gather: unsafe (y + single).update(from: x + whole, count: block)
        case .put: unsafe (y + whole).update(from: x + single, count: block)
        case .add: unsafe join(y + whole, x + single, T.sum)
        case .multiply: unsafe join(y + whole, x + single, T.product)
        case .larger: unsafe join(y + whole, x + single, T.larger)
        case .smaller: unsafe join(y + whole, x + single, T.smaller)
        }
      }
    }
  }

  @inline(__always)
  private func join<T>(_ y: UnsafeMutablePointer<T>, _ x: UnsafeMutablePointer<T>, _ f: (T, T) -> T) {
    for i in 0..<block { unsafe y[i] = f(y[i], x[i]) }
  }
}

/// Copies single elements along one axis, whose position each is given by an index of its own; scattering may join
/// what is there with what comes.
struct ElementGatherStep: NumberStep {
  let label: String
  let function: Placement
  let type: ElementType
  /// What is indexed: x where it is gathered from, y where it is scattered to.
  let whole: ValueID
  /// The other one, of the shape of the indices.
  let single: ValueID
  let indices: Indices
  /// Length and stride of the axis in `whole`.
  let length: Int
  let stride: Int
  /// Operands: whole (with stride 0 along the axis), single.
  let loops: Loops

  var reads: [ValueID] { [indices.id, function == .gather ? whole : single] }
  var writes: [ValueID] { [function == .gather ? single : whole] }
  var cost: StepCost { StepCost(label: label, arithmetic: .move) }

  func run<T: Number>(_ memory: Memory, _: T.Type) {
    switch function {
    case .gather: unsafe each(memory, T.self) { whole, single in unsafe single.pointee = whole.pointee }
    case .put: unsafe each(memory, T.self) { whole, single in unsafe whole.pointee = single.pointee }
    case .add: unsafe join(memory, T.sum)
    case .multiply: unsafe join(memory, T.product)
    case .larger: unsafe join(memory, T.larger)
    case .smaller: unsafe join(memory, T.smaller)
    }
  }

  @inline(__always)
  private func join<T: Number>(_ memory: Memory, _ f: (T, T) -> T) {
    unsafe each(memory, T.self) { whole, single in unsafe whole.pointee = f(whole.pointee, single.pointee) }
  }

  /// SAFETY: indices are held within the axis, the loops within both values.
  @inline(__always)
  private func each<T: BitwiseCopyable>(
    _ memory: Memory, _: T.Type, _ body: (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) -> Void
  ) {
    let (whole, single): (UnsafeMutablePointer<T>, UnsafeMutablePointer<T>) =
      unsafe (memory.pointer(whole), memory.pointer(single))
    let (count, by) = (loops.inner.length, loops.inner.strides)
    for start in loops.rows {
      for i in 0..<count {
        let at = start &+ by &* i
        let position = unsafe indices.read(memory, at[1], length: length)
        unsafe body(whole + at[0] + position * stride, single + at[1])
      }
    }
  }
}
