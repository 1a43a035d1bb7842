// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

/// The oracle is ONNX Runtime on one thread; `models/training/golden_operators.py` made the vectors.
@Suite("Operators of networks against ONNX Runtime") struct OperatorTests {
  struct GoldenTensor: Decodable, Sendable {
    var type: Int32
    var shape: [Int]
    var data: String

    var tensor: Tensor? {
      guard let type = ElementType(rawValue: type), let bytes = Data(base64Encoded: data) else { return nil }
      return Tensor(type: type, shape: shape, bytes: [UInt8](bytes))
    }
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var model: String
    var inputs: [GoldenTensor]
    var outputs: [GoldenTensor]
    var testDescription: String { name }
  }

  struct Refusal: Decodable, Sendable, CustomTestStringConvertible {
    var name: String
    var model: String
    var reason: String
    var testDescription: String { name }
  }

  struct File: Decodable {
    var cases: [Case]
    var refused: [Refusal]
  }

  static let file = (try? Golden.decode(File.self, "operators.json")) ?? File(cases: [], refused: [])

  @Test("the golden file is whole")
  func goldenIsThere() { #expect(Self.file.cases.count == 53 && Self.file.refused.count == 16) }

  @Test("integers are equal, floats within 1e-6 of the largest, in every form", arguments: file.cases)
  func equalsOracle(golden: Case) throws {
    let model = [UInt8](try #require(Data(base64Encoded: golden.model)))
    let inputs = try golden.inputs.map { try #require($0.tensor) }
    let expected = try golden.outputs.map { try #require($0.tensor) }
    for form in KernelForm.allCases where form.isAvailable {
      let network = try Network(onnx: model, kernels: form)
      var scratch = Scratch(for: [network])
      // The second run finds what the first one left in memory.
      _ = try network.run(inputs, scratch: &scratch)
      let outputs = try network.run(inputs, scratch: &scratch)
      for (output, expected) in zip(outputs, expected) {
        #expect(output.type == expected.type && output.shape == expected.shape, "\(form)")
        if let (got, wanted) = output.floats.flatMap({ got in expected.floats.map { (got, $0) } }) {
          let largest = wanted.reduce(0) { max($0, abs($1)) }
          let distance = zip(got, wanted).reduce(0) { max($0, abs($1.0 - $1.1)) }
          #expect(distance <= 1e-6 * largest, "\(form)")
          #expect(!got.contains { $0.isNaN }, "\(form)")
        } else {
          #expect(output == expected, "\(form)")
        }
      }
    }
  }

  @Test("what does not fit together is refused with its node and a reason", arguments: file.refused)
  func refuses(golden: Refusal) throws {
    let model = [UInt8](try #require(Data(base64Encoded: golden.model)))
    let error = try #require(throws: ModelError.self) { try Network(onnx: model) }
    #expect("\(error)".hasPrefix("node #0 ("))
    #expect("\(error)".contains(golden.reason), "\(error)")
  }
}
