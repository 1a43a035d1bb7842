// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

/// What stands in a file arrives in the network.
@Suite("Graphs of model files") struct LoaderGraphTests {
  private func run(_ bytes: [UInt8], _ inputs: [Tensor] = []) throws -> [Tensor] {
    let network = try Network(onnx: bytes)
    var scratch = Scratch(for: [network])
    return try network.run(inputs, scratch: &scratch)
  }

  struct Stored: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let initializer: Message
    let expected: Tensor
    init(_ description: String, _ type: Int, _ expected: Tensor, _ fill: @escaping (inout Message) -> Void) {
      testDescription = description
      initializer = .tensor("w", type: type, [2], fill)
      self.expected = expected
    }
  }

  @Test(
    "Numbers arrive from every field that ONNX keeps them in",
    arguments: [
      Stored("raw float", 1, Tensor(.float, [2], [Float(1), 2])) {
        $0.data(9, [0, 0, 128, 63, 0, 0, 0, 64])
      },
      Stored("float_data", 1, Tensor(.float, [2], [Float(1), 2])) {
        $0.data(4, [0, 0, 128, 63, 0, 0, 0, 64])
      },
      Stored("float_data, one field each", 1, Tensor(.float, [2], [Float(1), 2])) {
        $0.float(4, 1)
        $0.float(4, 2)
      },
      Stored("uint8 in int32_data", 2, Tensor(.uint8, [2], [UInt8(0), 255])) { $0.packed(5, [0, 255]) },
      Stored("int8 in int32_data", 3, Tensor(.int8, [2], [Int8(-128), 127])) { $0.packed(5, [-128, 127]) },
      Stored("uint16 in int32_data", 4, Tensor(.uint16, [2], [UInt16(0), 65535])) {
        $0.packed(5, [0, 65535])
      },
      Stored("int16 in int32_data", 5, Tensor(.int16, [2], [Int16(-32768), 1])) {
        $0.packed(5, [-32768, 1])
      },
      Stored("int32_data", 6, Tensor(.int32, [2], [Int32.min, 1])) { $0.packed(5, [Int(Int32.min), 1]) },
      Stored("int64_data", 7, Tensor(.int64, [2], [Int64.min, 1])) { $0.packed(7, [Int.min, 1]) },
      Stored("bool in int32_data", 9, Tensor(.bool, [2], [UInt8(0), 1])) { $0.packed(5, [0, 1]) },
      Stored("double_data", 11, Tensor(.double, [2], [1.0, -2.0])) {
        $0.data(10, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0])
      },
      Stored("uint32 in uint64_data", 12, Tensor(.uint32, [2], [UInt32.max, 1])) {
        $0.packed(11, [Int(UInt32.max), 1])
      },
      Stored("uint64_data", 13, Tensor(.uint64, [2], [UInt64.max, 1])) { $0.packed(11, [-1, 1]) },
    ])
  func stored(_ stored: Stored) throws {
    let graph = Message.graph(
      [.node("Identity", ["w"], ["y"])], [stored.initializer], inputs: [], outputs: [.port("y")])
    #expect(try run(Message.model(graph)) == [stored.expected])
  }

  /// Raw data of 64 bytes and more are read where they stand in the file; around them lengths take one byte and two.
  @Test(
    "Weights of every length arrive, behind each other and in attributes",
    arguments: [15, 16, 17, 29, 32, 5000])
  func weights(count: Int) throws {
    func numbers(_ first: Int) -> [Float] { (0..<count).map { Float(first + $0) } }
    func tensor(_ name: String, _ first: Int) -> Message {
      .tensor(name, [count]) { $0.data(9, Tensor(.float, [count], numbers(first)).bytes) }
    }
    let constant = Message.attribute("value", kind: 4) { $0.message(5, tensor("", 3)) }
    let graph = Message.graph(
      [
        .node("Constant", [], ["c"], [constant]), .node("Sum", ["x", "v", "w", "c"], ["y"]),
      ], [tensor("v", 1), tensor("w", 2)], inputs: [.port("x", [count])], outputs: [.port("y", [count])])
    let sums = try run(Message.model(graph), [Tensor(.float, [count], numbers(0))])
    #expect(sums[0].floats == (0..<count).map { Float(6 + 4 * $0) })
  }

  @Test("A node Constant is what its attribute says")
  func constants() throws {
    let kinds: [(Message, Tensor)] = [
      (.attribute("value", kind: 4) { $0.message(5, .pair("")) }, Tensor(.float, [2], [Float(1), 2])),
      (.attribute("value_float", kind: 1) { $0.float(2, 3) }, Tensor(.float, [], [Float(3)])),
      (
        .attribute("value_floats", kind: 6) {
          $0.float(7, 3)
          $0.float(7, 4)
        }, Tensor(.float, [2], [Float(3), 4])
      ),
      (.attribute("value_int", kind: 2) { $0.number(3, -3) }, Tensor(.int64, [], [Int64(-3)])),
      (.attribute("value_ints", kind: 7) { $0.packed(8, [-3, 4]) }, Tensor(.int64, [2], [Int64(-3), 4])),
    ]
    for (attribute, expected) in kinds {
      let nodes: [Message] = [.node("Constant", [], ["c"], [attribute]), .node("Identity", ["c"], ["y"])]
      #expect(try run(Message.model(.graph(nodes, inputs: []))) == [expected])
    }
  }

  @Test("An initializer that is listed among the inputs is not asked for")
  func oldInitializers() throws {
    let graph = Message.graph(
      [.node("Add", ["x", "w"], ["y"])], [.pair("w")], inputs: [.port("x"), .port("w")])
    let network = try Network(onnx: Message.model(graph))
    #expect(network.inputs.map(\.name) == ["x"])
    #expect(
      try run(Message.model(graph), [Tensor(.float, [2], [Float(10), 20])]) == [
        Tensor(.float, [2], [Float(11), 22])
      ])
  }

  @Test("Nodes that stand in the wrong order are put in order, those that graphs inside them need included")
  func order() throws {
    let graph = Message.graph([
      .node("Relu", ["b"], ["y"]), .node("Neg", ["a"], ["b"]), .node("Neg", ["x"], ["a"]),
    ])
    let x = Tensor(.float, [2], [Float(-1), 5])
    #expect(try run(Message.model(graph), [x]) == [Tensor(.float, [2], [Float(0), 5])])

    // The branches read a, which stands behind them.
    func branch(_ op: String) -> Message {
      .graph([.node(op, ["a"], ["inner"])], inputs: [], outputs: [.port("inner")])
    }
    let routed = Message.graph(
      [
        .node(
          "If", ["which"], ["y"],
          [
            .attribute("then_branch", kind: 5) { $0.message(6, branch("Neg")) },
            .attribute("else_branch", kind: 5) { $0.message(6, branch("Relu")) },
          ]),
        .node("Neg", ["x"], ["a"]),
      ], inputs: [.port("x"), .port("which", type: 9, [])])
    for (which, expected) in [(UInt8(1), [Float(-1), 5]), (0, [1, 0])] {
      #expect(
        try run(Message.model(routed), [x, Tensor(.bool, [], [which])]) == [Tensor(.float, [2], expected)])
    }
  }

  @Test("The hash is the file's SHA-256, on every tail length")
  func hash() throws {
    // sha256sum of 0, 1, 55, 56, 63, 64, 65, 119, 120 and 1000 bytes of 0x61.
    let digests = [
      0: "e3b0c44298fc", 1: "ca978112ca1b", 55: "9f4390f8d30c", 56: "b35439a4ac6f", 63: "7d3e74a05d7d",
      64: "ffe054fe7ae0", 65: "635361c48bb9", 119: "31eba51c313a", 120: "2f3d335432c7", 1000: "41edece42d63",
    ]
    for (count, digest) in digests {
      #expect(
        SHA256.hexadecimal(Array(repeating: 0x61, count: count), digits: 12) == digest, "\(count) bytes")
    }
  }

  @Test(
    "A file of the repository with any byte cut off, or bits turned over, is read or refused, never a trap")
  func damaged() throws {
    let path = Golden.repository.appending(path: "models/anomaly.int8.onnx")
    let whole = [UInt8](try Data(contentsOf: path))
    // A file that ends behind the graph and before its last entries is still whole to a reader.
    let read = (0..<whole.count).filter { (try? Model(onnx: Array(whole[..<$0]))) != nil }
    #expect(
      read.count == 3 && read.allSatisfy { $0 > whole.count - 1024 }, "cut at \(read) of \(whole.count)")
    var noise = Noise(11)
    var planned = 0
    for _ in 0..<4000 {
      var bytes = whole
      for _ in 0...(noise.next() % 3) {
        bytes[Int(noise.next() % UInt64(bytes.count))] ^= 1 << UInt8(noise.next() % 8)
      }
      if (try? Network(onnx: bytes)) != nil { planned += 1 }
    }
    // Most bits are weights, so most files are still models; a fair part is not.
    #expect((1000..<3900).contains(planned), "\(planned) of 4000")
  }
}
