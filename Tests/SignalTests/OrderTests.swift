// SPDX-License-Identifier: Apache-2.0

import Foundation
import Signal
import TestData
import Testing

/// Order tracking on chirps whose orders are known.
@Suite("Order tracking")
struct OrderTests {
  /// A run-up from 20 to 50 turns a second in 4 s; turns(t) is exact.
  static let seconds = 4.0
  static func turns(_ t: Double) -> Double { 20 * t + 30 / seconds * t * t / 2 }
  static func time(_ turns: Double) -> Double {
    let a = 30 / seconds
    return (-20 + (400 + 2 * a * turns).squareRoot()) / a
  }

  static func chirp(_ orders: [(amplitude: Double, order: Double)]) -> [Float] {
    (0..<Int(seconds * rate)).map { n in
      let angle = 2 * Double.pi * turns(Double(n) / rate)
      return Float(orders.reduce(0) { $0 + $1.amplitude * cos($1.order * angle + 0.4) })
    }
  }

  static func pulses(_ times: [Double], perTurn: Int = 1) -> ShaftAngle? {
    var angle = ShaftAngle(capacity: 512)
    return angle.follow(pulses_s: times.span, perTurn: perTurn) ? angle : nil
  }
  static func speeds(_ speeds: [Double], _ times: [Double]) -> ShaftAngle? {
    var angle = ShaftAngle(capacity: 64)
    return angle.follow(speeds_Hz: speeds.span, at: times.span) ? angle : nil
  }
  static func turns(_ turns: [Double], _ times: [Double]) -> ShaftAngle? {
    var angle = ShaftAngle(capacity: 64)
    return angle.follow(turns: turns.span, at: times.span) ? angle : nil
  }

  static func resample(_ x: [Float], by angle: ShaftAngle, ratio: Double = 1, perTurn: Int, room: Int)
    -> [Float]
  {
    var angular = [Float](repeating: .nan, count: perTurn * room)
    var output = angular.mutableSpan
    let turns = AngularResampler(samplesPerTurn: perTurn)
      .resample(x.span, sampleRate_Hz: rate, by: angle, ratio: ratio, into: &output)
    return Array(angular.prefix(turns * perTurn))
  }

  /// The run-up as pulses, as speeds and as turns.
  static func angles() throws -> [ShaftAngle] {
    let times = (0...40).map { Double($0) * 0.1 }
    let marks = (0...418).map { time(Double($0) / 3) }
    return [
      try #require(pulses(marks, perTurn: 3)),
      try #require(speeds(times.map { 20 + 30 / seconds * $0 }, times)),
      try #require(turns(times.map { turns($0) }, times)),
    ]
  }

  @Test("Pulses, speeds and turns of a linear run-up are followed exactly")
  func followed() throws {
    for (name, angle) in zip(["pulses", "speeds", "turns"], try Self.angles()) {
      for t in stride(from: 0.0, to: 3.98, by: 0.0371) {
        #expect(abs(angle.turns(at: t) - Self.turns(t)) < 1e-9, "\(name) at \(t)")
      }
    }
  }

  @Test("A run-up's orders stand as lines of their amplitude")
  func orders() throws {
    let x = Self.chirp([(1, 1), (0.5, 7.25), (0.25, 31)])
    let resampler = AngularResampler(samplesPerTurn: 128)
    for (name, angle) in zip(["pulses", "speeds", "turns"], try Self.angles()) {
      let angular = Self.resample(x, by: angle, perTurn: 128, room: 200)
      #expect(angular.count == 139 * 128)
      // Away from the first and last turn, where the kernel meets the record's ends, samples are the chirp's.
      for n in stride(from: 128, to: 128 * 138, by: 97) {
        let a = 2 * Double.pi * Double(n) / 128
        let expected = cos(a + 0.4) + 0.5 * cos(7.25 * a + 0.4) + 0.25 * cos(31 * a + 0.4)
        #expect(abs(Double(angular[n]) - expected) < 2e-5, "\(name) \(n)")
      }
      let whole = Array(angular[128..<(128 * 137)])
      let plan = resampler.orderPlan(turns: 136)
      #expect(close(plan.resolution_Hz, 1 / 136, 1e-12))
      let lines = spectrum(whole, rate: 128, window: .hann, as: .amplitude)
      for (order, amplitude) in [(1.0, 1.0), (7.25, 0.5), (31, 0.25)] {
        #expect(close(Double(lines[Int(order * 136)]), amplitude, 1e-4), "\(name) order \(order)")
      }
      // In time the same lines are smeared over 31 x 30 Hz.
      let smeared = spectrum(x, window: .hann, as: .amplitude)
      #expect((smeared.max() ?? 1) < 0.2)
    }
  }

