// SPDX-License-Identifier: Apache-2.0

/// One operator of a graph, as the file has it.
struct Node: Sendable {
  /// Its name in the file, or "#3" for the fourth.
  let name: String
  /// Type of the operator; `domain.Type` outside the default domain.
  let op: String
  /// Version of the operator set that the model imports for its domain.
  let opset: Int
  /// Names of the inputs; `Name.none` for one that is left out.
  var inputs: [Name]
  /// Names of the outputs; `Name.none` for one that nobody wants.
  var outputs: [Name]
  var attributes: [String: Attribute]

  func integer(_ name: String, default value: Int) -> Int {
    if case .integer(let found)? = attributes[name] { return found }
    return value
  }
  func float(_ name: String, default value: Float) -> Float {
    if case .float(let found)? = attributes[name] { return found }
    return value
  }
  func string(_ name: String, default value: String) -> String {
    if case .string(let found)? = attributes[name] { return found }
    return value
  }
  func integers(_ name: String) -> [Int]? {
    if case .integers(let found)? = attributes[name] { return found }
    return nil
  }
  func floats(_ name: String) -> [Float]? {
    if case .floats(let found)? = attributes[name] { return found }
    return nil
  }
  func strings(_ name: String) -> [String]? {
    if case .strings(let found)? = attributes[name] { return found }
    return nil
  }
  func tensor(_ name: String) -> Tensor? {
    if case .tensor(let found)? = attributes[name] { return found }
    return nil
  }
  func graph(_ name: String) -> Graph? {
    if case .graph(let found)? = attributes[name] { return found }
    return nil
  }

  /// Whether graphs stand inside it.
  var hasGraphs: Bool { attributes.contains { if case .graph = $0.value { true } else { false } } }

  func has(input index: Int) -> Bool { index < inputs.count && !inputs[index].isEmpty }
  func has(output index: Int) -> Bool { index < outputs.count && !outputs[index].isEmpty }

  /// The error that names this node.
  func fault(_ reason: String, tensor: String? = nil) -> ModelError {
    .node(name, operator: op, tensor: tensor, reason: reason)
  }

  func fault(_ reason: String, tensor: Name) -> ModelError { fault(reason, tensor: tensor.text) }
}

/// An attribute of a node.
enum Attribute: Sendable {
  case integer(Int)
  case float(Float)
  case string(String)
  case integers([Int])
  case floats([Float])
  case strings([String])
  case tensor(Tensor)
  case graph(Graph)
}
