// SPDX-License-Identifier: Apache-2.0

public import Engine
public import Machine

/// An INT8 network that takes what a machine shows as a whole (`Pattern` of the diagnosis) and gives the log odds of each
/// fault. It was trained on simulated machines (`models/classifier.card.yaml`), so it ranks what rules name and
/// names nothing by itself.
public struct PatternClassifier: FaultClassifier {
  public var name: String { "classifier \(modelHash)" }
  /// First digits of the model file's SHA-256.
  public let modelHash: String
  public let faults: [String]
  private let model: Network
  private var scratch: Scratch
  private var output: [Float]

  /// Takes a model whose metadata names its inputs, in order, and its faults.
  /// - Parameter observables: what the program shows it.
  public init(model file: ModelFile, observables: [String], width: Int) throws(ModelError) {
    let model = try Network(file)
    guard model.metadata["classifier.inputs"] == observables.joined(separator: ",") else {
      throw .metadata(
        key: "classifier.inputs", reason: "it is not the list of inputs that this program makes")
    }
    let faults = (model.metadata["classifier.faults"] ?? "").split(separator: ",").map(String.init)
    guard let input = model.inputs.first, let result = model.outputs.first, model.inputs.count == 1,
      model.outputs.count == 1, input.type == .float, result.type == .float,
      input.count == observables.count * width, result.count == faults.count, !faults.isEmpty
    else {
      throw .graph(
        reason: "one input of \(observables.count * width) floats and one output of \(faults.count) expected")
    }
    self.model = model
    self.faults = faults
    modelHash = String(file.hash.prefix(12))
    scratch = Scratch(for: [model])
    output = Array(repeating: 0, count: faults.count)
  }

  public mutating func logOdds(_ input: [Float]) -> [Float] {
    model.run(input, into: &output, scratch: &scratch)
    return output
  }
}
