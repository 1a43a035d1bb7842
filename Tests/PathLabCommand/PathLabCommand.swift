// SPDX-License-Identifier: Apache-2.0

import Foundation
import Machine
import PathLab
import Simulation

/// Runs the path's trials and prints one line of JSON each: `path-lab onset SEEDS` or `path-lab healthy DAYS`.
@main
struct PathLabCommand {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let number = Int(arguments[2]), number > 0 else {
      print("usage: path-lab onset SEEDS | path-lab healthy DAYS")
      exit(64)
    }
    let detector = try Trial.detector()
    switch arguments[1] {
    case "onset":
      let encoder = JSONEncoder()
      await withTaskGroup(of: [Trial.Result].self) { group in
        for seed in 1...UInt64(number) {
          group.addTask { Trial.faults.map { Trial.run($0, seed: seed, detector: detector) } }
        }
        for await results in group {
          for result in results {
            print(String(decoding: (try? encoder.encode(result)) ?? Data(), as: UTF8.self))
          }
        }
      }
    case "healthy":
      for (spec, kind) in [(MachineSpec.pump(), MachineKind.pump), (.fan(), .fan), (.motor(), .motor)] {
        let alarms = Trial.healthy(spec, kind: kind, days: Double(number), seed: 1, detector: detector)
        print(#"{"machine":"\#(spec.id)","days":\#(number),"alarms":\#(alarms.count)}"#)
        for alarm in alarms { FileHandle.standardError.write(Data("\(spec.id) \(alarm)\n".utf8)) }
      }
    default:
      print("usage: path-lab onset SEEDS | path-lab healthy DAYS")
      exit(64)
    }
  }
}
