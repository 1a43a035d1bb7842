// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("A rotor's faults show as mechanics says")
struct RotorFaultTests {
  @Test(
    "Main lines have their level in the direction they belong to",
    arguments: [
      (FaultKind.unbalance, "fan", Channel.driveEndHorizontal, 1.0, 5.5...8.5),
      (.unbalance, "fan", .driveEndHorizontal, 2, 0...0.02),
      (.unbalance, "fan", .driveEndAxial, 1, 0.5...1.3),
      (.overhungUnbalance, "fan", .driveEndAxial, 1, 2.8...5.5),
      (.overhungUnbalance, "fan", .driveEndHorizontal, 1, 4.5...6.8),
      (.parallelMisalignment, "pump", .driveEndHorizontal, 2, 3...6.5),
      (.parallelMisalignment, "pump", .driveEndAxial, 2, 0.8...2.2),
      (.angularMisalignment, "pump", .driveEndAxial, 1, 3.3...5.6),
      (.angularMisalignment, "pump", .driveEndAxial, 2, 2.2...5),
      (.angularMisalignment, "pump", .driveEndHorizontal, 1, 0.9...2.2),
      (.bentShaft, "motor", .driveEndAxial, 1, 4.5...6.7),
      (.bentShaft, "motor", .driveEndHorizontal, 1, 1.6...3.2),
      (.structuralLooseness, "motor", .driveEndVertical, 1, 5...8.6),
      (.structuralLooseness, "motor", .driveEndHorizontal, 1, 1.2...3.3),
      (.foundationDecay, "fan", .nonDriveEndHorizontal, 1, 3.8...6.5),
      (.foundationDecay, "fan", .driveEndAxial, 1, 2.4...4.2),
      (.softFoot, "motor", .driveEndVertical, 1, 2...3.4),
      (.softFoot, "motor", .driveEndVertical, 2, 1.3...2.6),
    ] as [(FaultKind, String, Channel, Double, ClosedRange<Double>)])
  func lines(fault: FaultKind, preset: String, channel: Channel, order: Double, level: ClosedRange<Double>) {
    for seed in [7, 8, 9] as [UInt64] {
      #expect(level.contains(Trace.added(preset, fault, on: channel, seed: seed).order(order)))
    }
  }

  @Test(
    "Twice the severity adds twice the line",
    arguments: [
      (FaultKind.unbalance, "fan", 1.0), (.overhungUnbalance, "pump", 1), (.parallelMisalignment, "pump", 2),
      (.angularMisalignment, "motor", 1), (.bentShaft, "gearbox", 1), (.softFoot, "fan", 2),
      (.structuralLooseness, "pump", 1), (.foundationDecay, "compressor", 1), (.sheaveFault, "belt-fan", 1),
    ])
  func growth(fault: FaultKind, preset: String, order: Double) {
    func level(_ severity: Double) -> Double { Trace.added(preset, fault, severity).order(order) }
    #expect(abs(level(0.5) / level(0.25) - 2) < 0.04)
    #expect(abs(level(1) / level(0.5) - 2) < 0.04)
  }

  @Test(
    "Forces of mass grow with speed squared, those of strain with speed",
    arguments: [
      (FaultKind.unbalance, "fan", 2.0), (.overhungUnbalance, "fan", 2), (.structuralLooseness, "fan", 2),
      (.bentShaft, "fan", 1),
    ])
  func speed(fault: FaultKind, preset: String, exponent: Double) {
    let full = Trace.added(preset, fault).order(1)
    let half = Trace.added(preset, fault, speed: 0.5).order(1)
    // The structure answers within 12 % alike at both speeds.
    #expect(abs(log2(full / half) - exponent) < 0.35)
  }

  @Test("Unbalance turns: vertical lags horizontal by a quarter turn; looseness swings in one plane")
  func direction() {
    for seed in [1, 2, 3] as [UInt64] {
      func lag(_ fault: FaultKind) -> Double {
        let h = Trace.added("motor", fault, seed: seed)
        let v = Trace.added("motor", fault, on: .driveEndVertical, seed: seed)
        return apart(h.phase(h.f), v.phase(v.f))
      }
      #expect(abs(lag(.unbalance) - 0.25) < 0.07)
      #expect(lag(.structuralLooseness) < 0.07)
    }
  }

  @Test(
    "Half a turn lies across a misaligned coupling, and between the ends of a bent shaft",
    arguments: [
      (FaultKind.parallelMisalignment, Channel.driveEndHorizontal, Channel.coupledEndHorizontal, 2.0),
      (.angularMisalignment, .driveEndAxial, .coupledEndAxial, 1),
      (.bentShaft, .driveEndAxial, .nonDriveEndAxial, 1),
    ])
  func phases(fault: FaultKind, here: Channel, there: Channel, order: Double) {
    for seed in [1, 2, 3] as [UInt64] {
      let a = Trace.added("pump", fault, on: here, seed: seed)
      let b = Trace.added("pump", fault, on: there, seed: seed)
      #expect(apart(a.phase(order * a.f), b.phase(order * b.f)) > 0.43)
    }
  }

  @Test("Overhung unbalance rocks both housings together along the shaft")
  func overhung() {
    let a = Trace.added("fan", .overhungUnbalance, on: .driveEndAxial)
    let b = Trace.added("fan", .overhungUnbalance, on: .nonDriveEndAxial)
    #expect(apart(a.phase(a.f), b.phase(b.f)) < 0.07)
  }

