// SPDX-License-Identifier: Apache-2.0

/// Nested loops over up to four operands that share their axes but lie differently in memory: transposed, sliced,
/// broadcast (stride 0) or reversed (negative stride).
///
/// Axes along which all operands advance alike are merged when the plan is made, so that most operators end in one
/// or two loops whatever the rank.
struct Loops: Sendable {
  struct Axis: Sendable {
    var length: Int
    /// Elements from one position to the next, by operand.
    var strides: SIMD4<Int>
  }

  /// Outermost first; never empty.
  private(set) var axes: [Axis]

  /// - Parameters:
  ///   - lengths: of the axes.
  ///   - strides: for each operand, one stride an axis.
  ///   - leader: the operand that is walked in the order in which it lies; nil for the order of the axes.
  init(_ lengths: [Int], _ strides: [[Int]], along leader: Int? = nil) {
    axes = []
    guard !lengths.contains(0) else {
      axes = [Axis(length: 0, strides: .zero)]
      return
    }
    var order = Array(lengths.indices)
    if let leader { order.sort { strides[leader][$0] > strides[leader][$1] } }
    for i in order where lengths[i] != 1 {
      let length = lengths[i]
      var axis = Axis(length: length, strides: .zero)
      for (operand, strides) in strides.enumerated() { axis.strides[operand] = strides[i] }
      if let outer = axes.last, outer.strides == axis.strides &* length {
        axes[axes.count - 1] = Axis(length: outer.length * length, strides: axis.strides)
      } else {
        axes.append(axis)
      }
    }
    if axes.isEmpty { axes = [Axis(length: 1, strides: SIMD4(repeating: 1))] }
  }

  /// The loop within all others.
  var inner: Axis { axes[axes.count - 1] }

  /// The runs of the inner loop: for each, the elements at which it starts in the operands.
  var rows: Rows { Rows(axes: axes, within: 1) }

  /// The loop around the inner one, and the others, each of whose turns it makes with the inner one.
  var rowAxis: Axis { axes.count > 1 ? axes[axes.count - 2] : Axis(length: 1, strides: .zero) }
  var blocks: Rows { Rows(axes: axes, within: 2) }

  struct Rows: Sequence, IteratorProtocol {
    fileprivate let axes: [Axis]
    /// Axes inside of a turn.
    private let within: Int
    private var start: SIMD4<Int> = .zero
    /// Positions on the axes around a turn: no more than twice `ModelLimit.rank`, where a tile splits each.
    private var positions = InlineArray<16, Int>(repeating: 0)
    private var isOver: Bool

    fileprivate init(axes: [Axis], within: Int) {
      (self.axes, self.within) = (axes, within)
      isOver = axes.contains { $0.length == 0 }
    }

    mutating func next() -> SIMD4<Int>? {
      guard !isOver else { return nil }
      let row = start
      var depth = axes.count - 1 - within
      while depth >= 0 {
        let axis = axes[depth]
        positions[depth] += 1
        start &+= axis.strides
        if positions[depth] < axis.length { return row }
        positions[depth] = 0
        start &-= axis.strides &* axis.length
        depth -= 1
      }
      isOver = true
      return row
    }
  }
}

/// Shapes: lengths of axes, outermost first.
enum Shape {
  /// Elements from one position to the next along each axis of a row-major tensor.
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = Array(repeating: 1, count: shape.count)
    for i in shape.indices.dropLast().reversed() { strides[i] = strides[i + 1] * shape[i + 1] }
    return strides
  }

  /// The shape that all of `shapes` are stretched to, after ONNX's (and NumPy's) rules; nil when they do not fit.
  static func broadcast(_ shapes: [[Int]]) -> [Int]? {
    var result = Array(repeating: 1, count: shapes.map(\.count).max() ?? 0)
    for shape in shapes {
      let offset = result.count - shape.count
      for (i, length) in shape.enumerated() where length != 1 {
        guard result[offset + i] == 1 || result[offset + i] == length else { return nil }
        result[offset + i] = length
      }
    }
    return result
  }

  /// Strides with which a row-major tensor of `shape` is read as one of `target`: 0 along what is stretched.
  /// A single element is stretched to any shape.
  static func strides(_ shape: [Int], in target: [Int]) -> [Int] {
    guard shape.contains(where: { $0 != 1 }) else { return Array(repeating: 0, count: target.count) }
    let own = zip(shape, strides(shape)).map { length, stride in length == 1 ? 0 : stride }
    return Array(repeating: 0, count: target.count - shape.count) + own
  }
}

extension Value {
  /// Lengths of the axes in the order in which they lie in memory.
  var storedShape: [Int] {
    guard layout == .channelsLast, shape.count > 2 else { return shape }
    return [shape[0]] + shape[2...] + [shape[1]]
  }

  /// Elements from one position to the next along each axis of the graph's shape.
  var strides: [Int] {
    let stored = Shape.strides(storedShape)
    guard layout == .channelsLast, shape.count > 2 else { return stored }
    return [stored[0], stored[stored.count - 1]] + stored[1..<(stored.count - 1)]
  }
}
