// SPDX-License-Identifier: Apache-2.0

import Analysis
import Foundation
import Machine
import Testing

/// What the page shows of gears, families of lines and changing speeds, and that it does not where nothing is known.
@Suite("Analysis: gears, cepstrum, orders") struct MachineTests {
  static let rate_Hz = 12_800.0
  static let gearbox: Machine = {
    var machine = Machine(id: MachineID("G"), name: "gearbox", kind: .gearbox)
    machine.gears = [GearPair(name: "stage 1", driverTeeth: 23, drivenTeeth: 47)]
    return machine
  }()

  /// A mesh that the driver's shaft (25 Hz) modulates with pulses: sidebands without end at its distance.
  static let meshing: [Float] = {
    var parts: [(Double, Double)] = []
    for h in 1...3 {
      for k in -8...8 {
        let amplitude: Double = k == 0 ? 1 : 0.2
        parts.append((amplitude / Double(h), 575 * Double(h) + 25 * Double(k)))
      }
    }
    return sines(parts, count: 64_000, rate_Hz: rate_Hz)
  }()

  @Test("A gearbox with a speed has metrics of both gears and the rahmonics of its modulated shaft")
  func gears()
    throws
  {
    let page = makePage(Self.meshing, rate_Hz: Self.rate_Hz, machine: Self.gearbox, speed_rpm: 1500)
    let gears = try #require(page.gears)
    #expect(gears.map(\.wheel) == [.driver, .driven])
    #expect(gears.allSatisfy { $0.turns > 50 && $0.fm0 != nil && $0.fm4 != nil })
    let driver = try #require(page.cepstrum?.first { $0.name == "driver's shaft" })
    #expect(abs((driver.found_Hz ?? 0) - 25) < 0.1 && driver.count >= 3)
    #expect(abs((driver.quefrency_ms ?? 0) - 40) < 0.1)
    let text = page.text(width: 100)
    #expect(text.contains("GEARS") && text.contains("CEPSTRUM") && !text.contains("ORDER-TRACKED"))
  }

  @Test("Without gears, bearings or a speed signal the page says nothing of them") func clutter() {
    var bare = Self.gearbox
    bare.gears = []
    for page in [
      makePage(Self.meshing, rate_Hz: Self.rate_Hz, machine: bare, speed_rpm: 1500),
      makePage(Self.meshing, rate_Hz: Self.rate_Hz, machine: Self.gearbox),
    ] {
      let text = page.text(width: 100)
      #expect(page.gears == nil && page.cepstrum == nil && page.orderTracked == nil)
      for word in ["GEARS", "CEPSTRUM", "ORDER-TRACKED"] { #expect(!text.contains(word)) }
    }
  }

  /// A run-up from 20 to 40 Hz in 5 s: the shaft's line is smeared over time and sharp over angle.
  static func turns(_ t: Double) -> Double { 20 * t + 2 * t * t }
  static let runUp: [Float] = (0..<64_000).map { n in
    let angle = 2 * Double.pi * turns(Double(n) / rate_Hz)
    return Float(2 * cos(angle) + 0.5 * cos(7.5 * angle))
  }
  static let tacho: [Float] = (0..<64_000).map { n in
    let pulse = 4 * turns(Double(n) / rate_Hz)
    return pulse - pulse.rounded(.down) < 0.3 ? 5 : 0
  }
  static let speeds: [Float] = (0..<64_000).map { n in Float(60 * (20 + 4 * Double(n) / rate_Hz)) }

  @Test(
    "With a speed signal, pulses or speeds, the orders of a run-up stand at their places with their amplitudes",
    arguments: [
      Analysis.SpeedSignal.pulses(tacho, rate_Hz: rate_Hz, perTurn: 4),
      .speeds(speeds, rate_Hz: rate_Hz),
    ])
  func runUp(signal: Analysis.SpeedSignal) throws {
    let page = makePage(Self.runUp, rate_Hz: Self.rate_Hz, speedSignal: signal)
    let tracked = try #require(page.orderTracked)
    #expect(abs(tracked.turns - 150) <= 1)
    #expect(abs(tracked.slowest_rpm - 1200) < 15 && abs(tracked.fastest_rpm - 2400) < 15)
    #expect(tracked.lines.count >= 2)
    let places = tracked.lines.prefix(2).map(\.order)
    #expect(abs(places[0] - 1) <= tracked.resolution && abs(places[1] - 7.5) <= tracked.resolution)
    #expect(abs(tracked.lines[0].amplitude - 2) < 0.35 && abs(tracked.lines[1].amplitude - 0.5) < 0.1)
    #expect(abs((page.speed?.rpm ?? 0) - 1800) < 15)
    #expect(page.text(width: 100).contains("ORDER-TRACKED SPECTRUM"))
  }

  @Test(
    "A speed signal that does not turn gives no orders",
    arguments: [[Float](repeating: 0, count: 9000), [], [1, 2]])
  func standing(samples: [Float]) {
    for signal in [
      Analysis.SpeedSignal.pulses(samples, rate_Hz: Self.rate_Hz, perTurn: 1),
      .speeds(samples, rate_Hz: Self.rate_Hz),
    ] {
      #expect(makePage(Self.runUp, rate_Hz: Self.rate_Hz, speedSignal: signal).orderTracked == nil)
    }
  }
}
