// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

/// The oracle is the same model on the whole input at once, which the other tests hold against ONNX Runtime.
@Suite(
  "Streams taken piece by piece",
  .enabled(if: Golden.peers != nil, "needs the peers' models: MILLWRIGHT_PEERS or ../shared/peers"))
struct StreamTests {
  static func path(_ name: String) throws -> String {
    try #require(Golden.peers).appending(path: "\(name).onnx").path
  }

  @Test(
    "a causal convolutional network gives in pieces what it gives at once",
    arguments: ["tcn_fp32", "tcn_qdq_u8s8", "tcn_qdq_s8s8"], [1, 2, 5])
  func convolutions(name: String, piece: Int) throws {
    // The receptive field of the network is longer than its window of 30: both begin with padding, so both agree.
    let whole = try Network(path: Self.path(name))
    let stream = try StreamingNetwork(path: Self.path(name), axis: 2, piece: piece)
    var scratch = Scratch(for: [whole, stream.network])
    let input = Noise.floats(14 * 30, seed: 3, scale: 2)
    var expected: [Float] = [0]
    whole.run(input, into: &expected, scratch: &scratch)
    var state = stream.makeStream()
    var output: [Float] = [0]
    for from in stride(from: 0, to: 30, by: piece) {
      let part = (0..<14).flatMap { c in input[(c * 30 + from)..<(c * 30 + from + piece)] }
      var span = output.mutableSpan
      stream.run(part.span, into: &span, on: &state, scratch: &scratch)
    }
    if name == "tcn_fp32" {
      #expect(abs(output[0] - expected[0]) <= 1e-6 * max(1, abs(expected[0])))
    } else {
      #expect(output == expected)
    }
  }

  @Test("two streams of one network do not mix")
  func apart() throws {
    let network = try StreamingNetwork(path: Self.path("tcn_qdq_u8s8"), axis: 2, piece: 1)
    var scratch = Scratch(for: [network.network])
    func run(_ seeds: [UInt32], on stream: inout StreamingNetwork.Stream) -> Float {
      var output: [Float] = [0]
      for seed in seeds {
        var span = output.mutableSpan
        let piece = Noise.floats(14, seed: UInt64(seed), scale: 2)
        network.run(piece.span, into: &span, on: &stream, scratch: &scratch)
      }
      return output[0]
    }
    var alone = network.makeStream()
    let expected = run([1, 2, 3, 4], on: &alone)
    var (first, second) = (network.makeStream(), network.makeStream())
    _ = run([1, 2], on: &first)
    _ = run([9, 8, 7], on: &second)
    #expect(run([3, 4], on: &first) == expected)
    #expect(run([6], on: &second) != expected)
  }

  @Test(
    "a network that looks ahead or mixes all positions is refused",
    arguments: ["cnn1d_qdq_u8s8", "wdcnn_fp32"])
  func refused(name: String) throws {
    #expect(throws: ModelError.self) { try StreamingNetwork(path: Self.path(name), axis: 2, piece: 16) }
  }
}
