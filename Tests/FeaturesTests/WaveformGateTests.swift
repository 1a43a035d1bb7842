// SPDX-License-Identifier: Apache-2.0

import Condition
import Foundation
import Machine
import TestData
import Testing

@Suite struct WaveformGateTests {
  static let rate = 12_800.0
  static let count = 16_384
  static let plant = Plant(site: "test", machines: [.drive])

  static func judge(_ samples: [Float], running: Bool? = true, speed: Double? = 1480, fullScale: Float? = nil)
    -> SensorDefect?
  {
    var gate = ValidityGate(plant: plant)
    return gate.judge(
      Waveform(samples, rate: rate, speed: speed, fullScale: fullScale), machineRunning: running)
  }

  /// A living machine: two shaft lines and noise, as a 16-bit sensor gives them.
  static let living: [Float] = Signals.quantised(
    Signals.sum(
      Signals.sines([(1.5, 1480.0 / 60), (0.8, 2960.0 / 60)], rate: rate, count: count),
      Signals.gaussian(0.8, count: count)))

  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var samples: [Float]
    var running: Bool? = true
    var fullScale: Float?
    var kind: SensorDefect.Kind
    /// A number that the evidence names.
    var evidence: String
  }

  static func spoiled(_ change: (inout [Float]) -> Void) -> [Float] {
    var x = living
    change(&x)
    return x
  }

  static let defects: [Case] = [
    Case(testDescription: "empty", samples: [], kind: .noData, evidence: "empty"),
    Case(
      testDescription: "NaN",
      samples: spoiled {
        $0[7] = .nan; $0[8] = .infinity
      }, kind: .invalidMark,
      evidence: "2 of 16384"),
    Case(
      testDescription: "a segment of NaN", samples: spoiled { for i in 4000..<4512 { $0[i] = .nan } },
      kind: .dropout, evidence: "512 of 16384 samples are not finite, at most 512 in a row"),
    Case(
      testDescription: "nothing but NaN", samples: Array(repeating: .nan, count: count), kind: .dropout,
      evidence: "16384 of 16384"),
    Case(
      testDescription: "one infinity", samples: spoiled { $0[9] = -.infinity }, kind: .invalidMark,
      evidence: "1 of 16384"),
    Case(testDescription: "one sample", samples: [3.5], kind: .incomplete, evidence: "1 samples"),
    Case(
      testDescription: "denormals", samples: (0..<count).map { Float(bitPattern: UInt32($0 % 7 + 1)) },
      running: nil, kind: .flatline, evidence: "which no sensor resolves"),
    Case(
      testDescription: "eight samples held", samples: spoiled { for i in 5000..<5008 { $0[i] = $0[5000] } },
      kind: .stuck, evidence: "8 of 16384 samples in a row"),
    Case(
      testDescription: "single zeros",
      samples: spoiled { for i in stride(from: 50, to: count, by: 170) { $0[i] = 0 } },
      kind: .dropout, evidence: "to exactly 0 and off it"),
    Case(
      testDescription: "read twice as fast as it is renewed",
      samples: (0..<count).map { living[$0 / 2] }, kind: .stuck, evidence: "come 2 times"),
    Case(
      testDescription: "one value", samples: Array(repeating: 3.25, count: count), running: nil,
      kind: .flatline,
      evidence: "3.25"),
    Case(
      testDescription: "all zero at rest", samples: Array(repeating: 0, count: count), running: false,
      kind: .flatline, evidence: "16384"),
    Case(
      testDescription: "noise of 20 micro-g while running", samples: Signals.gaussian(2e-4, count: count),
      kind: .flatline, evidence: "RMS 0.000198"),
    Case(
      testDescription: "a stuck word", samples: spoiled { for i in 5000..<5300 { $0[i] = $0[5000] } },
      kind: .stuck,
      evidence: "300 of 16384"),
    Case(
      testDescription: "a run of zeros", samples: spoiled { for i in 900..<1156 { $0[i] = 0 } },
      kind: .dropout,
      evidence: "256 of 16384"),
    Case(
      testDescription: "a missing segment at the end",
      samples: spoiled { for i in 12_288..<count { $0[i] = 0 } },
      kind: .dropout, evidence: "4096 of 16384"),
    Case(
      testDescription: "at the known rail",
      samples: Signals.quantised(living.map { $0 * 80 }), fullScale: Signals.fullScale, kind: .clipped,
      evidence: "full scale of 157"),
    Case(
      testDescription: "broadband beyond the rail, sample by sample",
      samples: Signals.quantised(Signals.gaussian(50, count: count)), fullScale: Signals.fullScale,
      kind: .clipped, evidence: "samples at the full scale"),
    Case(
      testDescription: "cut off below an unknown rail", samples: living.map { min(max($0, -2.5), 2.5) },
      kind: .clipped, evidence: "flat tops at -2.5 or 2.5"),
    Case(
      testDescription: "an amplifier cut off below the known rail",
      samples: living.map { min(max($0, -2.5), 2.5) }, fullScale: Signals.fullScale, kind: .clipped,
      evidence: "flat tops"),
    Case(
      testDescription: "a mean that gravity does not explain", samples: living.map { $0 + 14.7 }, kind: .bias,
      evidence: "mean 14.7"),
    Case(
      testDescription: "a settling bias",
      samples: living.enumerated().map { $0.element + Float(8 * exp(-Double($0.offset) / 6000)) },
      kind: .skiSlope, evidence: "below 5 Hz"),
    Case(
      testDescription: "a word of another type", samples: spoiled { $0[77] = 3e33 }, kind: .outOfRange,
      evidence: "sensors end at 50000 m/s2"),
    Case(testDescription: "a rocking sensor", samples: rocking(5), kind: .skiSlope, evidence: "mm/s RMS"),
  ]

  /// Brownian sway with a corner at 0.8 Hz.
  static func rocking(_ sigma: Double) -> [Float] {
    var random = Noise(5)
    let keep = exp(-2 * .pi * 0.8 / rate)
    var sway = sigma * random.normal()
    return living.map { sample in
      sway = keep * sway + sigma * (1 - keep * keep).squareRoot() * random.normal()
      return 0.5 * sample + Float(sway)
    }
  }

  @Test("Every defect is named, with its numbers", arguments: defects)
  func defect(_ a: Case) throws {
    let defect = try #require(Self.judge(a.samples, running: a.running, fullScale: a.fullScale))
    #expect(defect.kind == a.kind)
    #expect(defect.evidence.contains(a.evidence), "\(defect.evidence)")
  }

  static let healthy: [(name: String, samples: [Float], running: Bool?)] = [
    ("living", living, true),
    ("living, not known to run", living, nil),
    ("at rest, three counts of noise", Signals.quantised(Signals.gaussian(0.015, count: count)), false),
    ("at rest, half a count of noise", Signals.quantised(Signals.gaussian(0.0025, count: count)), false),
    ("at rest, a fifth of a count of noise", Signals.quantised(Signals.gaussian(0.001, count: count)), nil),
    ("gravity", living.map { $0 + 9.80665 }, true),
    ("gravity, upside down", living.map { $0 - 10.2 }, true),
    (
      "a pulse train over half a count of noise",
      Signals.quantised(
        Signals.gaussian(0.0025, count: count).enumerated().map {
          $0.element
            + ($0.offset % 512 < 8
              ? Float(40 * ($0.offset % 2 == 0 ? 1 : -1)) / Float($0.offset % 512 + 1) : 0)
        }), true
    ),
    ("noise alone", Signals.gaussian(3, count: count), true),
    (
      "impacts up to the rail once",
      spoiled {
        $0[99] = Signals.fullScale; $0[100] = -Signals.fullScale
      }, true
    ),
    (
      "a slow machine's own 3 Hz line",
      Signals.sum(living, Signals.sines([(0.2, 3.1)], rate: rate, count: count)), true
    ),
  ]

  @Test("A living signal passes", arguments: healthy.indices)
  func passes(_ index: Int) {
    let (name, samples, running) = Self.healthy[index]
    // The slow machine turns at 186 r/min.
    let speed = name.contains("slow") ? 186.0 : 1480
    let defect = Self.judge(samples, running: running, speed: speed, fullScale: Signals.fullScale)
    #expect(defect == nil, "\(name)")
  }

  @Test(
    "A clean sine of any size passes, although a quantised one dwells on its crests",
    arguments: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100])
  func sines(amplitude: Double) {
    for hz in [11.0, 24.67, 49.9, 333] {
      let x = Signals.quantised(Signals.sines([(amplitude, hz)], rate: Self.rate, count: Self.count))
      #expect(Self.judge(x, running: nil) == nil, "\(hz) Hz")
      #expect(Self.judge(x, running: nil, fullScale: Signals.fullScale) == nil, "\(hz) Hz")
    }
  }

  @Test(
    "No rate, speed or full scale stops the gate",
    arguments: [0, -1, 1e-300, 1, 8, 100, 1e300, .nan, .infinity])
  func oddInputs(rate: Double) {
    for count in [1, 2, 63, 64, 999, 4096] {
      for speed in [0, -1, .nan, .infinity, 1480] {
        for fullScale: Float? in [nil, 0, .nan, .infinity, 157] {
          var gate = ValidityGate(plant: Self.plant)
          let waveform = Waveform(
            Signals.gaussian(1, count: count), rate: rate, speed: speed, fullScale: fullScale)
          let kind = gate.judge(waveform, machineRunning: nil)?.kind
          #expect(kind == (count < 64 ? .incomplete : (1...1e7).contains(rate) ? nil : .timing))
        }
      }
    }
  }

  @Test("A waveform of velocity is judged in its own unit")
  func velocity() {
    var gate = ValidityGate(plant: Self.plant)
    var waveform = Waveform(Signals.gaussian(2, count: 4096), rate: Self.rate)
    waveform.quantity = .velocity
    #expect(gate.judge(waveform, machineRunning: true) == nil)
    waveform.samples = Array(repeating: 1.5, count: 4096)
    #expect(
      gate.judge(waveform, machineRunning: true)
        == SensorDefect(.flatline, "all 4096 samples are 1.5 mm/s"))
  }

  @Test("The same capture again is stuck; the next one is not")
  func repetition() {
    var gate = ValidityGate(plant: Self.plant)
    let a = Waveform(Self.living, rate: Self.rate)
    let b = Waveform(Self.living.reversed(), rate: Self.rate)
    #expect(gate.judge(a, machineRunning: true) == nil)
    #expect(gate.judge(a, machineRunning: true)?.kind == .stuck)
    #expect(gate.judge(b, machineRunning: true) == nil)
  }

  @Test("A mean that moves by a quarter of g after five captures is a bias, before that it is the mount")
  func movedMount() {
    var gate = ValidityGate(plant: Self.plant)
    for seed in 1...7 {
      let x = Signals.gaussian(1, count: 4096, seed: UInt64(seed)).map { $0 + 4 }
      #expect(gate.judge(Waveform(x, rate: Self.rate), machineRunning: true) == nil)
    }
    let moved = Signals.gaussian(1, count: 4096, seed: 9).map { $0 + 6.5 }
    #expect(gate.judge(Waveform(moved, rate: Self.rate), machineRunning: true)?.kind == .bias)
  }

  @Test("What acquisition has refused stays refused with its own reason")
  func refused() {
    var gate = ValidityGate(plant: Self.plant)
    var waveform = Waveform(Self.living, rate: Self.rate)
    waveform.quality = .bad(SensorDefect(.incomplete, "segment 3 of 4 missing"))
    #expect(gate.judge(waveform, machineRunning: true)?.kind == .incomplete)
  }
}