  @Test("What lies above half of the samples of a turn does not fold back")
  func folding() throws {
    // Order 50 at 64 samples a turn would stand at order 14.
    let x = Self.chirp([(1, 3), (1, 50)])
    let angular = Self.resample(x, by: try Self.angles()[0], perTurn: 64, room: 138)
    #expect(angular.count == 64 * 138)
    let lines = spectrum(Array(angular[64..<(64 * 137)]), rate: 64, window: .hann, as: .amplitude)
    #expect(close(Double(lines[3 * 136]), 1, 1e-4))
    #expect(lines[14 * 136] < 1e-4)
  }

  @Test("The mean turn keeps what turns with a shaft; another shaft of the gear train has its ratio")
  func average() throws {
    // Pinion 20 teeth, wheel 50: the wheel turns 0.4 times as often.
    var random = Noise(11)
    let x = Self.chirp([(1, 3), (0.5, 0.4 * 7)]).map { $0 + Float(0.3 * random.normal()) }
    let angle = try Self.angles()[0]
    for (ratio, order, amplitude, other) in [(1.0, 3, 1.0, 5), (0.4, 7, 0.5, 3)] {
      let angular = Self.resample(x, by: angle, ratio: ratio, perTurn: 256, room: 139)
      #expect(angular.count == 256 * (ratio == 1 ? 139 : 55))
      var mean = [Float](repeating: 0, count: 256)
      var meanOutput = mean.mutableSpan
      let turns = SynchronousAverage.measure(angular.span, into: &meanOutput)
      #expect(turns * 256 == angular.count)
      let lines = spectrum(mean, rate: 256, window: .rectangular, as: .amplitude)
      // The noise fades with the root of the turns.
      #expect(abs(Double(lines[order]) - amplitude) < 0.03, "ratio \(ratio)")
      #expect(lines[other] < 0.05)
    }
  }

  @Test("The mean turn is NumPy's mean over rows; a broken turn is left out")
  func mean() {
    var turn = [Float](repeating: 0, count: 3)
    func measure(_ x: [Float]) -> Int {
      var output = turn.mutableSpan
      return SynchronousAverage.measure(x.span, into: &output)
    }
    #expect(measure([1, 2, 3, 3, 6, 9, 5, 1, 0, 7]) == 3 && turn == [3, 3, 4])
    #expect(measure([1, 2, 3, .nan, 6, 9, 5, 4, 1]) == 2 && turn == [3, 3, 2])
    #expect(measure([1, 2]) == 0 && turn == [0, 0, 0])
  }

  @Test("Times that do not rise, speeds that are not positive and too few of either are not followed")
  func refused() throws {
    for times in [[], [1], [1, 1], [1, 0.5], [0, .nan]] { #expect(Self.pulses(times) == nil) }
    #expect(Self.speeds([1, 0], [0, 1]) == nil && Self.speeds([1, .infinity], [0, 1]) == nil)
    let speeds = try #require(Self.speeds([1, 3], [0, 1]))
    #expect(speeds.range_turns == 0...2 && speeds.turns(at: 2) == 5)
    #expect(Self.turns([0, 0], [0, 1]) == nil)
    let turns = try #require(Self.turns([0, 2], [0, 1]))
    #expect(turns.range_s == 0...1 && turns.turns(at: 0.25) == 0.5)
    let empty = ShaftAngle(capacity: 2)
    #expect(empty.range_s == nil && empty.range_turns == nil)
    #expect(Self.resample([1, 2, 3], by: empty, perTurn: 8, room: 1).isEmpty)
  }
}
