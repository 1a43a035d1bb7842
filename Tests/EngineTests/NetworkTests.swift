// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

/// The oracle is ONNX Runtime in its exact mode; `models/training/golden_engine.py` made the vectors.
@Suite("INT8 networks against ONNX Runtime") struct NetworkTests {
  struct Peers: Decodable {
    struct Case: Decodable {
      var file: String
      var inputs: Int
      var fnv: String
      var first: String
    }
    var cases: [Case]
  }

  static func run(_ network: Network, _ input: [Float]) -> [Float] {
    var scratch = Scratch(for: [network])
    var output = [Float](repeating: .nan, count: network.outputs[0].count)
    var span = output.mutableSpan
    network.run(input.span, into: &span, scratch: &scratch)
    return output
  }

  @Test("the golden file holds all 24 combinations")
  func goldenIsThere() { #expect(DenseModel.all.count == 24) }

  @Test("every output equals ONNX Runtime's, bit for bit", arguments: DenseModel.all)
  func equalsOracle(golden: DenseModel) throws {
    let expected = Golden.floats(golden.outputs)
    for form in KernelForm.allCases where form.isAvailable {
      let network = try Network(onnx: golden.bytes, kernels: form)
      let outputs = (0..<8).flatMap { seed in
        Self.run(network, Golden.noise(seed: 100 + UInt32(seed), count: network.inputs[0].count, scale: 3))
      }
      #expect(outputs.map(\.bitPattern) == expected.map(\.bitPattern), "\(form)")
    }
  }

  @Test(
    "the MLPerf Tiny anomaly model equals ONNX Runtime on 200 inputs, S8S8 and U8S8",
    .enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"))
  func peersModel() throws {
    let folder = try #require(Golden.peers)
    for golden in try Golden.decode(Peers.self, "ad.json").cases {
      let network = try Network(path: folder.appending(path: golden.file).path)
      #expect(network.inputs[0].shape == [1, 640])
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

  @Test("one scratch serves networks of different widths, in any order")
  func sharedScratch() throws {
    let networks = try DenseModel.all.map { try Network(onnx: $0.bytes) }
    var scratch = Scratch(for: networks)
    for network in networks + networks.reversed() {
      let input = Golden.noise(seed: 7, count: network.inputs[0].count, scale: 3)
      var output = [Float](repeating: .nan, count: network.outputs[0].count)
      var span = output.mutableSpan
      network.run(input.span, into: &span, scratch: &scratch)
      #expect(output == Self.run(network, input))
    }
  }

  @Test(
    "the hash is the start of the file's SHA-256, as Python's hashlib gives it", arguments: DenseModel.all)
  func hash(golden: DenseModel) throws {
    #expect(SHA256.hexadecimal(golden.bytes, digits: 12) == golden.sha256)
  }
}
