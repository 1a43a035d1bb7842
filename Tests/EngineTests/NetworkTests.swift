// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

/// The oracle is ONNX Runtime in its exact mode; `models/training/golden_engine.py` made the vectors.
@Suite("INT8 networks against ONNX Runtime") struct NetworkTests {
  /// Golden vectors with the model that stands beside them in the file, or its name.
  struct Case<Model: Decodable & Sendable>: Decodable, Sendable {
    var model: Model
    var vectors: GoldenVectors

    init(from decoder: any Decoder) throws {
      (model, vectors) = (try Model(from: decoder), try GoldenVectors(from: decoder))
    }
  }
  struct File<Model: Decodable & Sendable>: Decodable { var cases: [Case<Model>] }
  struct Peer: Decodable { var file: String }

  static let dense = (try? Golden.decode(File<DenseModel>.self, "dense.json").cases) ?? []

  static func run(_ network: Network, _ input: [Float]) -> [Float] {
    var scratch = Scratch(for: [network])
    var output = [Float](repeating: .nan, count: network.outputs[0].count)
    var span = output.mutableSpan
    network.run(input.span, into: &span, scratch: &scratch)
    return output
  }

  @Test("the golden file holds all 24 combinations")
  func goldenIsThere() {
    #expect(Self.dense.count == 24 && Self.dense.allSatisfy { $0.vectors.windows == 8 })
  }

  @Test("every output equals ONNX Runtime's, bit for bit", arguments: dense)
  func equalsOracle(golden: Case<DenseModel>) throws {
    for form in KernelForm.allCases where form.isAvailable {
      let network = try Network(onnx: golden.model.bytes, kernels: form)
      #expect(try golden.vectors.verify(network) == [], "\(golden.model.name), \(form)")
    }
  }

  @Test(
    "the MLPerf Tiny anomaly model equals ONNX Runtime, S8S8 and U8S8",
    .enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"))
  func peersModel() throws {
    let folder = try #require(Golden.peers)
    let cases = try Golden.decode(File<Peer>.self, "ad.json").cases
    #expect(cases.count == 2)
    for golden in cases {
      let network = try Network(path: folder.appending(path: golden.model.file).path)
      #expect(network.inputs[0].shape == [1, 640])
      #expect(try golden.vectors.verify(network) == [], "\(golden.model.file)")
    }
  }

  @Test("one scratch serves networks of different widths, in any order")
  func sharedScratch() throws {
    let networks = try DenseModel.all.map { try Network(onnx: $0.bytes) }
    var scratch = Scratch(for: networks)
    for network in networks + networks.reversed() {
      let input = Noise.floats(network.inputs[0].count, seed: 7, scale: 3)
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
