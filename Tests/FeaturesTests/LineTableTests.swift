// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import TestData
import Testing

@Suite struct LineTableTests {
  /// A spectrum of Hann lines over a floor that is 1 % of their height at most.
  static func spectrum(_ lines: [(hz: Double, amplitude: Double)], resolution: Double = 0.25) -> Spectrum {
    var random = Noise(3)
    var amplitudes = (0..<8000).map { _ in Float(0.01) * (1.5 + random.centred()) / 2 }
    for (hz, amplitude) in lines {
      let place = hz / resolution
      for k in max(0, Int(place) - 3)...min(amplitudes.count - 1, Int(place) + 4) {
        let x = Double(k) - place
        let lobe = abs(x) < 1e-9 ? 1 : sin(.pi * x) / (.pi * x * (1 - x * x))
        amplitudes[k] += Float(amplitude * abs(abs(abs(x) - 1) < 1e-9 ? 0.5 : lobe))
      }
    }
    return Spectrum(resolution_Hz: resolution, amplitudes: amplitudes, unit: "mm/s")
  }

  static func row(
    _ name: String, _ machine: Machine, shaft: Double, _ kind: LineSpectrum, _ spectrum: Spectrum
  )
    throws -> LineRow
  {
    let table = LineTable(LineCatalogue(of: machine, shaft_Hz: shaft), in: [kind: spectrum])
    #expect(table.rows.allSatisfy { $0.line.spectrum == kind })
    return try #require(table.rows.first { $0.line.name == name })
  }

  @Test("A gear mesh is found with its harmonics and with the sidebands of the shaft that modulates it")
  func gears() throws {
    var gearbox = LineCatalogueTests.machine(.gearbox)
    gearbox.gears = [GearPair(name: "g", driverTeeth: 23, drivenTeeth: 61)]
    let shaft = 24.7
    let mesh = 23 * shaft * 1.002
    let driven = mesh / 61
    var lines = [(mesh, 1.0), (2 * mesh, 0.5), (3 * mesh, 0.3)]
    for k in 1...2 { lines += [(mesh - Double(k) * driven, 0.2), (mesh + Double(k) * driven, 0.25)] }
    let row = try Self.row("GMF", gearbox, shaft: shaft, .acceleration, Self.spectrum(lines))
    #expect(close(row.difference, 0.002, 0.02))
    #expect(row.harmonics.count == 3)
    #expect(close(row.found?.amplitude, 1, 0.16) && (row.found?.prominence ?? 0) > 50)
    let bySpacing = Dictionary(uniqueKeysWithValues: row.sidebands.map { ($0.modulation.by, $0) })
    #expect(bySpacing["driven shaft"]?.pairs == 2)
    #expect(close(bySpacing["driven shaft"]?.highest?.frequency_Hz, mesh + driven, 1e-3))
    #expect(bySpacing["driver's shaft"]?.pairs == 0)
  }

  @Test("An exact line half a per cent off is found, one per cent off is not; a bearing's may be 2 % off")
  func tolerance() throws {
    var fan = LineCatalogueTests.machine(.fan)
    fan.vaneCount = 9
    fan.bearings = [.skf6205]
    let outer = Bearing.skf6205.order(of: .outerRace) * 25
    for (shift, isVane, isBearing) in [
      (1.004, true, true), (1.01, false, true), (0.982, false, true), (1.03, false, false),
    ] {
      let vane = try Self.row("vane pass", fan, shaft: 25, .velocity, Self.spectrum([(225 * shift, 1)]))
      #expect((vane.found != nil) == isVane)
      let bearing = try Self.row("BPFO", fan, shaft: 25, .envelope, Self.spectrum([(outer * shift, 1)]))
      #expect((bearing.found != nil) == isBearing)
      if isBearing { #expect(close(bearing.found?.frequency_Hz, outer * shift, 1e-3)) }
    }
  }

  @Test(
    "What cannot be told apart from the shaft, or lies outside the spectrum, has an obstacle instead of a line"
  )
  func obstacles() throws {
    var machine = LineCatalogueTests.machine(.motor)
    machine.lineFrequency_Hz = 50
    machine.poleCount = 2
    machine.rotorBarCount = 60
    // 2 f_L is 100 Hz, twice the shaft's frequency 99.8 Hz.
    let close = try Self.row("2x line", machine, shaft: 49.9, .velocity, Self.spectrum([(99.8, 1)]))
    #expect(close.found == nil && close.obstacle?.contains("multiple of shaft speed") == true)
    let apart = try Self.row("2x line", machine, shaft: 49, .velocity, Self.spectrum([(98, 1), (100, 0.5)]))
    #expect(apart.obstacle == nil && abs((apart.found?.frequency_Hz ?? 0) - 100) < 0.05)
    let bars = try Self.row("bar pass", machine, shaft: 49, .acceleration, Self.spectrum([]))
    #expect(bars.obstacle?.contains("above the spectrum") == true)
    machine.belts = [BeltDrive(name: "b", length_mm: 2000, pulleyDiameter_mm: 20)]
    let belt = try Self.row("belt rate", machine, shaft: 49, .velocity, Self.spectrum([(1.54, 1)]))
    #expect(belt.obstacle?.contains("eight of its periods") == true)
  }

  @Test("Pole pass sidebands of the shaft's line count as pairs, and not where the resolution is too coarse")
  func polePass() throws {
    var machine = LineCatalogueTests.machine(.motor)
    machine.lineFrequency_Hz = 50
    machine.poleCount = 4
    let lines = [(24.0, 1.0), (20, 0.1), (28, 0.1), (16, 0.08)]
    let fine = try Self.row("1x with pole pass", machine, shaft: 24, .velocity, Self.spectrum(lines))
    #expect(fine.sidebands.first?.pairs == 1)
    let coarse = try Self.row(
      "1x with pole pass", machine, shaft: 24, .velocity, Self.spectrum(lines, resolution: 2))
    #expect(coarse.sidebands.first?.pairs == nil)
  }

  @Test("Flat, empty and one-bin spectra give rows without lines, and a table survives JSON")
  func degenerate() throws {
    var machine = LineCatalogueTests.machine(.pump)
    machine.vaneCount = 6
    machine.bearings = [.skf6205]
    let catalogue = LineCatalogue(of: machine, shaft_Hz: 25)
    for amplitudes in [
      [], [1], [1, 2], Array(repeating: Float(0), count: 4000), Array(repeating: .nan, count: 4000),
    ] {
      for resolution in [0.25, 0, .nan] {
        let spectrum = Spectrum(resolution_Hz: resolution, amplitudes: amplitudes, unit: "")
        let table = LineTable(catalogue, in: [.envelope: spectrum, .velocity: spectrum])
        #expect(table.rows.count == 5 && table.rows.allSatisfy { $0.found == nil })
      }
    }
    let table = LineTable(catalogue, in: [.velocity: Self.spectrum([(150, 1), (300, 0.2)])])
    let row = try #require(table.rows.first)
    #expect(table.rows.count == 1 && row.harmonics.count == 2)
    #expect(try JSONDecoder().decode(LineTable.self, from: JSONEncoder().encode(table)) == table)
  }
}
