// SPDX-License-Identifier: Apache-2.0

import Foundation
import Simulation
import Testing

@Suite("A gear's faults gather about its mesh")
struct GearFaultTests {
  private let sound = Trace.of("gearbox")
  private func bad(_ fault: FaultKind, _ severity: Double = 0.6, place: String? = nil, load: Double = 0.9)
    -> Trace
  {
    .of("gearbox", fault, severity, place: place, load: load)
  }
  /// RMS acceleration of mesh harmonic `k`, `side` turns of `order` aside.
  private func mesh(_ t: Trace, _ k: Int, _ side: Double = 0, of order: Double = 1) -> Double {
    t.acceleration((Double(23 * k) + side * order) * t.f)
  }
  private let wheel = 23.0 / 81

  @Test("Wear lifts the mesh's harmonics more than the mesh itself, with even sidebands")
  func wear() {
    for severity in [0.3, 0.6, 1] {
      let t = bad(.gearWear, severity)
      #expect(mesh(t, 2) / mesh(sound, 2) > 1.3 * mesh(t, 1) / mesh(sound, 1))
      #expect(mesh(t, 2, 1) > 2 * mesh(sound, 2, 1))
    }
    let t = bad(.gearWear)
    #expect((0.4...2.5).contains(mesh(t, 2, 1) / mesh(t, 2, -1)))
  }

  @Test(
    "A cracked tooth strikes once a turn of its own shaft, with sidebands far out",
    arguments: ["pinion", "wheel"])
  func crack(place: String) {
    let t = bad(.gearToothCrack, place: place)
    let shaft = place == "wheel" ? wheel : 1
    #expect(Measure.kurtosis(t.x) > Measure.kurtosis(sound.x) + 1)
    let e = Measure.envelope(t.x)
    let beat = Measure.amplitude(e, shaft * t.f, rate: t.rate / 4)
    #expect(beat > 5 * Measure.amplitude(e, 1.5 * shaft * t.f, rate: t.rate / 4))
    for side in [-6.0, -5, -4, 4, 5, 6] {
      #expect(mesh(t, 1, side, of: shaft) > 2.5 * mesh(sound, 1, side, of: shaft))
    }
  }

  @Test("An eccentric gear has strong first sidebands and once per turn")
  func eccentric() {
    let t = bad(.gearEccentricity)
    for side in [-1.0, 1] {
      #expect(mesh(t, 1, side) > 3 * mesh(sound, 1, side))
      #expect(mesh(t, 1, side) > 2 * mesh(t, 1, 3 * side))
    }
    #expect((1...2).contains(Trace.added("gearbox", .gearEccentricity, 0.6).order(1)))
  }

  @Test("Misaligned teeth: twice and three times the mesh above the mesh itself")
  func misaligned() {
    let t = bad(.gearMisalignment, 1)
    #expect(mesh(t, 2) > 1.5 * mesh(t, 1))
    #expect(mesh(t, 3) > mesh(t, 1))
    #expect(mesh(t, 2, 2) > 2 * mesh(sound, 2, 2))
  }

  @Test("Two bad teeth meet once in 81 turns of a pinion of 23 teeth: every 3.3 s")
  func hunting() {
    // One common factor only: gcd(23, 81) = 1, so once in 81 pinion turns.
    #expect(abs((sound.spec.gear?.huntingTooth ?? 0) - 1.0 / 81) < 1e-12)
    let rate = 12_800.0
    var machine = SimulatedMachine.steady("gearbox", .standing(.gearHuntingTooth, 0.8))
    let x = machine.listen(count: Int(20 * rate))
    let period = 81 / (machine.shaftSpeed_rpm(at: 50_000) / 60)
    let loud = 0.5 * (x.map(abs).max() ?? 0)
    let knocks = x.indices.filter { abs(x[$0]) > loud }.map { Double($0) / rate }
    let bursts = knocks.reduce(into: [Double]()) { if $1 - ($0.last ?? -1) > 1 { $0.append($1) } }
    #expect(bursts.count >= 5)
    for (a, b) in zip(bursts, bursts.dropFirst()) { #expect(abs((b - a) / period - 1) < 0.05) }
  }

  @Test("Teeth are heard by the load they carry", arguments: [FaultKind.gearWear, .gearMisalignment])
  func load(fault: FaultKind) {
    func level(_ load: Double) -> Double {
      let t = Trace.added("gearbox", fault, 0.6, load: load)
      return t.acceleration(46 * t.f)
    }
    #expect((1.6...2.4).contains(level(1) / level(0.3)))
  }
}
