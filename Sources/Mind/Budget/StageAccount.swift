// SPDX-License-Identifier: Apache-2.0

public import Clockwork
import Glibc
import Machine
import Synchronization

/// Stages of the path that CPU time is booked to; the raw value is their name in `millwright status`.
public enum Stage: String, CaseIterable, Sendable, Codable {
  case acquire, condition, features, infer, diagnose, alert, store, sync
}

/// Books the CPU time of each stage and turns it into estimated joules.
///
/// A stage is a synchronous call, so the CPU clock of the thread that runs it measures it and nothing else.
/// Calls may come from several threads at once; a call inside another would be booked to both.
/// ```swift
/// let account = StageAccount(clock: SystemClock())
/// let findings = account.measure(.diagnose) { diagnostician.diagnose(window) }
/// print(account.snapshot().stages)
/// ```
public final class StageAccount: Sendable {
  private struct Entry {
    var cpu_ns: Int64 = 0
    var calls = 0
  }
  private let entries = Mutex(Array(repeating: Entry(), count: Stage.allCases.count))
  private let clock: any Timekeeper
  private let model: EnergyModel
  private let startedAt: MonotonicTime
  private let startCPU_ns: Int64

  /// Starts the account: elapsed time and the CPU time of the process count from here.
  public init(clock: any Timekeeper, model: EnergyModel = .raspberryPi4) {
    self.clock = clock
    self.model = model
    startedAt = clock.monotonic()
    startCPU_ns = cpuTime(CLOCK_PROCESS_CPUTIME_ID)
  }

  /// Runs `work` on this thread and books its CPU time to a stage, also when it throws.
  public func measure<Value: ~Copyable, Failure: Error>(
    _ stage: Stage, _ work: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    let start = cpuTime(CLOCK_THREAD_CPUTIME_ID)
    defer { book(stage, cpuTime(CLOCK_THREAD_CPUTIME_ID) - start) }
    return try work()
  }

  private func book(_ stage: Stage, _ cpu_ns: Int64) {
    guard let index = Stage.allCases.firstIndex(of: stage) else { return }
    entries.withLock {
      $0[index].cpu_ns += cpu_ns
      $0[index].calls += 1
    }
  }

  /// What was used since the account was opened.
  public func snapshot() -> EnergySnapshot {
    let booked = entries.withLock { $0 }
    let stages = zip(Stage.allCases, booked).map { stage, entry in
      let cpu_s = Double(entry.cpu_ns) / 1e9
      return EnergySnapshot.Share(
        stage: stage.rawValue, cpu_s: cpu_s, calls: entry.calls, energy_J: model.joules(cpu_s: cpu_s))
    }
    let process_s = Double(cpuTime(CLOCK_PROCESS_CPUTIME_ID) - startCPU_ns) / 1e9
    return EnergySnapshot(
      elapsed_s: clock.monotonic().seconds(since: startedAt), process_cpu_s: process_s,
      process_energy_J: model.joules(cpu_s: process_s), stages: stages, model: model)
  }
}

/// CPU time and estimated energy since the start, for `millwright status`.
public struct EnergySnapshot: Sendable, Codable, Equatable {
  /// One stage's part.
  public struct Share: Sendable, Codable, Equatable {
    /// Name of the stage.
    public var stage: String
    /// CPU time, seconds.
    public var cpu_s: Double
    /// How often the stage ran.
    public var calls: Int
    /// Estimated energy beyond idling.
    public var energy_J: Double
  }
  /// Seconds since the account was opened.
  public var elapsed_s: Double
  /// CPU time of the whole process, stages included.
  public var process_cpu_s: Double
  /// Its estimated energy beyond idling.
  public var process_energy_J: Double
  /// In the order of the path.
  public var stages: [Share]
  /// The model behind every joule here.
  public var model: EnergyModel

  /// CPU time that no stage accounts for: waiting for devices, the runtime, commands.
  public var other_cpu_s: Double { max(0, process_cpu_s - stages.reduce(0) { $0 + $1.cpu_s }) }
  /// Mean power that the process adds to the idle board, watts; nil before any time has passed.
  public var meanPower_W: Double? { elapsed_s > 0 ? process_energy_J / elapsed_s : nil }
}

/// Reads one of the CPU clocks, nanoseconds.
private func cpuTime(_ clock: clockid_t) -> Int64 {
  var t = timespec()
  // SAFETY: writes one timespec that lives on this stack frame; the two clocks named above always exist.
  _ = unsafe clock_gettime(clock, &t)
  return Int64(t.tv_sec) * 1_000_000_000 + Int64(t.tv_nsec)
}
