// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("From first damage to the end, and the grease")
struct BearingStageTests {
  private static func crest(_ x: [Float]) -> Double {
    Double(x.reduce(0) { max($0, abs($1)) }) / Measure.rms(x)
  }

  /// RMS from 1 kHz to the end of a 25.6 kHz record's band.
  private func high(_ trace: Trace) -> Double {
    Measure.rms(trace.x, rate: trace.rate, from: 1000, to: 10_000)
  }

  private func listen(_ preset: String = "motor", _ fault: FaultKind? = nil, _ severity: Double = 1) -> Trace
  {
    .of(preset, fault, severity, rate: 25_600, count: 16_384)
  }

  @Test(
    "Early damage rings at kilohertz and in the envelope; velocity does not know it",
    arguments: [0.3, 0.6, 1])
  func early(severity: Double) {
    let (sound, bad) = (listen(), listen("motor", .bearingEarlyDamage, severity))
    #expect(abs(bad.velocity / sound.velocity - 1) < 0.05)
    #expect(Measure.kurtosis(Measure.envelope(bad.x)) > 1.5 * Measure.kurtosis(Measure.envelope(sound.x)))
    let theory = [bad.spec.driveEnd.outerRace(), bad.spec.driveEnd.innerRace()].map { $0 * bad.f }
    func prominence(_ trace: Trace) -> Double {
      let e = Measure.envelope(trace.x)
      let around = stride(from: 60.3, to: 600, by: 4.9).map { Measure.amplitude(e, $0, rate: 6400) }.sorted()
      return theory.map { Measure.peak(e, near: $0, share: 0.012, rate: 6400).amplitude }.reduce(0, max)
        / around[around.count / 2]
    }
    #expect(prominence(bad) > 2 * prominence(sound))
  }

  @Test("In the last stage the level rises while crest factor and kurtosis fall, and it is hot")
  func late() {
    let stages = [0.3, 0.6, 1].map { listen("motor", .bearingLateStage, $0) }
    let spall = listen("motor", .bearingOuterRace, 0.6)
    let levels = stages.map { Measure.rms($0.x) }
    let kurtosis = stages.map { Measure.kurtosis($0.x) }
    #expect(levels == levels.sorted())
    #expect(levels[2] > 4 * Measure.rms(listen().x))
    #expect(kurtosis == kurtosis.sorted(by: >))
    #expect(kurtosis[2] < 3.6)
    #expect(Self.crest(stages[2].x) < 0.7 * Self.crest(spall.x))
    func warmth(_ faults: FaultPlan...) -> Double {
      var machine = SimulatedMachine.steady("motor")
      machine.faults = faults
      return machine.scalars(at: 50_000)[.bearingTemperature]
    }
    #expect(warmth(.standing(.bearingLateStage)) > warmth() + 25)
  }

  @Test("In the last stage no line of the bearing stands out of the envelope any more")
  func merged() {
    func prominence(_ fault: FaultKind, _ severity: Double) -> Double {
      let bad = Trace.of("motor", fault, severity)
      let e = Measure.envelope(bad.x)
      let line = Measure.peak(
        e, near: bad.spec.driveEnd.outerRace(slip: 0.005) * bad.f, share: 0.008, rate: 3200)
      let around = stride(from: 60.3, to: 600, by: 3.7).map { Measure.amplitude(e, $0, rate: 3200) }.sorted()
      return line.amplitude / around[around.count / 2]
    }
    #expect(prominence(.bearingLateStage, 1) < 0.25 * prominence(.bearingOuterRace, 0.5))
  }

  @Test("A dry bearing hisses from 1 kHz on without a line, and is quiet again after grease")
  func dry() {
    var last = high(listen())
    for severity in [0.3, 0.6, 1] {
      let bad = listen("motor", .underLubrication, severity)
      #expect(high(bad) > 1.2 * last)
      #expect(Measure.kurtosis(bad.x) < 3.3)
      #expect(abs(bad.velocity / listen().velocity - 1) < 0.15)
      last = high(bad)
    }
    var machine = SimulatedMachine.steady("motor")
    machine.faults = [FaultPlan(.underLubrication, onset_s: 0, growth_s: 40_000, end_s: 50_000)]
    let before = Measure.rms(machine.listen(at: 49_900))
    #expect(Measure.rms(machine.listen(at: 50_100)) < 0.6 * before)
  }

  @Test("Too much grease heats the bearing for hours and quietens it")
  func churned() {
    #expect(high(listen("motor", .overGreasing)) < 0.92 * high(listen()))
    var machine = SimulatedMachine.steady("motor")
    var twin = machine
    machine.faults = [FaultPlan(.overGreasing, onset_s: 100_000, growth_s: 0)]
    let excess = [99_000.0, 104_000, 360_000].map {
      machine.scalars(at: $0)[.bearingTemperature] - twin.scalars(at: $0)[.bearingTemperature]
    }
    #expect(abs(excess[0]) < 0.5)
    #expect(excess[1] > 12)
    #expect(excess[2] < 0.4 * excess[1])
  }

  @Test("Fluting: a comb of the outer race's line between 2 and 4 kHz, only behind an inverter")
  func fluting() {
    let bad = Trace.of("inverter-motor", .bearingFluting, 0.6)
    // The slip of this machine's cage, from the strongest line of the comb.
    let theory = bad.spec.driveEnd.outerRace() * bad.f
    func comb(_ trace: Trace, _ spacing: Double) -> Double {
      (25...40).map { trace.acceleration(Double($0) * spacing) }.reduce(0, +)
    }
    let spacings = (0...80).map { theory * (1 - 0.0001 * Double($0)) }
    let best = spacings.max { comb(bad, $0) < comb(bad, $1) } ?? theory
    #expect((0.992...0.998).contains(best / theory))
    #expect(comb(bad, best) > 4 * comb(bad, best * 1.013))
    #expect(comb(bad, best) > 8 * comb(Trace.of("inverter-motor"), best))
    #expect(!MachineSpec.motor().canSuffer(.bearingFluting))
  }

  @Test("False brinelling has both races' lines at once, and does not grow while the machine runs")
  func brinelling() {
    let bad = Trace.added("motor", .falseBrinelling, 0.6)
    for order in [bad.spec.driveEnd.outerRace(), bad.spec.driveEnd.innerRace()] {
      for k in [1.0, 2, 3] {
        let line = Measure.peak(bad.x, near: k * order * bad.f, share: 0.009, rate: bad.rate)
        let beside = Measure.amplitude(bad.x, k * order * bad.f * 1.04, rate: bad.rate)
        #expect(line.amplitude > 3 * beside)
      }
    }
    // Stopped every second day at 12:30 for 25 min; the fault is first heard after the next start.
    var machine = SimulatedMachine(.pump(), seed: 7)
    machine.faults = [FaultPlan(.falseBrinelling, onset_s: 2 * 86_400, growth_s: 3600)]
    var sound = SimulatedMachine(.pump(), seed: 7)
    let noon = 2 * 86_400 + 12.5 * 3600.0
    #expect(machine.listen(at: noon - 600) == sound.listen(at: noon - 600))
    let (a, b) = (noon + 3600, noon + 86_400)
    #expect(Measure.rms(machine.listen(at: a)) > 1.2 * Measure.rms(sound.listen(at: a)))
    #expect(Measure.rms(machine.listen(at: b)) > 1.2 * Measure.rms(sound.listen(at: b)))
  }
}
