// SPDX-License-Identifier: Apache-2.0

import Condition
import Foundation
import Machine
import TestData
import Testing

/// What is known of a capture beside its samples: its count, its segments, the times of its blocks.
@Suite struct CaptureGateTests {
  static func judge(_ facts: CaptureFacts, rate: Double = 12_800) -> SensorDefect? {
    var gate = ValidityGate(plant: WaveformGateTests.plant)
    var waveform = Waveform(WaveformGateTests.living, rate: rate)
    waveform.facts = facts
    return gate.judge(waveform, machineRunning: true)
  }

  @Test("A capture with a segment or a sample too few is incomplete, and says which")
  func incomplete() {
    var facts = CaptureFacts()
    facts.expectedCount = 16_384
    facts.segments = SegmentMap(count: 70)
    for segment in 0..<70 where segment != 2 && segment != 66 { facts.segments?.arrived(segment) }
    #expect(Self.judge(facts) == SensorDefect(.incomplete, "2 of 70 segments missing (2, 66)"))
    #expect(facts.segments?.missing == [2, 66])
    facts.segments?.arrived(66)
    facts.segments?.arrived(2)
    #expect(facts.segments?.arrived(70) == false && facts.segments?.arrived(-1) == false)
    #expect(Self.judge(facts) == nil)
    facts.expectedCount = 16_385
    #expect(Self.judge(facts) == SensorDefect(.incomplete, "16384 samples instead of 16385"))
    facts.expectedCount = nil
    facts.blocks = [.init(start_s: 0, count: 100)]
    #expect(Self.judge(facts) == SensorDefect(.incomplete, "16384 samples in blocks of 100"))
  }

  /// 32 blocks of 512 samples with the given rate, and a jitter of their times.
  static func blocks(rate: Double, jitter_s: Double = 0, seed: UInt64 = 1) -> CaptureFacts {
    var random = Noise(seed)
    var facts = CaptureFacts()
    facts.blocks = (0..<32).map {
      CaptureFacts.Block(
        start_s: 1_700_000_000 + Double($0 * 512) / rate + jitter_s * random.normal(), count: 512)
    }
    return facts
  }

  @Test(
    "Blocks that come at the stated rate pass, with the jitter of a network",
    arguments: [0, 1e-4, 1e-3, 3e-3])
  func steady(jitter: Double) {
    for seed in 1...200 {
      #expect(Self.judge(Self.blocks(rate: 12_800, jitter_s: jitter, seed: UInt64(seed))) == nil)
    }
  }

  @Test(
    "A rate that is off by more than half a percent is told, whichever way",
    arguments: [0.5, 0.9, 0.98, 0.993, 1.007, 1.02, 1.1, 2, 25_600 / 12_800.0])
  func wrongRate(share: Double) throws {
    for seed in 1...20 {
      let facts = Self.blocks(rate: 12_800 * share, jitter_s: 1e-4, seed: UInt64(seed))
      let defect = try #require(Self.judge(facts))
      #expect(defect.kind == .timing && defect.evidence.contains("stated are 12800"))
    }
    #expect(Self.judge(Self.blocks(rate: 12_800 * 1.004)) == nil)
  }

  @Test("A gap between blocks, and a clock that runs back, are told with the block")
  func gaps() {
    var gap = Self.blocks(rate: 12_800)
    for i in 16..<32 { gap.blocks[i].start_s += 0.06 }
    #expect(Self.judge(gap)?.kind == .timing)
    #expect(Self.judge(gap)?.evidence.contains("ms off an even interval") == true)
    var back = Self.blocks(rate: 12_800)
    back.blocks[9].start_s -= 0.1
    #expect(Self.judge(back) == SensorDefect(.timing, "block 10 is dated 0.06 s before block 9"))
  }

  @Test("A rate that is none is told", arguments: [0, -12_800, .nan, .infinity, 1e-300, 1e9])
  func noRate(rate: Double) {
    #expect(
      Self.judge(CaptureFacts(), rate: rate)
        == SensorDefect(.timing, "the sample rate is stated as \(rate) Hz"))
  }

  @Test("Times that are none, and blocks without samples, are a defect and no trap")
  func oddBlocks() {
    for odd in [Double.nan, .infinity, -.infinity] {
      var facts = Self.blocks(rate: 12_800)
      facts.blocks[5].start_s = odd
      #expect(Self.judge(facts)?.kind == .timing)
    }
    var facts = Self.blocks(rate: 12_800)
    facts.blocks[5].count = 0
    facts.blocks[6].count = 1024
    #expect(Self.judge(facts)?.kind == .timing)
  }

  static let x = PointID(MachineID("P-1"), "X")
  static let y = PointID(MachineID("P-1"), "Y")
  static let z = PointID(MachineID("P-1"), "Z")

  /// Three axes of a hanging sensor whose mean vector is `length` g long, each with vibration; what the last says.
  static func gravity(_ length: Double, seed: UInt64, apart_s: Double = 1) -> SensorDefect? {
    var layout = SensorLayout()
    layout.triaxial = [.init(x: x, y: y, z: z)]
    var gate = ValidityGate(plant: WaveformGateTests.plant, layout: layout)
    var random = Noise(seed)
    let direction = (0..<3).map { _ in random.normal() }
    let norm = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
    var last: SensorDefect?
    for (i, point) in [x, y, z].enumerated() {
      let mean = Float(length * standardGravity * direction[i] / norm)
      var waveform = Waveform(
        Signals.gaussian(2, count: 4096, seed: seed * 3 + UInt64(i)).map { $0 + mean }, rate: 12_800)
      waveform.point = point
      waveform.stamp.monotonic = MonotonicTime(seconds: 100 + apart_s * Double(i))
      last = gate.judge(waveform, machineRunning: true)
    }
    return last
  }

  @Test("The mean vector of three axes is held against 1 g within a tenth, whichever way the sensor hangs")
  func gravity() {
    for seed in 1...50 {
      let seed = UInt64(seed)
      for length in [0.92, 1, 1.08] { #expect(Self.gravity(length, seed: seed) == nil) }
      for length in [0.5, 0.8, 1.15] {
        #expect(Self.gravity(length, seed: seed)?.kind == .gravity, "\(length)")
      }
      #expect(Self.gravity(0.5, seed: seed, apart_s: 400) == nil)
    }
    #expect(Self.gravity(0.5, seed: 1)?.evidence.contains("gravity is 1 g within 0.1") == true)
  }

  @Test("A sensor that was mounted anew on purpose is refused until that is said, and then learned anew")
  func remounted() {
    var gate = ValidityGate(plant: WaveformGateTests.plant)
    var seed: UInt64 = 0
    func waveform(_ mean: Float) -> Waveform {
      seed += 1
      return Waveform(
        Signals.gaussian(1, count: 4096, seed: seed).map { $0 + mean }, rate: WaveformGateTests.rate)
    }
    for _ in 1...5 { _ = gate.judge(waveform(4), machineRunning: true) }
    for _ in 1...20 { #expect(gate.judge(waveform(-4), machineRunning: true)?.kind == .bias) }
    gate.remounted(waveform(0).point)
    for _ in 1...20 { #expect(gate.judge(waveform(-4), machineRunning: true) == nil) }
    #expect(gate.judge(waveform(4), machineRunning: true)?.kind == .bias)
    // Of a point that never sent anything there is nothing to forget.
    gate.remounted(PointID(MachineID("P-1"), "none"))
  }
}