  @Test(
    "A misaligned coupling is strained by torque",
    arguments: [FaultKind.parallelMisalignment, .angularMisalignment])
  func load(fault: FaultKind) {
    let light = Trace.added("motor", fault, load: 0.3).order(2)
    let heavy = Trace.added("motor", fault, load: 1).order(2)
    #expect((1.2...1.6).contains(heavy / light))
  }

  @Test("A soft foot pulls at the air gap: twice the line frequency, whatever the speed")
  func softFoot() {
    let level = [0.7, 1].map { speed in
      let trace = Trace.added("inverter-motor", .softFoot, on: .driveEndVertical, speed: speed)
      return trace.velocity(trace.twiceLine)
    }
    #expect(level.allSatisfy { (1.8...3.5).contains($0) })
  }

  @Test(
    "A resonance answers as one mode does, in one direction, by the distance of speed to it",
    arguments: [0.6, 0.8, 0.9, 1.0])
  func resonance(speed: Double) {
    // 1 + 0.6 r^2 / (1 - r^2 + 2 i 0.035 r), natural frequency 30 % (1 - severity) above rated speed.
    func gain(_ severity: Double, _ f: Double, _ spec: MachineSpec) -> Double {
      let r = f / (spec.ratedSpeed_rpm / 60 * (1 + 0.3 * (1 - severity)))
      let (a, b) = (1 - r * r, 0.07 * r)
      let size = 0.6 * r * r / (a * a + b * b)
      return ((1 + size * a) * (1 + size * a) + size * b * size * b).squareRoot()
    }
    for severity in [0.3, 0.6, 1] {
      let sound = Trace.of("motor", on: .driveEndVertical, speed: speed)
      let bad = Trace.of("motor", .resonance, severity, place: "DE-V", on: .driveEndVertical, speed: speed)
      #expect(abs(bad.order(1) / sound.order(1) / gain(severity, bad.f, bad.spec) - 1) < 0.05)
      let other = Trace.of("motor", .resonance, severity, place: "DE-V", speed: speed)
      #expect(abs(other.order(1) / Trace.of("motor", speed: speed).order(1) - 1) < 0.01)
    }
    #expect((3...10).contains(gain(1, 49.2, Trace.of("motor", count: 64).spec)))
  }

  @Test("Rotating looseness shows many harmonics, half orders, and a one-sided waveform")
  func looseness() {
    let bad = Trace.of("pump", .rotatingLooseness, on: .driveEndVertical)
    let sound = Trace.of("pump", on: .driveEndVertical)
    for order in [0.5, 1.5, 2.5, 3, 4, 7, 8, 9] { #expect(bad.order(order) > 4 * sound.order(order)) }
    #expect((bad.x.max() ?? 0) < -(bad.x.min() ?? 0))
  }

  @Test(
    "A rub shows the families of a half and a third of shaft speed, cut waveforms and noise, and comes and goes"
  )
  func rub() {
    let bad = Trace.of("compressor", .rub, 0.8)
    let sound = Trace.of("compressor")
    for order in [0.5, 1.5, 1.0 / 3, 2.0 / 3, 4] { #expect(bad.order(order) > 4 * sound.order(order)) }
    #expect(
      Measure.rms(bad.x, rate: bad.rate, from: 1000, to: 1100) > 1.5
        * Measure.rms(sound.x, rate: bad.rate, from: 1000, to: 1100))
    var machine = SimulatedMachine.steady("compressor", .standing(.rub, 0.4))
    let levels = (0..<20).map { i in
      let x = machine.listen(at: 50_000 + 60 * Double(i))
      return Measure.velocity(x, 0.5 * machine.shaftSpeed_rpm(at: 50_000 + 60 * Double(i)) / 60, rate: 12_800)
    }
    #expect((levels.max() ?? 0) > 2 * (levels.min() ?? 0))
  }

  @Test("Oil whirls at 0.42 to 0.48 of shaft speed, more at light load; whip stays where it is")
  func whirl() {
    for seed in [1, 2, 3, 4] as [UInt64] {
      func place(_ severity: Double, speed: Double = 1) -> (ratio: Double, level: Double, f: Double) {
        let trace = Trace.added("sleeve-motor", .oilWhirl, severity, speed: speed, seed: seed)
        let peak = Measure.peak(trace.x, near: 0.45 * trace.f, share: 0.2, rate: trace.rate)
        return (peak.frequency_Hz / trace.f, trace.velocity(peak.frequency_Hz), peak.frequency_Hz)
      }
      let whirl = place(0.6)
      #expect((0.42...0.48).contains(whirl.ratio))
      #expect((2...5).contains(whirl.level))
      #expect(abs(place(0.6, speed: 0.92).ratio / whirl.ratio - 1) < 0.02)
      #expect(abs(place(1, speed: 0.92).f / place(1).f - 1) < 0.01)
    }
    func level(_ load: Double) -> Double {
      Measure.velocity(
        Trace.added("compressor", .oilWhirl, 0.6, load: load).x, rate: 12_800, from: 15, to: 30)
    }
    #expect(level(0.4) > 1.15 * level(1))
  }
}
