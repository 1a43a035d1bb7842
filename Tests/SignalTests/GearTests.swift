// SPDX-License-Identifier: Apache-2.0

import Foundation
import Signal
import TestData
import Testing

/// Gear metrics on modulated meshes, whose moments are known.
@Suite("Gear metrics")
struct GearTests {
  static func turn(_ value: (Double) -> Double) -> [Float] {
    (0..<1024).map { Float(value(2 * .pi * Double($0) / 1024)) }
  }

  static func measure(_ x: [Float], teeth: Int = 32, history: GearHistory? = nil) -> (
    GearMetrics?, GearHistory
  ) {
    var plan = GearPlan(count: x.count, teeth: teeth)
    var history = history ?? GearHistory()
    let metrics = plan.measure(x.span, history: &history)
    return (metrics, history)
  }

  /// The mean of cos^2k over a turn is C(2k, k) / 4^k: for cos(3a) cos(32a) moments are products of such means.
  @Test("An amplitude modulated mesh has the metrics of its closed form")
  func amplitude() throws {
    let m = 0.4
    let x = Self.turn { 2 * (1 + m * cos(3 * $0)) * cos(32 * $0 + 0.3) + 5 }
    let metrics = try #require(Self.measure(x).0)
    // Sidebands three orders away are in the difference signal: 2 m cos(3a) cos(32a).
    #expect(close(metrics.fm4, 2.25, 1e-5))
    #expect(close(metrics.m6a, (5.0 / 16) * (5.0 / 16) * 64, 1e-5))
    #expect(close(metrics.m8a, (35.0 / 128) * (35.0 / 128) * 256, 1e-5))
    #expect(close(metrics.na4, 2.25, 1e-5))
    #expect(close(metrics.er, m / 2.0.squareRoot(), 1e-5))
    // The crest lies within a hundredth of 2 (1 + m).
    #expect(close(metrics.fm0, 2 * (1 + m), 1e-2))
  }

  @Test("Sidebands one order away are regular, and in the residual signal")
  func firstSideband() throws {
    let x = Self.turn { (1 + 0.4 * cos($0)) * cos(32 * $0) + 0.2 * cos($0) + 0.1 * sin(2 * $0) }
    let metrics = try #require(Self.measure(x).0)
    #expect(metrics.fm4 == nil && metrics.m6a == nil && metrics.m8a == nil)
    #expect(close(metrics.na4, 2.25, 1e-4))
    #expect((metrics.er ?? 1) < 1e-5)
  }

  @Test("A frequency modulated mesh has the sidebands of its Bessel functions")
  func frequency() throws {
    let depth = 0.3
    let x = Self.turn { cos(32 * $0 + depth * sin(4 * $0)) }
    let metrics = try #require(Self.measure(x).0)
    // The difference holds all but J0: 1 - J0^2 of the power.
    let carrier = j0(depth)
    #expect(close(metrics.er, ((1 - carrier * carrier) / (carrier * carrier)).squareRoot(), 1e-4))
    #expect(close(metrics.fm0, 2 / carrier, 5e-3))
  }

  @Test("A cracked tooth raises FM4, M6A, M8A and NA4; a history of health keeps NA4 high as damage spreads")
  func crack() throws {
    var random = Noise(12)
    let floor = (0..<1024).map { _ in 0.02 * random.normal() }
    func gear(_ crack: Double, width: Double = 200) -> [Float] {
      Self.turn { a in
        let place = Int((a / (2 * .pi) * 1024).rounded()) % 1024
        return cos(32 * a) * (1 - crack * exp(-width * (a - 2) * (a - 2))) + floor[place]
      }
    }
    let (healthy, first) = Self.measure(gear(0))
    let before = try #require(healthy)
    var history = first
    // Gaussian: 3, 15, 105.
    #expect(close(before.fm4, 3, 0.2) && close(before.m6a, 15, 0.5) && close(before.na4, 3, 0.3))
    for _ in 0..<9 { history = Self.measure(gear(0), history: history).1 }
    #expect(history.count == 10)
    let damaged = Self.measure(gear(0.5), history: history)
    let after = try #require(damaged.0)
    #expect(try #require(after.fm4) > 2 * #require(before.fm4))
    #expect(
      try #require(after.m6a) > 5 * #require(before.m6a) && #require(after.m8a) > 10 * #require(before.m8a))
    // Damage spreads: kurtosis falls back, NA4 goes on rising.
    let spread = try #require(Self.measure(gear(0.5, width: 30), history: damaged.1).0)
    #expect(try #require(spread.fm4) < #require(after.fm4))
    #expect(try #require(spread.na4) > #require(after.na4))
  }

  @Test("All values are NumPy's on a turn of noise and mesh")
  func numpy() throws {
    var random = Noise(13)
    var x = (0..<512).map { _ in random.centred() }
    for n in 0..<512 { x[n] += (n / 8).isMultiple(of: 2) ? 1 : -1 }
    x[100] += 4
    var plan = GearPlan(count: 512, teeth: 32, harmonics: 3)
    var history = GearHistory()
    let metrics = try #require(plan.measure(x.span, history: &history))
    #expect(plan.harmonics == 3)
    #expect(close(metrics.fm0, Self.golden[0], 1e-5))
    #expect(close(metrics.fm4, Self.golden[1], 1e-5))
    #expect(close(metrics.m6a, Self.golden[2], 1e-5))
    #expect(close(metrics.m8a, Self.golden[3], 1e-5))
    #expect(close(metrics.na4, Self.golden[4], 1e-5))
    #expect(close(metrics.er, Self.golden[5], 1e-5))
  }

  @Test("A constant turn has no metric; one that is not finite none at all, and leaves the history alone")
  func nothing() throws {
    let constant = try #require(Self.measure([Float](repeating: 4, count: 256)).0)
    #expect(constant.fm0 == nil && constant.fm4 == nil && constant.m6a == nil && constant.m8a == nil)
    #expect(constant.na4 == nil && constant.er == nil)
    var x = [Float](repeating: 0, count: 256)
    x[3] = .infinity
    let (metrics, history) = Self.measure(x)
    #expect(metrics == nil && history.count == 0)
  }

  static let golden = [3.58431292, 13.2151853, 868.468015, 65685.3405, 13.2559533, 0.453650603]
}
