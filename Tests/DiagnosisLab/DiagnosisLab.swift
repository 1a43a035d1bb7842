// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Foundation
import PathLab
import Simulation

/// Simulated stories in front of the product's own path, one line of JSON each, for `scripts/bench diagnosis`.
///
/// ```
/// diagnosis-lab failures FIRST COUNT [MODE,...]     COUNT seeds of every mode, FIRST the first of them
/// diagnosis-lab chains FIRST COUNT [CHAIN,...]
/// diagnosis-lab weeks FIRST COUNT
/// diagnosis-lab explain MODE SEED                   what the path said on the way, with its evidence
/// ```
@main
struct DiagnosisLab {
  static let usage = "usage: diagnosis-lab failures|chains|weeks FIRST COUNT [NAME,...] | explain MODE SEED"

  static func main() async throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    guard arguments.count >= 3 else { stop(usage) }
    if arguments[0] == "explain" {
      guard let fault = FaultKind(rawValue: arguments[1]), let seed = UInt64(arguments[2]) else {
        stop(usage)
      }
      Failure.explain(fault, seed: seed)
      return
    }
    guard let first = UInt64(arguments[1]), let count = UInt64(arguments[2]), count > 0 else { stop(usage) }
    let names = arguments.count > 3 ? arguments[3].split(separator: ",").map(String.init) : nil
    let seeds = first..<first + count
    let calibration = try shippedCalibration()
    var jobs: [@Sendable () -> (any Encodable & Sendable)?] = []
    switch arguments[0] {
    case "failures":
      let faults = FaultKind.allCases.filter { names?.contains($0.rawValue) ?? true }
      for seed in seeds {
        for fault in faults { jobs.append { Failure.run(fault, seed: seed, calibration: calibration) } }
      }
    case "chains":
      let chains = FaultChain.allCases.filter { names?.contains($0.rawValue) ?? true }
      for seed in seeds { for chain in chains { jobs.append { Chain.run(chain, seed: seed) } } }
    case "weeks":
      for seed in seeds { jobs.append { HealthyWeek.run(seed: seed) } }
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

  /// The calibration that comes with the program; `MILLWRIGHT_RAW` asks for bare scores, to fit a new one.
  private static func shippedCalibration() throws -> Calibration {
    let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    let file = root.appending(path: "models/faults/calibration.json").path
    guard ProcessInfo.processInfo.environment["MILLWRIGHT_RAW"] == nil,
      let data = FileManager.default.contents(atPath: file)
    else { return .identity }
    return try JSONDecoder().decode(Calibration.self, from: data)
  }

  private static func stop(_ text: String) -> Never {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(64)
  }
}
