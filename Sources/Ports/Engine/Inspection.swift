// SPDX-License-Identifier: Apache-2.0

/// What a model file holds and what the engine makes of it, for `millwright model inspect`.
public struct Inspection: Sendable, Codable, Equatable {
  /// An input or output.
  public struct Port: Sendable, Codable, Equatable {
    public let name: String
    public let type: String
    public let shape: [Int]
  }
  /// A step of the plan.
  public struct Step: Sendable, Codable, Equatable {
    /// The operator, fused ones joined.
    public let label: String
    /// "int8", "float" or "move": what it computes with.
    public let arithmetic: String
    /// Multiply-accumulates.
    public let macs: Int
    /// Bytes of its results.
    public let writtenBytes: Int
    /// Predicted.
    public let microseconds: Double
  }

  /// First 12 hexadecimal digits of the file's SHA-256.
  public let hash: String
  public let inputs: [Port]
  public let outputs: [Port]
  /// How many nodes of each operator the file has, the graphs inside nodes included.
  public let operators: [String: Int]
  /// In the order in which they run.
  public let steps: [Step]
  /// Multiply-accumulates of a run.
  public let macs: Int
  /// Those among them that are done in integers.
  public let integerMACs: Int
  /// Memory for the values of a run.
  public let arenaBytes: Int
  /// Packed weights and other constants.
  public let weightBytes: Int
  /// Form of the kernels.
  public let kernels: String
  /// Predicted for one run.
  public let microseconds: Double
  /// What the prediction rests on.
  public let model: CostModel

  /// Reads and plans the file at `path`, without running it.
  /// - Parameters: as those of `Network`; `model` nil takes the one of this form.
  public init(
    path: String, batch: Int = 1, kernels: KernelForm = .best, model given: CostModel? = nil
  ) throws(ModelError) {
    let costs = given ?? .reference(for: kernels)
    let file = try ModelFile(path: path)
    let model = try Model(onnx: file.bytes)
    let network = try Network(model, batch: batch, kernels: kernels)
    hash = file.hash
    inputs = network.inputs.map { Port($0) }
    outputs = network.outputs.map { Port($0) }
    operators = Self.count(model.graph)
    steps = zip(network.steps, network.writtenBytes).map { step, bytes in
      let cost = step.cost
      return Step(
        label: cost.label, arithmetic: cost.arithmetic.rawValue, macs: cost.macs, writtenBytes: bytes,
        microseconds: costs.microseconds(cost, writtenBytes: bytes))
    }
    macs = steps.reduce(0) { $0 + $1.macs }
    integerMACs = steps.reduce(0) { $0 + ($1.arithmetic == StepCost.Arithmetic.int8.rawValue ? $1.macs : 0) }
    arenaBytes = network.arenaBytes
    weightBytes = network.constantBytes
    self.kernels = kernels.rawValue
    microseconds = steps.reduce(0) { $0 + $1.microseconds }
    self.model = costs
  }

  private static func count(_ graph: Graph) -> [String: Int] {
    var counts: [String: Int] = [:]
    for node in graph.nodes {
      counts[node.op, default: 0] += 1
      for case .graph(let inside) in node.attributes.values {
        counts.merge(count(inside)) { $0 + $1 }
      }
    }
    return counts
  }
}

extension Inspection.Port {
  init(_ port: Network.Port) { (name, type, shape) = (port.name, "\(port.type)", port.shape) }
}
