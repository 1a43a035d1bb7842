// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import Infer
import Machine
import TestData
import Testing

/// The shipped classifier of faults. `models/training/train classifier` wrote the golden vectors.
@Suite("Classifier of faults") struct ClassifierTests {
  struct Vectors: Decodable {
    var windows: Int
    var inputs: String
    var outputs: String
  }

  static var model: ModelFile {
    get throws { try ModelFile(path: Golden.repository.appending(path: "models/classifier.int8.onnx").path) }
  }

  @Test("the shipped model gives ONNX Runtime's numbers, bit for bit")
  func golden() throws {
    let network = try Network(Self.model)
    let names = (network.metadata["classifier.inputs"] ?? "").split(separator: ",").map(String.init)
    let golden = try Golden.decode(Vectors.self, "classifier.json")
    let (inputs, expected) = (Golden.floats(golden.inputs), Golden.floats(golden.outputs))
    var classifier = try PatternClassifier(
      model: Self.model, observables: names, width: network.inputs[0].count / names.count)
    let count = network.inputs[0].count
    #expect(golden.windows >= 24 && inputs.count == golden.windows * count)
    let outputs = (0..<golden.windows).flatMap { i in
      classifier.logOdds(Array(inputs[i * count..<(i + 1) * count]))
    }
    #expect(outputs.map(\.bitPattern) == expected.map(\.bitPattern))
    #expect(classifier.faults.count == expected.count / golden.windows)
  }

  @Test("a model that was made for other inputs is refused, and says so")
  func otherInputs() throws {
    #expect(throws: ModelError.self) {
      try PatternClassifier(model: Self.model, observables: ["velocity"], width: 4)
    }
  }

  @Test("the card names the shipped file: size and SHA-256")
  func card() throws {
    let folder = Golden.repository.appending(path: "models")
    let card = try String(contentsOf: folder.appending(path: "classifier.card.yaml"), encoding: .utf8)
    let bytes = try Data(contentsOf: folder.appending(path: "classifier.int8.onnx")).count
    #expect(try card.contains("bytes: \(bytes)\n") && card.contains("sha256: \(Self.model.hash)"))
  }
}
