// SPDX-License-Identifier: Apache-2.0

import Simulation
import Testing

@Suite("The same seed gives the same machine")
struct DeterminismTests {
  @Test("bit for bit, whatever was asked before")
  func repeats() {
    var a = SimulatedMachine(.pump(), seed: 42)
    var b = SimulatedMachine(.pump(), seed: 42)
    _ = b.listen(.driveEndAxial, at: 1000)
    _ = b.scalars(at: 900)
    #expect(a.listen(at: 5000) == b.listen(at: 5000))
    for t in stride(from: 6000.0, to: 9000, by: 60) {
      let x = a.scalars(at: t)
      if t == 6000 { _ = b.listen(at: t) }
      let y = b.scalars(at: t)
      for scalar in a.spec.instruments {
        if scalar.rawValue.hasSuffix("-temperature") || scalar == .oilPressure {
          // Temperatures are carried along; 6000 s after the start their history no longer matters much.
          #expect(abs(x[scalar] - y[scalar]) < 0.5)
        } else {
          #expect(x[scalar] == y[scalar])
        }
      }
    }
  }

  @Test("and another seed, machine, channel or moment gives other noise")
  func differs() {
    var base = SimulatedMachine(.pump(), seed: 42)
    var otherSeed = SimulatedMachine(.pump(), seed: 43)
    var otherName = SimulatedMachine(.pump("P-102"), seed: 42)
    let x = base.listen(at: 5000)
    #expect(x != otherSeed.listen(at: 5000))
    #expect(x != otherName.listen(at: 5000))
    #expect(x != base.listen(.driveEndVertical, at: 5000))
    #expect(x != base.listen(at: 5001))
  }

  @Test("Thirty days at a capture every ten minutes take seconds, not minutes")
  func fast() {
    var pump = SimulatedMachine(.pump(), seed: 1)
    let clock = ContinuousClock()
    let time = clock.measure {
      for i in 0..<4320 {
        _ = pump.listen(at: Double(i) * 600)
        _ = pump.scalars(at: Double(i) * 600)
      }
    }
    #expect(time < .seconds(30))
  }
}
