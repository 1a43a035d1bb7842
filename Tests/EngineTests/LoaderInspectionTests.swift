// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation
import TestData
import Testing

@Suite("Inspection and golden vectors") struct LoaderInspectionTests {
  static let model = Golden.repository.appending(path: "models/anomaly.int8.onnx").path

  @Test("The shipped model: 46-32-8-32-46, all of its products in integers")
  func inspection() throws {
    let inspection = try Inspection(path: Self.model)
    #expect(inspection.macs == 46 * 32 + 32 * 8 + 8 * 32 + 32 * 46)
    #expect(inspection.integerMACs == inspection.macs)
    #expect(inspection.inputs.map(\.shape) == [[1, 46]] && inspection.outputs.map(\.shape) == [[1, 46]])
    #expect(inspection.operators["Gemm"] == 4)
    #expect(inspection.weightBytes >= inspection.macs && inspection.arenaBytes < 8192)
    #expect(inspection.microseconds == inspection.steps.reduce(0) { $0 + $1.microseconds })
    #expect(inspection.hash == "3c893486d8bd")
  }

  @Test("The shipped model gives its golden outputs, bit for bit")
  func verifies() throws {
    let golden = try GoldenVectors(
      path: Golden.repository.appending(path: "models/golden/anomaly.json").path)
    #expect(golden.windows == 40)
    #expect(try golden.verify(Network(path: Self.model)) == [])
  }

  private func vectors(_ json: String) throws -> GoldenVectors {
    let path = FileManager.default.temporaryDirectory.appending(path: "millwright-\(UUID().uuidString).json")
    try Data(json.utf8).write(to: path)
    defer { try? FileManager.default.removeItem(at: path) }
    return try GoldenVectors(path: path.path)
  }

  /// y = x + w, w = [1, 2].
  private func sum() throws -> Network {
    try Network(onnx: Message.model(.graph([.node("Add", ["x", "w"], ["y"])], [.pair("w")])))
  }

  @Test("A wrong output is named by window and element; a tolerance is relative to the largest value")
  func mismatches() throws {
    // x = [[1, 2], [3, 4]] expecting [[2, 4], [4, 6.0000005]].
    let golden = try vectors(
      #"{"windows": 2, "inputs": "AACAPwAAAEAAAEBAAACAQA==", "outputs": "AAAAQAAAgEAAAIBAAQDAQA=="}"#)
    #expect(
      try golden.verify(sum()) == [
        GoldenVectors.Mismatch(window: 1, output: "y", element: 1, expected: "6.0000005", got: "6.0")
      ])
    #expect(try golden.verify(sum(), tolerance: 1e-6) == [])
  }

  @Test("Inputs and outputs may be named")
  func named() throws {
    let golden = try vectors(
      #"{"windows": 1, "inputs": {"x": "AACAPwAAAEA="}, "outputs": {"y": "AAAAQAAAgEA="}}"#)
    #expect(try golden.verify(sum()) == [])
  }

  @Test(
    "Vectors that do not fit say so",
    arguments: [
      (
        #"{"windows": 1, "inputs": "AACAPw==", "outputs": ""}"#,
        "1 windows of float [2] expected, the golden vectors have 4 bytes"
      ),
      (
        #"{"windows": 1, "inputs": {"z": "AACAPw=="}, "outputs": ""}"#,
        "tensor x: the golden vectors have nothing for this input"
      ),
      (#"{"windows": 0, "inputs": "", "outputs": ""}"#, "the golden vectors have no windows"),
      (#"{"windows": -1, "inputs": "", "outputs": ""}"#, "the golden vectors have no windows"),
      (
        #"{"windows": 9223372036854775807, "inputs": "", "outputs": ""}"#,
        "the number of golden windows is 9223372036854775807, the limit is 1048576"
      ),
      (#"{"windows": 1, "outputs": ""}"#, "these are no golden vectors: inputs is missing"),
      ("[]", "these are no golden vectors"),
    ])
  func unfit(_ json: String, _ expected: String) throws {
    let network = try sum()
    let error = #expect(throws: ModelError.self) { try vectors(json).verify(network) }
    #expect(error?.description.contains(expected) == true, "\(String(describing: error))")
  }
}
