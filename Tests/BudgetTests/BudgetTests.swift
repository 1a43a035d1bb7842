// SPDX-License-Identifier: Apache-2.0

import Budget
import Clockwork
import Glibc
import Testing

@Suite("Energy account")
struct BudgetTests {
  /// Burns CPU until this thread has used `seconds` more.
  private func burn(_ seconds: Double) {
    func used() -> Double {
      var t = timespec()
      // SAFETY: writes one timespec on this stack frame; the clock always exists.
      _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t)
      return Double(t.tv_sec) + Double(t.tv_nsec) / 1e9
    }
    let end = used() + seconds
    while used() < end {}
  }

  @Test("The default model is what its source says")
  func defaults() {
    let model = EnergyModel.raspberryPi4
    #expect(model.idle_W == 2.1)
    #expect(abs(model.idle_W + 4 * model.activePerCore_W - 5.4) < 1e-12)
    #expect(model.source.contains("Raspberry Pi 4"))
    #expect(abs(model.joules(cpu_s: 4) - 3.3) < 1e-12)
  }

  @Test("CPU time is booked to its stage; sleeping costs nothing")
  func stages() throws {
    let clock = ManualClock()
    let account = StageAccount(
      clock: clock, model: EnergyModel(idle_W: 1, activePerCore_W: 2, source: "site"))
    let answer = account.measure(.features) { () -> Int in
      burn(0.03)
      return 42
    }
    account.measure(.store) { _ = usleep(30_000) }
    clock.advance(seconds: 10)
    let snapshot = account.snapshot()
    let features = try #require(snapshot.stages.first { $0.stage == "features" })
    let store = try #require(snapshot.stages.first { $0.stage == "store" })
    #expect(answer == 42 && features.calls == 1 && store.calls == 1)
    #expect((0.03..<0.05).contains(features.cpu_s))
    #expect(store.cpu_s < 0.005)
    #expect(abs(features.energy_J - 2 * features.cpu_s) < 1e-12)
    #expect(snapshot.elapsed_s == 10 && snapshot.process_cpu_s >= features.cpu_s)
    #expect(abs((snapshot.meanPower_W ?? 0) - snapshot.process_energy_J / 10) < 1e-12)
    #expect(snapshot.other_cpu_s <= snapshot.process_cpu_s - features.cpu_s)
  }

  private struct Refusal: Error, Equatable {}

  @Test("A stage that throws is booked all the same, and calls from many threads add up")
  func throwsAndThreads() async {
    let account = StageAccount(clock: ManualClock())
    #expect(throws: Refusal.self) {
      try account.measure(.diagnose) {
        burn(0.01)
        throw Refusal()
      }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 { group.addTask { account.measure(.diagnose) { burn(0.01) } } }
    }
    let diagnose = account.snapshot().stages.first { $0.stage == "diagnose" }
    #expect(diagnose?.calls == 5 && (diagnose?.cpu_s ?? 0) >= 0.05)
  }
}
