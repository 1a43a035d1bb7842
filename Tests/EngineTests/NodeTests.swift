// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import Testing
import engine_lab

private let python = ProcessInfo.processInfo.environment["MILLWRIGHT_PYTHON"]

/// ONNX's own tests of its operators, as `Tests/EngineOracle/node_tests.py` writes them from the wheel of onnx.
@Suite(
  "ONNX node tests",
  .enabled(
    if: python != nil, "needs onnx: MILLWRIGHT_PYTHON names a Python that has it; scripts/test sets it"))
struct NodeTests {
  /// A line of the script.
  private struct Entry: Decodable {
    var name: String
    var op: String
    var kind: String
    var types: [String]
    /// The opset of the test as ONNX has it.
    var given: Int
    /// The opset in which it is run.
    var opset: Int?
    var left: String?
  }

  private enum Verdict {
    case passed(bound: [String])
    case refused(String)
    case wrong(String)
  }

  /// What may keep a test from being run. Anything else that the engine refuses is a failure.
  private static let reasons = [
    "elements of type": "an element type that the operator does not take here",
    "training": "training, which the engine does not do",
    "has to be known": "an operand that another node computes has to be known at load",
  ]

  @Test("Every test of a supported operator, type and opset gives what ONNX says")
  func nodes() throws {
    let folder = try Folder()
    let entries = try generate(into: folder.path)
    var (passed, bound, refused, wrong) = (
      [String: Int](), [String: Set<String>](), [String: [String]](), [String]()
    )
    for entry in entries {
      switch verdict(of: entry, in: folder.path) {
      case .passed(let inputs):
        passed[entry.kind, default: 0] += 1
        if entry.kind == "node", !inputs.isEmpty { bound[entry.op, default: []].formUnion(inputs) }
      case .refused(let reason): refused[reason, default: []].append("\(entry.name) (opset \(entry.given))")
      case .wrong(let what): wrong.append("\(entry.name) (\(entry.op), opset \(entry.given)): \(what)")
      }
    }
    let operators = Set(entries.filter { $0.kind == "node" }.map(\.op))
    print("ONNX node tests of \(operators.count) operators: \(operators.sorted().joined(separator: " "))")
    let counts = { (kind: String) in entries.count { $0.kind == kind } }
    print("passed: \(passed["node"] ?? 0) of \(counts("node")) tests of one node, ", terminator: "")
    print("\(passed["function"] ?? 0) of \(counts("function")) of functions written out")
    let carried = entries.filter { $0.opset != nil && $0.opset != $0.given }
    print("carried into opset 13 to 23, where ONNX's checker takes them unchanged: \(carried.count)")
    print("inputs given as constants, because an operator has to know them at load:")
    for (op, inputs) in bound.sorted(by: { $0.key < $1.key }) {
      print("  \(op): \(inputs.sorted().joined(separator: " "))")
    }
    for (reason, names) in refused.sorted(by: { $0.key < $1.key }) {
      print("not run, \(reason): \(names.count)\n  \(names.joined(separator: ", "))")
    }
    for line in wrong { print("WRONG \(line)") }
    #expect(wrong.isEmpty, "\(wrong.count) tests are wrong")
    #expect(passed["node"] ?? 0 >= 770, "the operators of the engine have more tests than this")
  }

  /// Writes the tests and lists them.
  private func generate(into folder: String) throws -> [Entry] {
    let script = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../EngineOracle/node_tests.py").standardized.path
    let process = Process()
    process.executableURL = URL(filePath: try #require(python))
    process.arguments = [script, folder]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Entry.self, from: Data($0.utf8)) }
  }

  private func verdict(of entry: Entry, in parent: String) -> Verdict {
    if let left = entry.left { return .refused(left) }
    let known = Set(ElementType.allCases.map { "\($0)" })
    if let foreign = entry.types.first(where: { !known.contains($0) }) {
      return .refused("elements of type \(foreign)")
    }
    let folder = URL(filePath: parent).appending(path: entry.name)
    do {
      let result = try TestCase(folder: folder).run()
      for (index, output) in result.outputs.enumerated() {
        let bytes = [UInt8](try Data(contentsOf: folder.appending(path: "output_\(index).pb")))
        let expected = try TensorFile(bytes: bytes).tensor
        if let difference = difference(output.tensor, expected) {
          return .wrong("output \(index): \(difference)")
        }
      }
      return .passed(bound: result.bound)
    } catch ModelError.unsupportedOperator(_, let op) {
      return .refused("the operator \(op) is not supported")
    } catch {
      let text = "\(error)"
      if let known = Self.reasons.first(where: { text.contains($0.key) }) { return .refused(known.value) }
      return .wrong("refused: \(text)")
    }
  }

  /// What is different, by the rule of ONNX's own runner; nil when nothing is.
  private func difference(_ got: Tensor, _ expected: Tensor) -> String? {
    guard got.type == expected.type, got.shape == expected.shape else {
      return "\(got.type) \(got.shape) for \(expected.type) \(expected.shape)"
    }
    switch got.type {
    case .float:
      return apart(got.elements(Float.self).map(Double.init), expected.elements(Float.self).map(Double.init))
    case .double: return apart(got.elements(Double.self), expected.elements(Double.self))
    default:
      return got.bytes == expected.bytes
        ? nil : "\(got.integers?.prefix(8) ?? []) for \(expected.integers?.prefix(8) ?? [])"
    }
  }

  private func apart(_ got: [Double], _ expected: [Double]) -> String? {
    for (index, (a, b)) in zip(got, expected).enumerated() where !(a.isNaN && b.isNaN) && a != b {
      if !(abs(a - b) <= 1e-7 + 1e-3 * abs(b)) { return "\(a) for \(b) at \(index)" }
    }
    return nil
  }
}

/// A folder for one test, removed at its end.
private final class Folder {
  let path = NSTemporaryDirectory() + "millwright-nodes-\(UInt64.random(in: 0...(.max)))"
  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}
