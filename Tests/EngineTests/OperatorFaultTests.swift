// SPDX-License-Identifier: Apache-2.0

import Engine
import Testing

/// Attributes and constants that no sound file has: each is a fault of the node, or has a meaning, never a trap.
@Suite("Hostile operators") struct OperatorFaultTests {
  /// One operator on x, a float tensor [2, 3, 4], and constants of int64.
  struct Case: CustomTestStringConvertible, Sendable {
    var op: String
    var constants: [[Int64]]
    var integers: [String: [Int]]
    /// Attributes that are one integer.
    var integer: [String: Int]
    var outputs = 1

    init(
      _ op: String, _ constants: [Int64]..., integers: [String: [Int]] = [:], integer: [String: Int] = [:],
      outputs: Int = 1
    ) {
      (self.op, self.constants, self.integers, self.integer) = (op, constants, integers, integer)
      self.outputs = outputs
    }

    var testDescription: String { "\(op) \(constants) \(integers) \(integer)" }

    var model: [UInt8] {
      var node = WrittenNode(op, ["x"] + constants.indices.map { "c\($0)" }, (0..<outputs).map { "y\($0)" })
      for (name, value) in integers { node.attributes[name] = .integers(value) }
      for (name, value) in integer { node.attributes[name] = .integer(value) }
      var graph = WrittenGraph(nodes: [node], inputs: [("x", .float, [2, 3, 4])], outputs: node.outputs)
      for (i, values) in constants.enumerated() {
        graph.constants["c\(i)"] = Tensor(.int64, [values.count], values)
      }
      return graph.model()
    }
  }

  static let (most, least) = (Int64.max, Int64.min)

  @Test(
    "a fault names the node",
    arguments: [
      Case("Transpose", integers: ["perm": [0, 0, 1]]), Case("Transpose", integers: ["perm": [0, 1, 3]]),
      Case("Transpose", integers: ["perm": [0, -1, 1]]), Case("Reshape", [-1, -1]),
      Case("Reshape", [most, most]),
      Case("Reshape", [-1, 0, 0, 0]), Case("Reshape", [-5]), Case("Reshape", [-1, 7]), Case("Reshape"),
      Case("Flatten", integer: ["axis": 4]), Case("Flatten", integer: ["axis": .min]), Case("Squeeze", [0]),
      Case("Squeeze", [3]), Case("Unsqueeze", [0, 0]), Case("Unsqueeze", [9]),
      Case("Unsqueeze", [0, 1, 2, 3, 4, 5]), Case("Concat", integer: ["axis": 3]),
      Case("Concat", integer: ["axis": .min]), Case("Split", [most, 1], outputs: 2),
      Case("Split", [-1, 3], outputs: 2), Case("Split", [1, 1], outputs: 3),
      Case("Split", integer: ["num_outputs": 0], outputs: 2), Case("Slice", [0], [1], [0], [0]),
      Case("Slice", [0], [1], [0], [least]), Case("Slice", [0], [1, 2]),
      Case("Slice", [0, 0], [1, 1], [0, 0]),
      Case("Slice", [0], [1], [most]), Case("Gather", [9]), Case("Gather", [least]),
      Case("Gather", [0], integer: ["axis": 3]), Case("GatherElements", [0]), Case("GatherND", [0, 3]),
      Case("GatherND", [0, 0], integer: ["batch_dims": .max]), Case("Expand", [most]), Case("Expand", [-1]),
      Case("Expand", [5]), Case("Tile", [most, most, most]), Case("Tile", [1, -1, 1]), Case("Tile", [1]),
      Case("Pad", [most, 0, 0, 0, 0, 0]), Case("Pad", [least, 0, 0, 0, 0, 0]), Case("Pad", [0, 0]),
      Case("Pad", [-3, 0, 0, 0, 0, 0]), Case("TopK", [5], outputs: 2), Case("TopK", [-1], outputs: 2),
      Case("TopK", [1], integer: ["axis": 5], outputs: 2), Case("ReduceSum", [3]), Case("ReduceMax", [0, 0]),
      Case("ArgMax", integer: ["axis": -4]), Case("CumSum", [least]), Case("CumSum", [0, 1]),
      Case("DepthToSpace", integer: ["blocksize": 0]), Case("SpaceToDepth", integer: ["blocksize": .max]),
      Case("Cast", integer: ["to": 99]), Case("Cast", integer: ["to": .max]), Case("EyeLike"),
      Case("OneHot", [most], [0, 1]), Case("Clip", [0, 1]), Case("PRelu", [1, 1, 1, 1]), Case("Add", [1]),
      Case("Equal", [1, 2, 3]), Case("Where", [0], [1]), Case("BitwiseNot"), Case("Not"),
    ])
  func faults(fault: Case) throws {
    let error = #expect(throws: ModelError.self) { try Network(onnx: fault.model) }
    guard case .node("the \(fault.op)", operator: fault.op, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(
    "an extreme value that has a meaning runs",
    arguments: [
      (Case("Trilu", [most]), 0), (Case("Trilu", [least]), 24), (Case("Shape", integer: ["start": .min]), 3),
      (Case("Shape", integer: ["end": .min]), 0), (Case("Slice", [least], [most], [0], [1]), 24),
      (Case("Slice", [most], [least], [0], [-1]), 24), (Case("Slice", [0], [most], [2], [most]), 6),
      (Case("Reshape", [0, -1]), 24), (Case("Tile", [0, 1, 1]), 0), (Case("TopK", [0], outputs: 2), 0),
      (Case("Split", [0, 2], outputs: 2), 0), (Case("Pad", [-2, 0, 0, 0, 0, 0]), 0),
    ])
  func extremes(extreme: Case, count: Int) throws {
    let network = try Network(onnx: extreme.model)
    var scratch = Scratch(for: [network])
    let ones = Tensor(.float, [2, 3, 4], [Float](repeating: 1, count: 24))
    let result = try network.run([ones], scratch: &scratch)[0]
    if extreme.op == "Trilu" {
      #expect(result.floats?.reduce(0, +) == Float(count))
    } else {
      #expect(result.count == count)
    }
  }
  @Test(
    "lengths beside a 0 may not be longer than any tensor", arguments: [[0, 1 << 62, 4], [1 << 62, 0, 4]])
  func emptyShapes(shape: [Int]) throws {
    let empty = Tensor(type: .float, shape: [0], bytes: [])
    var constant = WrittenGraph(
      nodes: [WrittenNode("Transpose", ["k"])], outputs: ["y"], constants: ["k": empty])
    #expect(throws: Never.self) { try Network(onnx: constant.model()) }
    constant.shapes["k"] = shape
    #expect(throws: ModelError.self) { try Network(onnx: constant.model()) }
    let input = WrittenGraph(
      nodes: [WrittenNode("Transpose", ["x"])], inputs: [("x", .float, shape)], outputs: ["y"])
    #expect(throws: ModelError.self) { try Network(onnx: input.model()) }
  }
}
