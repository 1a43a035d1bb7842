// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Engine
import Foundation
import Infer
import PathLab
import Simulation

/// Simulated stories in front of the product's own path, one line of JSON each, for `scripts/bench diagnosis`.
///
/// ```
/// diagnosis-lab failures FIRST COUNT [MODE,...]     COUNT seeds of every mode, FIRST the first of them
/// diagnosis-lab chains FIRST COUNT [CHAIN,...]
/// diagnosis-lab weeks FIRST COUNT
/// diagnosis-lab corpus FIRST COUNT                  patterns with their truth, a machine of each kind a seed
/// diagnosis-lab time                                what one round of readings costs, by machine
/// diagnosis-lab explain MODE SEED                   what the path said on the way, with its evidence
/// ```
@main
struct DiagnosisLab {
  static let usage =
    "usage: diagnosis-lab failures|chains|weeks|corpus FIRST COUNT [NAME,...] | explain MODE SEED"

  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == ["time"] { return try Pace.print(learned()) }
    if arguments == ["inputs"] { return print(Pattern.names.joined(separator: "\n")) }
    guard arguments.count >= 3 else { stop(usage) }
    if arguments[0] == "explain" {
      guard let fault = FaultKind(rawValue: arguments[1]), let seed = UInt64(arguments[2]) else {
        stop(usage)
      }
      Failure.explain(fault, seed: seed, try learned())
      return
    }
    guard let first = UInt64(arguments[1]), let count = UInt64(arguments[2]), count > 0 else { stop(usage) }
    let names = arguments.count > 3 ? arguments[3].split(separator: ",").map(String.init) : nil
    let seeds = first..<first + count
    let mind = try learned()
    var jobs: [@Sendable () -> (any Encodable & Sendable)?] = []
    switch arguments[0] {
    case "failures":
      let faults = FaultKind.allCases.filter { names?.contains($0.rawValue) ?? true }
      for seed in seeds {
        for fault in faults { jobs.append { Failure.run(fault, seed: seed, mind) } }
      }
    case "chains":
      let chains = FaultChain.allCases.filter { names?.contains($0.rawValue) ?? true }
      for seed in seeds { for chain in chains { jobs.append { Chain.run(chain, seed: seed, mind) } } }
    case "weeks":
      for seed in seeds { jobs.append { HealthyWeek.run(seed: seed, mind) } }
    case "corpus":
      for seed in seeds {
        for preset in MachineSpec.presets where names?.contains(preset) ?? true {
          jobs.append { Corpus(of: preset, seed: seed) }
        }
      }
    default: stop(usage)
    }
    await work(jobs)
  }

  /// Runs the jobs two at a time or as many as there are cores, and prints each result as it comes.
  private static func work(_ jobs: [@Sendable () -> (any Encodable & Sendable)?]) async {
    await withTaskGroup(of: String?.self) { group in
      var next = 0
      func add() {
        guard next < jobs.count else { return }
        let job = jobs[next]
        next += 1
        group.addTask {
          guard let result = job(), let data = try? JSONEncoder().encode(result) else { return nil }
          return String(decoding: data, as: UTF8.self)
        }
      }
      for _ in 0..<ProcessInfo.processInfo.activeProcessorCount { add() }
      for await line in group {
        if let line { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
        add()
      }
    }
  }

  /// What comes with the program; `MILLWRIGHT_RAW` asks for rules alone, `MILLWRIGHT_UNCALIBRATED` for bare scores.
  private static func learned() throws -> Mind {
    var mind = Mind()
    let environment = ProcessInfo.processInfo.environment
    let models = URL(filePath: #filePath).appending(path: "../../../models").standardized.path
    guard environment["MILLWRIGHT_RAW"] == nil else { return mind }
    mind.classifier = try PatternClassifier(
      model: ModelFile(path: models + "/classifier.int8.onnx"), observables: Pattern.names,
      width: Pattern.width)
    guard environment["MILLWRIGHT_UNCALIBRATED"] == nil,
      let data = FileManager.default.contents(atPath: models + "/faults/calibration.json")
    else { return mind }
    mind.calibration = try JSONDecoder().decode(Calibration.self, from: data)
    return mind
  }

  private static func stop(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(64)
  }
}
