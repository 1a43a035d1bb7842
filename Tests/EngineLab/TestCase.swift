// SPDX-License-Identifier: Apache-2.0

package import Engine
package import Foundation

/// A model with its inputs in a folder: model.onnx, input_0.pb, input_1.pb and so on, as ONNX lays out its tests.
package struct TestCase {
  package let folder: URL
  private let model: [UInt8]
  private let inputs: [TensorFile]

  package init(folder: URL) throws {
    self.folder = folder
    model = [UInt8](try Data(contentsOf: folder.appending(path: "model.onnx")))
    var inputs: [TensorFile] = []
    while let data = try? Data(contentsOf: folder.appending(path: "input_\(inputs.count).pb")) {
      inputs.append(try TensorFile(bytes: [UInt8](data)))
    }
    self.inputs = inputs
  }

  /// What a run gave, and the inputs that had to be constants for it.
  package struct Result {
    package var outputs: [TensorFile]
    package var bound: [String]
  }

  /// Runs the model on its inputs. An input that an operator has to know at load, like the shape that Reshape makes,
  /// becomes a constant of the model: what a file gives as a constant in practice is an input in these tests.
  package func run(kernels: KernelForm = .best) throws -> Result {
    var (model, given, bound) = (model, inputs, [String]())
    while true {
      do {
        let network = try Network(onnx: model, kernels: kernels)
        var scratch = Scratch(for: [network])
        let tensors = try network.inputs.enumerated().map { index, port in
          guard let found = given.first(where: { $0.name == port.name }) ?? given.at(index) else {
            throw TensorFile.Defect(description: "no file for the input \(port.name)")
          }
          return found.tensor
        }
        let results = try network.run(tensors, scratch: &scratch)
        let outputs = zip(network.outputs, results).map { TensorFile(name: $0.name, tensor: $1) }
        return Result(outputs: outputs, bound: bound)
      } catch ModelError.node(let node, let op, let name?, let reason)
        where reason.hasPrefix("it has to be known") && !bound.contains(name)
      {
        guard let file = given.first(where: { $0.name == name }) else {
          throw ModelError.node(node, operator: op, tensor: name, reason: reason)
        }
        model += Self.initializer(file)
        given.removeAll { $0.name == name }
        bound.append(name)
      }
    }
  }

  /// The bytes that, put behind a model, add a constant to its graph: protobuf merges what comes twice.
  private static func initializer(_ file: TensorFile) -> [UInt8] {
    var graph = Wire([])
    graph.put(5, file.bytes)
    var model = Wire([])
    model.put(7, graph.bytes)
    return model.bytes
  }
}

extension Array {
  fileprivate func at(_ index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
