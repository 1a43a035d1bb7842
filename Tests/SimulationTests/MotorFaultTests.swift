// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("A motor's faults sit on its field and its slip")
struct MotorFaultTests {
  @Test(
    "A stator pulls at twice the line frequency, in proportion, whatever the load", arguments: [0.3, 0.6, 1])
  func stator(severity: Double) {
    let level = [0.3, 1].map { load in
      let t = Trace.added("motor", .statorFault, severity, on: .driveEndVertical, load: load)
      return t.velocity(100) / severity
    }
    #expect((3.8...6.4).contains(level[1]))
    #expect(level[1] / level[0] < 1.15)
    let t = Trace.added("motor", .statorFault, severity, on: .driveEndVertical)
    #expect(t.order(1) < 0.05)
  }

  @Test("An inverter's motor pulls at twice what it is fed with")
  func fed() {
    let t = Trace.added("inverter-motor", .statorFault, on: .driveEndVertical, speed: 0.8)
    #expect(t.velocity(80) > 3.5)
    #expect(t.velocity(100) < 0.2)
  }

  @Test("An uneven air gap: sidebands of pole-pass frequency about twice the line, more under load")
  func gap() {
    let t = Trace.added("motor", .eccentricAirGap, 0.6, on: .driveEndVertical, load: 1)
    // Two poles, 2955 r/min at 50 Hz: slip 0.75 Hz, pole pass 1.5 Hz.
    #expect(abs(t.polePass - 1.5) < 0.1)
    for side in [-1.0, 1] {
      let sideband = t.velocity(100 + side * t.polePass) / t.velocity(100)
      #expect((0.3...0.75).contains(sideband))
    }
    let light = Trace.added("motor", .eccentricAirGap, 0.6, on: .driveEndVertical, load: 0.3)
    #expect(t.velocity(100) > 1.25 * light.velocity(100))
  }

  @Test("Broken bars: pole-pass sidebands about turning speed and its harmonics, gone at light load")
  func bars() {
    let t = Trace.added("motor", .brokenRotorBar, 0.6, load: 1)
    for order in [1.0, 2, 3] {
      for side in [-1.0, 1] {
        #expect(
          t.velocity(order * t.f + side * t.polePass) > 3 * t.velocity(order * t.f + side * 4.5 * t.polePass))
      }
    }
    let light = Trace.added("motor", .brokenRotorBar, 0.6, load: 0.3)
    #expect(
      light.velocity(light.f + light.polePass) < 0.2 * t.velocity(t.f + t.polePass))
    let sound = Trace.of("motor", load: 1)
    let bad = Trace.of("motor", .brokenRotorBar, 0.3, load: 1)
    #expect(bad.velocity(bad.f - bad.polePass) > 4 * sound.velocity(sound.f - sound.polePass))
  }

  @Test("Loose bars: their pass with sidebands of twice the line frequency, twice the pass above once")
  func loose() {
    let t = Trace.added("motor", .looseRotorBars, 1)
    for k in [1.0, 2] {
      for side in [-1.0, 0, 1] {
        let line = k * 28 * t.f + side * 100
        #expect(t.acceleration(line) > 0.3)
        #expect(t.acceleration(line) > 5 * t.acceleration(line + 40))
      }
    }
    let twice = t.acceleration(56 * t.f) / t.acceleration(28 * t.f)
    #expect(twice > 0.9)
  }

  @Test("A lost phase: twice the line, and sidebands a third of the line frequency aside; windings heat fast")
  func phase() {
    let t = Trace.added("motor", .phaseLoss, on: .driveEndVertical)
    #expect((3.8...7).contains(t.velocity(100)))
    for side in [-1.0, 1] {
      #expect((0.15...0.5).contains(t.velocity(100 + side * 50 / 3) / t.velocity(100)))
    }
    var machine = SimulatedMachine.steady("motor", FaultPlan(.phaseLoss, onset_s: 50_000, growth_s: 0))
    let before = machine.scalars(at: 49_900)[.windingTemperature]
    #expect(machine.scalars(at: 51_200)[.windingTemperature] > before + 25)
  }

  @Test("An inverter's carrier stands with its families of even and odd sidebands")
  func carrier() {
    let t = Trace.added("inverter-motor", .inverterInduced, speed: 0.9, rate: 25_600)
    let supply = 45.0
    for line in [3000 - 2 * supply, 3000 + 2 * supply, 6000 - supply, 6000 + supply] {
      #expect(t.acceleration(line) > 0.5)
      #expect(t.acceleration(line) > 10 * t.acceleration(line + 23))
    }
    #expect(t.velocity(6 * supply) > 0.4)
    // The sound drive has them too, twenty times lower.
    let sound = Trace.of("inverter-motor", speed: 0.9, rate: 25_600)
    #expect((0.01...0.12).contains(sound.acceleration(3000 - 2 * supply)))
  }
}
