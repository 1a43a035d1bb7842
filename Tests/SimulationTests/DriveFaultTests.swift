// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("Belts, sheaves, couplings, vanes, screws")
struct DriveFaultTests {
  @Test("A worn belt jerks at its own frequency, most at twice, along its plane")
  func belt() {
    let t = Trace.added("belt-fan", .beltWear)
    // pi D f / L.
    let own = Double.pi * 280 * t.f / 2500
    #expect(2 * own < t.f)
    #expect(t.velocity(2 * own) > 3)
    #expect(t.velocity(2 * own) > 2 * t.velocity(own))
    #expect(t.velocity(2 * own) > 1.5 * t.velocity(3 * own))
    let up = Trace.added("belt-fan", .beltWear, on: .driveEndVertical)
    #expect(up.velocity(2 * own) < 0.5 * t.velocity(2 * own))
  }

  @Test("A belt fan turns slower than its motor by the pulleys' ratio")
  func ratio() {
    let t = Trace.of("belt-fan", count: 1024)
    #expect(abs(t.f * 60 / (1500 * 200 / 280) - 1) < 0.025)
  }

  @Test(
    "A sheave out of round pulls along the belts, one out of line rocks along the shaft; both motors' and own speed"
  )
  func sheave() {
    var kinds = Set<Bool>()
    for seed in 1...8 as ClosedRange<UInt64> {
      let h = Trace.added("belt-fan", .sheaveFault, seed: seed)
      let a = Trace.added("belt-fan", .sheaveFault, on: .driveEndAxial, seed: seed)
      let (across, along) = (h.order(1), a.order(1))
      #expect(max(across, along) > 4.5)
      #expect(max(across, along) > 2 * min(across, along))
      #expect(max(h.velocity(h.f * 1.4), a.velocity(a.f * 1.4)) > 0.8)
      kinds.insert(across > along)
    }
    #expect(kinds.count == 2)
  }

  @Test("A worn coupling shows the first three orders and its jaws, never twice alike")
  func coupling() {
    let t = Trace.added("pump", .couplingWear)
    for order in [1.0, 2, 3, 4] { #expect((0.9...3.2).contains(t.order(order))) }
    var machine = SimulatedMachine.steady("pump", .standing(.couplingWear))
    let levels = (0..<16).map { i in
      let x = machine.listen(at: 50_000 + 600 * Double(i))
      return Measure.velocity(x, 3 * machine.shaftSpeed_rpm(at: 50_000 + 600 * Double(i)) / 60, rate: 12_800)
    }
    #expect((levels.max() ?? 0) > 1.2 * (levels.min() ?? 0))
    // Play knocks where there is little torque to close it.
    func knock(_ load: Double) -> Double { Measure.kurtosis(Trace.of("motor", .couplingWear, load: load).x) }
    #expect(knock(0.1) > knock(1))
  }

  @Test("Vane pass with its harmonics, with speed squared, worse off the design flow")
  func vanes() {
    let t = Trace.added("pump", .vanePass)
    #expect((3...6.5).contains(t.order(6)))
    #expect(t.order(12) > 1)
    #expect(t.order(18) > 0.4)
    #expect(t.order(5) < 0.25 * t.order(6))
    func level(_ load: Double) -> Double { Trace.added("fan", .vanePass, load: load).order(12) }
    #expect(level(0.4) > 1.2 * level(0.85))
  }

  @Test("Screw rotors that touch: lobe pass with harmonics and shaft sidebands, and noise")
  func screw() {
    let (sound, bad) = (Trace.of("screw-compressor"), Trace.of("screw-compressor", .screwRotorContact, 0.6))
    for k in [1.0, 2, 3, 4] {
      #expect(bad.order(4 * k) > 2 * sound.order(4 * k))
      for side in [-1.0, 1] { #expect(bad.order(4 * k + side) > 4 * sound.order(4 * k + side)) }
    }
    let band = { (t: Trace) in Measure.rms(t.x, rate: t.rate, from: 2000, to: 2300) }
    #expect(band(bad) > 1.5 * band(sound))
  }
}
