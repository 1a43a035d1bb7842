// SPDX-License-Identifier: Apache-2.0

/// Why a model file is not used. Everything that a file can do wrong ends here, never in a trap.
public enum ModelError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be read.
  case file(path: String, reason: String)
  /// The bytes are not an ONNX model: cut short, or another format.
  case notAModel(reason: String)
  /// A stated bound of the loader is exceeded.
  case limit(what: String, value: Int, limit: Int)
  /// The graph as a whole is not one that this engine runs.
  case graph(reason: String)
  /// An operator that this engine does not have.
  case unsupportedOperator(node: String, operator: String)
  /// A node whose operator is known and whose inputs or attributes are not acceptable.
  case node(String, operator: String, tensor: String?, reason: String)
  /// A tensor that does not hold what it says.
  case tensor(String, reason: String)
  /// The metadata that this use of the model needs is missing or says something else.
  case metadata(key: String, reason: String)

  /// One line for an operator: where, and why.
  public var description: String {
    switch self {
    case .file(let path, let reason): "\(path): \(reason)"
    case .notAModel(let reason): "not an ONNX model: \(reason)"
    case .limit(let what, let value, let limit): "\(what) is \(value), the limit is \(limit)"
    case .graph(let reason): "graph: \(reason)"
    case .unsupportedOperator(let node, let op): "node \(node): the operator \(op) is not supported"
    case .node(let node, let op, let tensor, let reason):
      "node \(node) (\(op))\(tensor.map { ", tensor \($0)" } ?? ""): \(reason)"
    case .tensor(let tensor, let reason): "tensor \(tensor): \(reason)"
    case .metadata(let key, let reason): "metadata \(key): \(reason)"
    }
  }
}
