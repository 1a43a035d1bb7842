// SPDX-License-Identifier: Apache-2.0

import Foundation
import Infer
import Kernels
import Testing

/// The oracle is ONNX Runtime in its exact mode; `models/training/golden_engine.py` made the vectors.
@Suite("INT8 networks against ONNX Runtime") struct NetworkTests {
  struct Dense: Decodable {
    struct Case: Decodable, CustomTestStringConvertible {
      var name: String
      var model: String
      var outputs: String
      /// First 12 digits.
      var sha256: String
      var testDescription: String { name }
      var bytes: [UInt8] { [UInt8](Data(base64Encoded: model) ?? Data()) }
    }
    var onnxruntime: String
    var cases: [Case]
  }
  struct Peers: Decodable {
    struct Case: Decodable {
      var file: String
      var inputs: Int
      var fnv: String
      var first: String
    }
    var cases: [Case]
  }

  static let dense: [Dense.Case] = (try? Golden.decode(Dense.self, "dense.json").cases) ?? []

  static func run(_ network: Network, _ input: [Float], path: Int8Path = .best) -> [Float] {
    var scratch = Scratch(for: [network])
    var output = [Float](repeating: .nan, count: network.outputCount)
    var span = output.mutableSpan
    network.run(input.span, into: &span, scratch: &scratch, path: path)
    return output
  }

  @Test("the golden file holds all 24 combinations")
  func goldenIsThere() { #expect(Self.dense.count == 24) }

  @Test("every output equals ONNX Runtime's, bit for bit", arguments: dense)
  func equalsOracle(golden: Dense.Case) throws {
    let network = try Network(onnx: golden.bytes)
    let expected = Golden.floats(golden.outputs)
    #expect(expected.count == 8 * network.outputCount)
    for path in Int8Path.allCases where path.isAvailable {
      let outputs = (0..<8).flatMap { seed in
        Self.run(
          network, Golden.noise(seed: 100 + UInt32(seed), count: network.inputCount, scale: 3), path: path)
      }
      #expect(outputs.map(\.bitPattern) == expected.map(\.bitPattern), "\(path)")
    }
  }

  @Test(
    "the MLPerf Tiny anomaly model equals ONNX Runtime on 200 inputs, S8S8 and U8S8",
    .enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"))
  func peersModel() throws {
    let folder = try #require(Golden.peers)
    for golden in try Golden.decode(Peers.self, "ad.json").cases {
      let network = try Network(path: folder.appending(path: golden.file).path)
      #expect(network.operations == 264_192 && network.inputCount == 640)
      var hash: UInt64 = 0xCBF2_9CE4_8422_2325
      for seed in 0..<golden.inputs {
        let input = Golden.noise(seed: UInt32(seed), count: 640, scale: 25).map { $0 - 10 }
        let output = Self.run(network, input)
        if seed == 0 { #expect(output == Golden.floats(golden.first)) }
        hash = Golden.fnv(output, hash)
      }
      #expect(String(hash, radix: 16) == golden.fnv.drop { $0 == "0" }, "\(golden.file)")
    }
  }

  @Test(
    "the peers' models with other operators are refused by name",
    .enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"),
    arguments: [("wdcnn_qdq_s8s8", "Conv"), ("transformer_qdq_u8s8", "LayerNormalization")])
  func refusesByName(file: String, op: String) throws {
    let path = try #require(Golden.peers).appending(path: "\(file).onnx").path
    let error = #expect(throws: ModelError.self) { try Network(path: path) }
    guard case .unsupportedOperator(let node, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(!node.isEmpty)
  }

  @Test("one scratch serves networks of different widths, in any order")
  func sharedScratch() throws {
    let networks = try Self.dense.map { try Network(onnx: $0.bytes) }
    var scratch = Scratch(for: networks)
    for network in networks + networks.reversed() {
      let input = Golden.noise(seed: 7, count: network.inputCount, scale: 3)
      var output = [Float](repeating: .nan, count: network.outputCount)
      var span = output.mutableSpan
      network.run(input.span, into: &span, scratch: &scratch)
      #expect(output == Self.run(network, input))
    }
  }

  @Test("the hash is the start of the file's SHA-256, as Python's hashlib gives it", arguments: dense)
  func hash(golden: Dense.Case) throws {
    #expect(try Network(onnx: golden.bytes).hash == golden.sha256)
  }
}
