// SPDX-License-Identifier: Apache-2.0

import Diagnose
import Machine
import Testing

/// xorshift64*, so that a failing case comes back.
struct Seeded: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }
  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

@Suite("Properties of every verdict")
struct PropertyTests {
  /// A machine in any state of health: every value is somewhere between a third and four times its healthy one.
  private func anyone(_ dice: inout Seeded) -> Specimen {
    var specimen = Specimen(specimen(.pump))
    for feature in specimen.radial.keys.sorted(by: { $0.rawValue < $1.rawValue }) where feature != .shaftSpeed
    {
      specimen.radial[feature]? *= Double.random(in: 0.3...4, using: &dice)
      specimen.axial[feature]? *= Double.random(in: 0.3...4, using: &dice)
    }
    for name in specimen.scalars.keys.sorted() where name != "speed" {
      specimen.scalars[name]? *= Double.random(in: 0.5...1.4, using: &dice)
    }
    for line in BearingLine.allCases where Bool.random(using: &dice) {
      specimen.set(
        loudLine(
          line, prominence: Double.random(in: 4...60, using: &dice),
          harmonics: Int.random(in: 1...5, using: &dice)))
    }
    return specimen
  }

  /// The same with some inputs gone.
  private func impaired(_ specimen: Specimen, _ dice: inout Seeded) -> Specimen {
    var less = specimen
    for feature in specimen.radial.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
      // The stand-in for a missing baseline of noise is stated policy; its own test is below.
      guard feature != .broadbandRMS, Int.random(in: 0..<6, using: &dice) == 0 else { continue }
      less.radial[feature] = nil
      less.axial[feature] = nil
    }
    for name in specimen.scalars.keys.sorted() where Int.random(in: 0..<4, using: &dice) == 0 {
      less.scalars[name] = nil
    }
    less.lines.removeAll { _ in Int.random(in: 0..<4, using: &dice) == 0 }
    return less
  }

  @Test("No input that goes missing names a fault that was not named with it", arguments: 1...400)
  func missing(seed: Int) {
    var dice = Seeded(UInt64(seed))
    let whole = anyone(&dice)
    let less = impaired(whole, &dice)
    // Without a family of lines its rivals cannot be told either; the policy on lines has its own tests.
    let models = Classics.rotor + Classics.process
    let own = Set(models.map(\.id))
    let before = Set(verdicts(whole, models).filter(own.contains))
    let after = Set(verdicts(less, models).filter(own.contains))
    #expect(after.isSubset(of: before), "\(after) of \(before)")
  }

  private func verdicts(_ specimen: Specimen, _ models: [FaultModel]) -> [String] {
    var diagnostician = Diagnostician(machine: specimen.machine, models: models)
    var findings: [Finding] = []
    for i in 1...6 { findings = diagnostician.diagnose(specimen.window(at: 60 * Double(i))) }
    return named(findings)
  }

  @Test("The more of a signature shows, the surer its fault", arguments: namedFaults)
  func monotone(fault: String) {
    var confidences: [Double] = []
    var severities: [Severity] = []
    for step in 0...20 {
      let healthy = Specimen(specimen(.pump))
      var shown = healthy
      shown.show(fault)
      let share = Double(step) / 20
      shown.radial = blend(healthy.radial, shown.radial, share)
      shown.axial = blend(healthy.axial, shown.axial, share)
      for (name, value) in shown.scalars {
        let from = healthy.scalars[name] ?? value
        shown.scalars[name] = from + share * (value - from)
      }
      for i in shown.lines.indices where shown.lines[i].found_Hz != nil {
        shown.lines[i].prominence *= share
        shown.lines[i].harmonics = Int(Double(shown.lines[i].harmonics) * share)
      }
      let finding = diagnose(shown).first { $0.fault == fault && $0.isAssessable }
      confidences.append(finding?.confidence ?? 0)
      severities.append(finding?.severity ?? .notice)
    }
    #expect(confidences.first == 0 && confidences.last ?? 0 >= 0.7)
    #expect(zip(confidences, confidences.dropFirst()).allSatisfy { $0 <= $1 + 1e-12 }, "\(confidences)")
    #expect(zip(severities, severities.dropFirst()).allSatisfy { $0 <= $1 })
  }

  private func blend(
    _ a: [Feature: Double], _ b: [Feature: Double], _ share: Double
  ) -> [Feature: Double] {
    Dictionary(uniqueKeysWithValues: b.map { ($0, (a[$0] ?? $1) + share * ($1 - (a[$0] ?? $1))) })
  }

  @Test("The order of points, waveforms and readings decides nothing", arguments: 1...60)
  func order(seed: Int) {
    var dice = Seeded(UInt64(seed))
    let specimen = anyone(&dice)
    var shuffled = specimen.machine
    shuffled.points.shuffle(using: &dice)
    var (one, other) = (
      Diagnostician(machine: specimen.machine, models: Classics.all),
      Diagnostician(machine: shuffled, models: Classics.all)
    )
    for i in 1...6 {
      let window = specimen.window(at: 60 * Double(i))
      var mixed = window
      mixed.vibration.shuffle(using: &dice)
      mixed.readings.shuffle(using: &dice)
      #expect(one.diagnose(window) == other.diagnose(mixed))
    }
  }

  @Test("A pump without a baseline may be called loud from 0.8 g on, one with a baseline not")
  func standIn() {
    var pump = Specimen(specimen(.pump))
    pump.radial[.broadbandRMS] = 7.9
    let noisy = probe(.feature(.broadbandRMS), at: .anywhere, supports: .raised)
    #expect(read(noisy, pump).gain == 1)
    pump.hasBaseline = false
    #expect(read(noisy, pump).gain == 1)
    pump.radial[.broadbandRMS] = 7.8
    #expect(read(noisy, pump).gain == nil || read(noisy, pump).gain == 0)
  }
}
