// SPDX-License-Identifier: Apache-2.0

import Foundation
import Infer
import Machine
import TestData
import Testing

/// Windows and readings of an invented machine.
enum Bench {
  static let point = PointID(MachineID("P-101"), "DE-H")
  static let running = OperatingState(motion: .running, speedBin: 9, loadBin: 3)
  static let slower = OperatingState(motion: .running, speedBin: 6, loadBin: 3)

  static func stamp(_ t: Double) -> Stamp {
    Stamp(received: WallTime(seconds: t), monotonic: MonotonicTime(seconds: t))
  }

  /// A window whose levels all stand `level` above 1 on the logarithmic scale, plus noise of `spread`.
  static func window(
    at t: Double, state: OperatingState = running, level: Double = 0, spread: Double = 0.2, noise: inout Noise
  ) -> FeatureWindow {
    var values = FeatureValues()
    for feature in Feature.allCases { values[feature] = exp(level + spread * noise.normal()) }
    let bands = (0..<FeatureWindow.bandCount).map { _ in Float(level + spread * noise.normal()) }
    return FeatureWindow(
      point: point, stamp: stamp(t), state: state, values: values, lines: [], logBands: bands)
  }

  static func reading(_ value: Double?, at t: Double, _ quantity: Quantity = .temperature) -> Reading {
    Reading(point: PointID(point.machine, "bearing"), quantity: quantity, value: value, stamp: stamp(t))
  }
}

@Suite("Baseline") struct BaselineTests {
  @Test("arms after 60 windows of a state, and judges only that state")
  func arming() {
    var noise = Noise(1)
    var baseline = Baseline()
    for t in 0..<60 {
      let window = Bench.window(at: Double(t), noise: &noise)
      #expect(baseline.deviations(of: window) == nil)
      baseline.observe(window: window, learn: true)
    }
    #expect(baseline.isArmed(Bench.point, in: Bench.running))
    // The speed, its confidence and the middles of two bands are no symptoms.
    #expect(baseline.deviations(of: Bench.window(at: 60, noise: &noise))?.count == Feature.allCases.count - 4)
    #expect(baseline.deviations(of: Bench.window(at: 61, state: Bench.slower, noise: &noise)) == nil)
    let transient = OperatingState(motion: .transient)
    for t in 0..<200 {
      baseline.observe(window: Bench.window(at: Double(t), state: transient, noise: &noise), learn: true)
    }
    #expect(baseline.deviations(of: Bench.window(at: 300, state: transient, noise: &noise)) == nil)
  }

