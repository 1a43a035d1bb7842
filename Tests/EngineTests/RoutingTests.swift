// SPDX-License-Identifier: Apache-2.0

import Engine
import Testing

/// `If`, whose branches see the names around them and run only when they are chosen.
@Suite("Routing") struct RoutingTests {
  private static let x = Tensor(.float, [1, 2, 3], [1, 2, 3, 4, 5, 6] as [Float])

  /// c ? then : otherwise, and what else is there; inputs c and x.
  private static func model(_ then: WrittenGraph, _ otherwise: WrittenGraph, also: [WrittenNode] = [])
    -> WrittenGraph
  {
    let branches: [String: WrittenNode.Attribute] = [
      "then_branch": .graph(then), "else_branch": .graph(otherwise),
    ]
    return WrittenGraph(
      nodes: [WrittenNode("If", ["c"], ["y"], branches)] + also,
      inputs: [("c", .bool, []), ("x", .float, [1, 2, 3])], outputs: ["y"] + also.flatMap(\.outputs))
  }

  private static func run(_ model: WrittenGraph, _ condition: Bool) throws -> [[Float]] {
    let network = try Network(onnx: model.model())
    var scratch = Scratch(for: [network])
    let inputs = [Tensor(.bool, [], [condition ? 1 : 0] as [UInt8]), x]
    return try network.run(inputs, scratch: &scratch).compactMap(\.floats)
  }

  @Test("the condition of each run chooses the branch", arguments: [true, false])
  func choice(condition: Bool) throws {
    let model = Self.model(
      WrittenGraph(nodes: [WrittenNode("Add", ["x", "x"], ["z"])], outputs: ["z"]),
      WrittenGraph(nodes: [WrittenNode("Neg", ["x"], ["z"])], outputs: ["z"]))
    #expect(try Self.run(model, condition) == [condition ? [2, 4, 6, 8, 10, 12] : [-1, -2, -3, -4, -5, -6]])
  }

  @Test("a branch may give a constant, or what stands outside of it")
  func passing() throws {
    let constant = Tensor(.float, [1, 2, 3], [Float](repeating: 7, count: 6))
    let model = Self.model(
      WrittenGraph(nodes: [], outputs: ["k"], constants: ["k": constant]),
      WrittenGraph(nodes: [], outputs: ["x"]))
    #expect(try Self.run(model, true) == [constant.floats ?? []])
    #expect(try Self.run(model, false) == [Self.x.floats ?? []])
  }

  /// A convolution reads its input with the channels last; that copy exists only where its branch runs.
  @Test("what one branch rearranges is made again elsewhere", arguments: [true, false])
  func rearrangement(condition: Bool) throws {
    func branch(_ scale: Float) -> WrittenGraph {
      // one tap: channel 0 times the scale, channel 1 times its double
      let weights = Tensor(.float, [2, 2, 1], [scale, 0, 0, 2 * scale])
      return WrittenGraph(
        nodes: [WrittenNode("Conv", ["x", "w"], ["z"])], outputs: ["z"], constants: ["w": weights])
    }
    var model = Self.model(branch(1), branch(10), also: [WrittenNode("Conv", ["x", "v"], ["o"])])
    model.constants["v"] = Tensor(.float, [1, 2, 1], [1, 1] as [Float])
    let scale: Float = condition ? 1 : 10
    let scaled = [1, 2, 3, 8, 10, 12].map { scale * $0 }
    #expect(try Self.run(model, condition) == [scaled, [5, 7, 9]])
  }

  @Test("branches that give different shapes are refused by name")
  func disagreement() throws {
    let model = Self.model(
      WrittenGraph(nodes: [WrittenNode("Flatten", ["x"], ["z"])], outputs: ["z"]),
      WrittenGraph(nodes: [], outputs: ["x"]))
    #expect(
      throws: ModelError.node(
        "the If", operator: "If", tensor: "y",
        reason: "one branch gives float [1, 6], the other float [1, 2, 3]")
    ) { try Network(onnx: model.model()) }
  }
}
