// SPDX-License-Identifier: Apache-2.0

import Agent
import ArgumentParser
import Engine
import Foundation

/// `millwright model`
struct ModelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Look at a model file (ONNX), or hold it against golden vectors.",
    subcommands: [Inspect.self, Verify.self])

  /// Says what is wrong with a model on standard error; bad data is 65.
  fileprivate static func reporting<T>(_ path: String, _ body: () throws(ModelError) -> T) throws -> T {
    do {
      return try body()
    } catch {
      let text = if case .file = error { "\(error)" } else { "\(path): \(error)" }
      Journal(marks: false).write(.error, "error: \(text)")
      throw ExitCode(65)
    }
  }
}

/// `millwright model inspect`
struct Inspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a model's operators, shapes, work, memory, and what a run is predicted to take.")
  @Argument(help: "The ONNX file.") var file: String
  @Option(help: "What stands for lengths that the file leaves open.") var batch = 1
  @Option(
    help: "Watts that one busy core takes; else those of an Intel N100, 6 W by its data sheet over 4 cores.")
  var watts = 1.5
  @Flag(help: "Print JSON.") var json = false

  private struct Report: Encodable {
    var inspection: Inspection
    /// Of one busy core, as stated or by default.
    var watts: Double
    var microjoules: Double
  }

  func validate() throws {
    guard (1...65536).contains(batch) else { throw ValidationError("--batch is 1 to 65536") }
    guard watts > 0, watts < 1000 else { throw ValidationError("--watts is above 0 and below 1000") }
  }

  func run() async throws {
    let inspection = try ModelCommand.reporting(file) { () throws(ModelError) in
      try Inspection(path: file, batch: batch)
    }
    let report = Report(
      inspection: inspection, watts: watts, microjoules: inspection.microseconds * watts)
    if json { try printJSON(report) } else { show(report) }
  }

  private func show(_ report: Report) {
    let model = report.inspection
    print("\(file)  \(model.hash)")
    for (title, ports) in [("input", model.inputs), ("output", model.outputs)] {
      for port in ports { print("  \(padded(title, 8))\(port.name)  \(port.type) \(port.shape)") }
    }
    print("\nOPERATORS")
    for (name, count) in model.operators.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      print("  \(padded(name, 40))\(count)")
    }
    print("\nSTEPS (\(model.kernels))")
    print("  \(padded("", 40))\(padded("runs in", 10))\(padded("MAC", 12))predicted us")
    for step in model.steps {
      let arithmetic = ["int8": "INT8", "float": "FP32"][step.arithmetic] ?? "-"
      print(
        "  \(padded(step.label, 40))\(padded(arithmetic, 10))\(padded(step.macs > 0 ? "\(step.macs)" : "-", 12))\(rounded(step.microseconds))"
      )
    }
    print("\nOF A RUN")
    let share = model.macs > 0 ? Double(model.integerMACs) / Double(model.macs) : 0
    print("  work      \(model.macs) MAC, \(percent(share)) in INT8, in \(model.steps.count) steps")
    print("  memory    \(model.arenaBytes) B arena, \(model.weightBytes) B weights and constants")
    print("  time      \(rounded(model.microseconds)) us predicted (\(model.model.source))")
    print("  energy    \(rounded(report.microjoules)) uJ predicted, one core at \(watts) W for that time")
  }
}

/// `millwright model verify`
struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run golden vectors and show every output that differs.",
    discussion: """
      Without VECTORS, the file golden/NAME.json beside the model is taken, NAME being the model's name up to the first
      dot. Outputs have to be equal bit for bit unless --tolerance says otherwise. Exit codes: 0 equal, 65 different, or
      a file that is no model or holds no vectors for it.
      """)
  @Argument(help: "The ONNX file.") var file: String
  @Argument(help: "The golden vectors.") var vectors: String?
  @Option(help: "How far floats may be off, relative to the largest of their output.") var tolerance = 0.0
  @Flag(help: "Print JSON.") var json = false

  private struct Report: Encodable {
    var model: String
    var hash: String
    var vectors: String
    var windows: Int
    var mismatches: [GoldenVectors.Mismatch]
  }

  /// Lines of mismatches that are printed.
  private static let shown = 20

  func run() async throws {
    let place = vectors ?? standardVectors
    let report = try ModelCommand.reporting(file) { () throws(ModelError) in
      let model = try ModelFile(path: file)
      let network = try Network(model)
      let golden = try GoldenVectors(path: place)
      return Report(
        model: file, hash: model.hash, vectors: place, windows: golden.windows,
        mismatches: try golden.verify(network, tolerance: tolerance))
    }
    if json {
      try printJSON(report)
    } else {
      for line in report.mismatches.prefix(Self.shown) {
        print(
          "window \(line.window), \(line.output)[\(line.element)]: \(line.got), expected \(line.expected)")
      }
      let rest = report.mismatches.count - Self.shown
      if rest > 0 { print("and \(rest) more") }
      print(
        "\(file) (\(report.hash)): \(report.windows) windows, \(report.mismatches.count) elements differ")
    }
    guard report.mismatches.isEmpty else { throw ExitCode(65) }
  }

  private var standardVectors: String {
    let model = URL(fileURLWithPath: file)
    let name = model.lastPathComponent.prefix { $0 != "." }
    return model.deletingLastPathComponent().appending(path: "golden/\(name).json").relativePath
  }
}
