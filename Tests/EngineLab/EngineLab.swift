// SPDX-License-Identifier: Apache-2.0

import Engine
import Foundation

/// The engine as a bare process, for the tests against ONNX Runtime and for benchmarks.
///
/// ```
/// engine-lab run   [--form FORM]                                folders of test cases from stdin: writes got_N.pb
/// engine-lab time  MODEL SECONDS [--form FORM] [--cold KIB] [--batch N]    one line of JSON
/// engine-lab serve [--form FORM]                                commands from stdin, for interleaved rounds
/// engine-lab memory MODEL...                                    what several models in one process keep resident
/// ```
/// The commands of `serve`, each answered by one line of JSON, are `load NAME PATH` and `run NAME COUNT [COLD_KIB]`.
@main struct EngineLab {
  static func main() {
    var words = Array(CommandLine.arguments.dropFirst())
    var options: [String: String] = [:]
    while let at = words.firstIndex(where: { $0.hasPrefix("--") }), at + 1 < words.count {
      options[words[at]] = words[at + 1]
      words.removeSubrange(at...at + 1)
    }
    let form = KernelForm(rawValue: options["--form"] ?? KernelForm.best.rawValue)
    guard let form, form.isAvailable else {
      return fail("this processor does not run \(options["--form"] ?? "")")
    }
    do {
      switch words.first {
      case "run": run(form)
      case "time" where words.count == 3:
        let cold = Int(options["--cold"] ?? "0") ?? 0
        try time(
          words[1], Double(words[2]) ?? 1, form, cold: cold, batch: Int(options["--batch"] ?? "1") ?? 1)
      case "serve": serve(form)
      case "memory": try memory(Array(words.dropFirst()), form)
      default: fail("usage: engine-lab run | time MODEL SECONDS | serve | memory MODEL...")
      }
    } catch {
      fail("\(error)")
    }
  }

  private static func fail(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
    exit(64)
  }

  /// Runs each folder that stdin names.
  private static func run(_ form: KernelForm) {
    while let path = readLine() {
      let folder = URL(fileURLWithPath: path)
      do {
        let result = try TestCase(folder: folder).run(kernels: form)
        for (index, output) in result.outputs.enumerated() {
          try Data(output.bytes).write(to: folder.appending(path: "got_\(index).pb"))
        }
        say("ok \(path)")
      } catch {
        say("error \(path): \("\(error)".replacing("\n", with: " "))")
      }
    }
  }

  /// Times one model for a while.
  private static func time(_ path: String, _ seconds: Double, _ form: KernelForm, cold: Int, batch: Int)
    throws
  {
    let atStart = status("VmRSS:")
    var trial = try Trial(
      onnx: [UInt8](Data(contentsOf: URL(fileURLWithPath: path))), batch: batch, kernels: form)
    let loaded = status("VmRSS:")
    trial.warmUp()
    let peak = status("VmHWM:")
    var times = [UInt64](repeating: 0, count: 4_000_000)
    var walked = [UInt8](repeating: 1, count: cold << 10)
    let cpu = now(CLOCK_PROCESS_CPUTIME_ID)
    let (count, allocations) = trial.times(into: &times, cold: &walked) { _, spent in
      Double(spent) > seconds * 1e9
    }
    let cpuTime = Double(now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / Double(count)
    times.removeSubrange(count...)
    times.sort()
    let at = { (share: Double) in Double(times[Int(Double(count - 1) * share)]) / 1e3 }
    say(
      "{\"n\":\(count),\"med_us\":\(at(0.5)),\"p10_us\":\(at(0.1)),\"p99_us\":\(at(0.99)),\"min_us\":\(at(0)),"
        + "\"cpu_us\":\(cpuTime / 1e3),\"load_ms\":\(trial.loadMilliseconds),\"rss0_kb\":\(atStart),"
        + "\"rss_load_kb\":\(loaded),\"hwm_kb\":\(peak),\"allocations\":\(allocations),"
        + "\"arena_bytes\":\(trial.network.arenaBytes),\"constant_bytes\":\(trial.network.constantBytes),"
        + "\"form\":\"\(form.rawValue)\",\"out0\":\(trial.output[0])}")
  }

  /// Loads the models beside each other, with one scratch, and runs each once.
  private static func memory(_ paths: [String], _ form: KernelForm) throws {
    let atStart = status("VmRSS:")
    let networks = try paths.map { try Network(path: $0, kernels: form) }
    var scratch = Scratch(for: networks)
    for network in networks {
      let inputs = network.inputs.map {
        Tensor(type: $0.type, shape: $0.shape, bytes: Array(repeating: 0, count: $0.count * $0.type.size))
      }
      _ = try network.run(inputs, scratch: &scratch)
    }
    let constants = networks.map(\.constantBytes).reduce(0, +)
    say(
      "{\"rss0_kb\":\(atStart),\"rss_kb\":\(status("VmRSS:")),\"constant_bytes\":\(constants),"
        + "\"scratch_bytes\":\(scratch.bytes)}")
  }

  /// Obeys stdin until it ends.
  private static func serve(_ form: KernelForm) {
    var trials: [String: Trial] = [:]
    var times = [UInt64](repeating: 0, count: 1_000_000)
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      switch (words.first, words.count) {
      case ("load", 3):
        do {
          let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: words[2])))
          let trial = try Trial(onnx: bytes, batch: 1, kernels: form)
          let macs = try Inspection(path: words[2], kernels: form).macs
          trials[words[1]] = trial
          say(
            "{\"load_ms\":\(trial.loadMilliseconds),\"macs\":\(macs),\"arena_bytes\":\(trial.network.arenaBytes),"
              + "\"constant_bytes\":\(trial.network.constantBytes),\"rss_kb\":\(status("VmRSS:"))}")
        } catch {
          say("{\"error\":\"\("\(error)".replacing("\"", with: "'"))\"}")
        }
      case ("run", 3...4):
        guard var trial = trials.removeValue(forKey: words[1]), let runs = Int(words[2]) else {
          say("{\"error\":\"no model \(words[1])\"}")
          continue
        }
        var walked = [UInt8](repeating: 1, count: (words.count > 3 ? Int(words[3]) ?? 0 : 0) << 10)
        let (count, allocations) = trial.times(into: &times, cold: &walked) { count, _ in count >= runs }
        let sorted = times[..<count].sorted()
        trials[words[1]] = trial
        say(
          "{\"med_ns\":\(sorted[count / 2]),\"min_ns\":\(sorted[0]),\"allocations\":\(allocations),"
            + "\"rss_kb\":\(status("VmRSS:"))}")
      default: say("{\"error\":\"load NAME PATH or run NAME COUNT [COLD_KIB]\"}")
      }
    }
  }

  /// A line on stdout, at once: somebody waits for it.
  private static func say(_ line: String) {
    print(line)
    fflush(nil)
  }

  /// A line of /proc/self/status, in kilobytes.
  private static func status(_ key: String) -> Int {
    let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) } ?? ""
    return Int(line.filter(\.isNumber)) ?? 0
  }
}
