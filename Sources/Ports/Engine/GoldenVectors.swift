// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// Inputs of a model and the outputs that another runtime gave for them, for `millwright model verify`.
///
/// The file is JSON, made where the model is made: `windows`, the number of runs, and `inputs` and `outputs`, the
/// little-endian elements of all runs one after the other in base64. A model of one input has a text there; one of
/// several has an object of texts by the names of the inputs. The same holds for outputs.
public struct GoldenVectors: Sendable, Decodable {
  /// Number of runs.
  public let windows: Int
  /// The runtime that gave the outputs.
  public let onnxruntime: String?
  private let inputs: Tensors
  private let outputs: Tensors

  /// An element of an output that is not what the file says.
  public struct Mismatch: Sendable, Equatable, Codable {
    public let window: Int
    public let output: String
    public let element: Int
    public let expected: String
    public let got: String

    /// An element by its place.
    public init(window: Int, output: String, element: Int, expected: String, got: String) {
      (self.window, self.output, self.element) = (window, output, element)
      (self.expected, self.got) = (expected, got)
    }
  }

  private enum Tensors: Sendable, Decodable {
    case only(Data)
    case named([String: Data])
    init(from decoder: any Decoder) throws {
      let place = try decoder.singleValueContainer()
      if let only = try? place.decode(Data.self) {
        self = .only(only)
      } else {
        self = .named(try place.decode([String: Data].self))
      }
    }
  }

  /// Reads the file at `path`.
  public init(path: String) throws(ModelError) {
    do {
      self = try JSONDecoder().decode(
        GoldenVectors.self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as DecodingError {
      throw .file(path: path, reason: "these are no golden vectors: \(Self.describe(error))")
    } catch {
      throw .file(path: path, reason: error.localizedDescription)
    }
  }

  /// Runs the model on every window.
  /// - Parameter tolerance: how far a float may be off, relative to the largest value of its output; 0 asks for the same bits.
  /// - Returns: every element that differs, in order.
  public func verify(_ network: Network, tolerance: Double = 0) throws(ModelError) -> [Mismatch] {
    let given = try split(inputs, network.inputs, "input")
    let expected = try split(outputs, network.outputs, "output")
    var scratch = Scratch(for: [network])
    var mismatches: [Mismatch] = []
    for window in 0..<windows {
      let results = try network.run(given[window], scratch: &scratch)
      for (port, (got, expected)) in zip(network.outputs, zip(results, expected[window])) {
        mismatches += Self.compare(got, expected, tolerance: tolerance).map { element in
          Mismatch(
            window: window, output: port.name, element: element, expected: expected.text(element),
            got: got.text(element))
        }
      }
    }
    return mismatches
  }

  /// By window: a tensor for each port.
  private func split(_ tensors: Tensors, _ ports: [Network.Port], _ what: String) throws(ModelError)
    -> [[Tensor]]
  {
    guard windows > 0 else { throw .graph(reason: "the golden vectors have no windows") }
    try ModelLimit.check("the number of golden windows", windows, ModelLimit.windows)
    var byWindow: [[Tensor]] = Array(repeating: [], count: windows)
    for port in ports {
      let data: Data?
      switch tensors {
      case .only(let only): data = ports.count == 1 ? only : nil
      case .named(let named): data = named[port.name]
      }
      guard let data else {
        throw .tensor(port.name, reason: "the golden vectors have nothing for this \(what)")
      }
      let (size, overflow) = (port.count * port.type.size).multipliedReportingOverflow(by: windows)
      guard !overflow, data.count == size else {
        throw .tensor(
          port.name,
          reason:
            "\(windows) windows of \(port.type) \(port.shape) expected, the golden vectors have \(data.count) bytes"
        )
      }
      let each = port.count * port.type.size
      for window in 0..<windows {
        let bytes = data.dropFirst(window * each).prefix(each)
        byWindow[window].append(Tensor(type: port.type, shape: port.shape, bytes: Array(bytes)))
      }
    }
    return byWindow
  }

  private static func compare(_ got: Tensor, _ expected: Tensor, tolerance: Double) -> [Int] {
    let size = got.type.size
    let differing = (0..<got.count).filter {
      got.bytes[$0 * size..<($0 + 1) * size] != expected.bytes[$0 * size..<($0 + 1) * size]
    }
    guard tolerance > 0, !differing.isEmpty, let values = got.floats, let others = expected.floats else {
      return differing
    }
    let largest = others.reduce(Float(0)) { max($0, abs($1)) }
    return differing.filter { !(Double(abs(values[$0] - others[$0])) <= tolerance * Double(largest)) }
  }

  private static func describe(_ error: DecodingError) -> String {
    switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      "\(context.codingPath.map(\.stringValue).joined(separator: ".")): \(context.debugDescription)"
    @unknown default: "\(error)"
    }
  }
}

extension Tensor {
  /// One element, for a message.
  fileprivate func text(_ element: Int) -> String {
    if let floats { return "\(floats[element])" }
    if type == .double { return "\(elements(Double.self)[element])" }
    return integers.map { "\($0[element])" } ?? "?"
  }
}