  @Test("mean and SD are those of the sample (two-pass formulas as oracle), z is the distance in logarithms")
  func statistics() throws {
    var noise = Noise(2)
    var baseline = Baseline()
    var logs: [Double] = []
    for t in 0..<60 {
      let window = Bench.window(at: Double(t), noise: &noise)
      logs.append(log(try #require(window.values[.velocityRMS]) + 0.05))
      baseline.observe(window: window, learn: true)
    }
    let mean = logs.reduce(0, +) / 60
    let sd = (logs.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / 59).squareRoot()
    for level in [-1.0, -0.1, 0.3, 2] {
      let window = Bench.window(at: 99, level: level, noise: &noise)
      let value = try #require(window.values[.velocityRMS])
      let deviation = try #require(baseline.deviations(of: window)?[.velocityRMS])
      #expect(abs(deviation.z - (log(value + 0.05) - mean) / sd) < 1e-9)
      #expect(abs(deviation.baselineMean - (exp(mean) - 0.05)) < 1e-12 && deviation.value == value)
      #expect(deviation.baselineSD > 0)
    }
  }

  @Test("learns nothing while told not to, and nothing beyond five standard deviations once armed")
  func frozen() {
    var noise = Noise(3)
    var baseline = Baseline()
    for t in 0..<100 { baseline.observe(window: Bench.window(at: Double(t), noise: &noise), learn: true) }
    let before = baseline
    for t in 100..<300 {
      baseline.observe(window: Bench.window(at: Double(t), level: 0.5, noise: &noise), learn: false)
      baseline.observe(window: Bench.window(at: Double(t), level: 5, noise: &noise), learn: true)
    }
    for window in (0..<20).map({ Bench.window(at: Double($0), noise: &noise) }) {
      #expect(baseline.deviations(of: window) == before.deviations(of: window))
    }
  }

  @Test("stops moving when complete, so that a slow fault is not followed")
  func complete() throws {
    var noise = Noise(4)
    var baseline = Baseline(windows: LearningSchedule(armAfter: 20, completeAfter: 200))
    for t in 0..<200 { baseline.observe(window: Bench.window(at: Double(t), noise: &noise), learn: true) }
    for t in 200..<4000 {
      let level = Double(t - 200) / 3800
      baseline.observe(window: Bench.window(at: Double(t), level: level, noise: &noise), learn: true)
    }
    // 1 above in logarithms at a spread of 0.2: about 5 SD, in the mean of fifty windows.
    let late = try (0..<50).map { t in
      let window = Bench.window(at: 5000 + Double(t), level: 1, noise: &noise)
      return try #require(baseline.deviations(of: window)?[.accelerationRMS]).z
    }
    #expect(late.reduce(0, +) / 50 > 4.5)
  }

  @Test("a temperature that warms up for an hour first is neither an alarm nor the normal")
  func slowStart() throws {
    var noise = Noise(5)
    var baseline = Baseline()
    var worst = 0.0
    for step in 0..<8640 {  // a day, every 10 s; time constant 20 min, 20 to 60 degC
      let t = Double(step) * 10
      let reading = Bench.reading(60 - 40 * exp(-t / 1200) + 0.2 * noise.normal(), at: t)
      if let deviation = baseline.deviation(of: reading, state: Bench.running) {
        worst = max(worst, abs(deviation.z))
      }
      baseline.observe(reading: reading, state: Bench.running, learn: true)
    }
    #expect(worst > 0 && worst < 5, "\(worst)")
    let warm = try #require(baseline.deviation(of: Bench.reading(70, at: 1e5), state: Bench.running))
    #expect(abs(warm.baselineMean - 60) < 1 && warm.z > 5, "\(warm)")
  }

  @Test("a quiet machine does not alarm for what nobody would act on: floors on the spread")
  func floors() throws {
    var baseline = Baseline()
    var noise = Noise(6)
    for t in 0..<60 {
      var window = Bench.window(at: Double(t), noise: &noise)
      window.values[.velocityRMS] = 0.01
      window.values[.kurtosis] = 3
      baseline.observe(window: window, learn: true)
      baseline.observe(reading: Bench.reading(40, at: Double(t) * 10), state: Bench.running, learn: true)
    }
    var window = Bench.window(at: 60, noise: &noise)
    window.values[.velocityRMS] = 0.02
    window.values[.kurtosis] = 3.3
    let deviations = try #require(baseline.deviations(of: window))
    #expect(try #require(deviations[.velocityRMS]).z < 2)
    #expect(try #require(deviations[.kurtosis]).z < 1)
    #expect(baseline.deviation(of: Bench.reading(42, at: 1e4), state: Bench.running)?.z == 2)
  }

  @Test("missing stays missing: no reading, a bad one, a feature that is not there")
  func missing() {
    var noise = Noise(7)
    var baseline = Baseline()
    for t in 0..<100 {
      var window = Bench.window(at: Double(t), noise: &noise)
      window.values[.order1] = nil
      baseline.observe(window: window, learn: true)
      var reading = Bench.reading(t % 2 == 0 ? nil : 99, at: Double(t) * 10)
      reading.quality = .bad(SensorDefect(.stuck, "test"))
      baseline.observe(reading: reading, state: Bench.running, learn: true)
    }
    let deviations = baseline.deviations(of: Bench.window(at: 200, noise: &noise))
    #expect(deviations != nil && deviations?[.order1] == nil && deviations?[.order2] != nil)
    #expect(baseline.deviation(of: Bench.reading(99, at: 2e3), state: Bench.running) == nil)
  }

  @Test("a snapshot restores every judgement, gives the same bytes again, and is refused when damaged")
  func snapshot() throws {
    var noise = Noise(8)
    var baseline = Baseline()
    for t in 0..<70 {
      for state in [Bench.running, Bench.slower] {
        baseline.observe(window: Bench.window(at: Double(t), state: state, noise: &noise), learn: true)
      }
      baseline.observe(reading: Bench.reading(40, at: Double(t) * 10), state: Bench.running, learn: true)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let bytes = try encoder.encode(baseline)
    let restored = try JSONDecoder().decode(Baseline.self, from: bytes)
    #expect(try encoder.encode(restored) == bytes)
    let window = Bench.window(at: 100, noise: &noise)
    #expect(restored.deviations(of: window) == baseline.deviations(of: window))
    let text = String(decoding: bytes, as: UTF8.self)
    for (old, new) in [("\"m2\":", "\"m2\":-"), ("\"armAfter\":60", "\"armAfter\":1")] {
      let damaged = Data(text.replacingOccurrences(of: old, with: new).utf8)
      #expect(throws: DecodingError.self) { try JSONDecoder().decode(Baseline.self, from: damaged) }
    }
  }

  @Test("keeps at most 64 states of a point")
  func bound() {
    var noise = Noise(9)
    var baseline = Baseline(windows: LearningSchedule(armAfter: 4, completeAfter: 10))
    for bin in 0..<80 {
      let state = OperatingState(motion: .running, speedBin: bin)
      for t in 0..<4 {
        baseline.observe(
          window: Bench.window(at: Double(t), state: state, spread: 0, noise: &noise), learn: true)
      }
    }
    let armed = (0..<80).filter {
      baseline.isArmed(Bench.point, in: OperatingState(motion: .running, speedBin: $0))
    }
    #expect(armed.count == Baseline.stateLimit)
  }
}
