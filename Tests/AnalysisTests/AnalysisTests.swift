// SPDX-License-Identifier: Apache-2.0

import Analysis
import Diagnose
import Foundation
import Machine
import Testing

private func close(_ a: Double?, _ b: Double, _ tolerance: Double) -> Bool {
  a.map { abs($0 - b) <= tolerance * abs(b) } ?? false
}

/// Signals that no machine makes.
private let noVibration: [[Float]] = {
  let varied: [Float] = (0..<20_000).map { Float($0 % 100) }
  var broken = varied
  broken[77] = .nan
  let enormous: [Float] = varied.map { $0 < 50 ? 0 : 3e38 }
  let constants: [[Float]] = [0, 3, .nan, .infinity, .leastNonzeroMagnitude].map {
    Array(repeating: $0, count: 20_000)
  }
  return [[], [1], broken, enormous] + constants
}()

@Suite("Analysis: one waveform, one page") struct PageTests {
  @Test("1 g at 50 Hz is 22.0727 mm/s RMS and 198.724 um peak to peak") func closedForm() {
    let result = makePage(
      sines([(gravity, 50)], count: 102_400, rate_Hz: 25_600), rate_Hz: 25_600, speed_rpm: 3000)
    #expect(close(result.overall.velocityRMS_mm_s, 22.0727, 1e-4))
    #expect(close(result.overall.displacementRMS_um, 198.724 / 8.0.squareRoot(), 1e-3))
    #expect(
      close(result.orders.first { $0.name == "1x" }?.velocityRMS_mm_s, 22.0727, 1e-3))
  }

  @Test("A group 2 machine on a rigid base at 4.6 mm/s is in zone D, at 10 kW it is refused") func severity()
  {
    let amplitude = 4.6e-3 * 2 * .pi * 50 * 2.0.squareRoot()
    let samples = sines([(amplitude, 50)], count: 51_200, rate_Hz: 25_600)
    var machine = rig
    (machine.ratedPower_kW, machine.support) = (75, .rigid)
    let judged = makePage(samples, rate_Hz: 25_600, machine: machine, speed_rpm: 3000)
    #expect(judged.severity.zone == .D)
    #expect(judged.findings.contains { $0.kind == .severity })
    machine.ratedPower_kW = 10
    let refused = makePage(samples, rate_Hz: 25_600, machine: machine, speed_rpm: 3000)
    #expect(refused.severity.zone == nil)
    #expect(refused.severity.refusal?.contains("15 kW") == true)
  }

  @Test("Without a unit there is no velocity and no zone, and the reason is said") func noUnit() {
    let result = makePage(sines([(1, 50)], count: 25_600, rate_Hz: 25_600), rate_Hz: 25_600, unit: nil)
    #expect(result.overall.velocityRMS_mm_s == nil && result.orders.isEmpty)
    #expect(result.severity.refusal == "the unit of the samples is not known")
    #expect(close(result.statistics?.kurtosis, 1.5, 1e-3))
  }

  @Test("Without speed or geometry the bearings are not assessable, and what is missing is named")
  func missing() {
    let samples = sines([(1, 50)], count: 25_600, rate_Hz: 25_600)
    var bare = rig
    bare.bearings = []
    let result = makePage(samples, rate_Hz: 25_600, machine: bare)
    #expect(result.findings.map(\.kind) == [.notAssessable])
    #expect(result.findings[0].detail == "missing: bearing geometry, shaft speed")
  }

  @Test(
    "What is no vibration gives a page without a fault",
    arguments: noVibration)
  func notVibration(samples: [Float]) {
    for unit in ["m/s2", nil] {
      let result = makePage(samples, rate_Hz: 12_000, speed_rpm: 1797, unit: unit)
      #expect(!result.findings.contains { $0.kind == .fault || $0.kind == .severity })
      #expect(!result.findings.isEmpty)
      #expect(isXML(result.svg()))
      #expect(result.text(width: 80).contains("FINDINGS"))
      #expect(throws: Never.self) { try JSONEncoder().encode(result) }
    }
  }

  @Test("Clipped samples are a finding about the sensor, and no fault of the machine") func clipped() throws {
    let whole = sines([(120, 147), (30, 29.95)], count: 60_000, rate_Hz: 12_000)
    let result = makePage(whole.map { min(max($0, -100), 100) }, rate_Hz: 12_000, speed_rpm: 1797)
    #expect(result.defect?.kind == .clipped)
    #expect(result.findings.map(\.kind) == [.sensor])
  }
}

@Suite(
  "Analysis: CWRU records",
  .enabled(if: CWRU.isPresent, "the CWRU records are not in MILLWRIGHT_DATA or ../shared/data"))
struct CWRUPageTests {
  @Test("X130, outer race, 1796 r/min: the published statistics and the BPFO line, named") func outerRace()
    throws
  {
    let result = try CWRU.page("12k_Drive_End_OR007@6_0_130")
    let statistics = try #require(result.statistics)
    // NumPy over the same record: condition-monitoring reference, real records.
    #expect(close(statistics.rms, 0.66910, 1e-4) && close(statistics.peak, 3.6073, 1e-4))
    #expect(close(statistics.crest, 5.391, 1e-3) && close(statistics.kurtosis, 7.649, 1e-3))
    let row = try #require(result.lines.first { $0.name == "BPFO" })
    #expect(row.verdict == .named && row.harmonics_Hz.count == 5)
    #expect(close(row.expected_Hz, 107.30, 1e-4) && close(row.found_Hz, 107.61, 1e-3))
    #expect(close(row.difference_percent, 0.29, 0.2))
    #expect(result.lines.filter { $0.verdict == .named }.count == 1)
    #expect(result.findings[0].kind == .fault && result.findings[0].title.hasPrefix("Outer race damage"))
  }

  @Test("X105, inner race, 1797 r/min: the BPFI line with sidebands of the shaft, named") func innerRace()
    throws
  {
    let result = try CWRU.page("12k_Drive_End_IR007_0_105")
    let row = try #require(result.lines.first { $0.name == "BPFI" })
    #expect(row.verdict == .named)
    #expect(close(row.expected_Hz, 162.19, 1e-4) && close(row.found_Hz, 161.70, 1e-3))
    #expect(row.sidebands.first?.by == "shaft")
    #expect((row.sidebands.first?.pairs ?? 0) >= 1)
  }

  @Test(
    "A capture of 1.4 s is judged by the limits of the daemon's windows",
    arguments: [
      ("12k_Drive_End_OR007@6_0_130", "BPFO"), ("12k_Drive_End_IR007_0_105", "BPFI"),
      ("12k_Drive_End_B007_0_118", nil), ("normal_0_97_12kdec", nil), ("normal_3_100_12kdec", nil),
    ])
  func short(name: String, line: String?) throws {
    let result = try CWRU.page(name, length_s: 1.4)
    #expect(result.lines.first { $0.verdict == .named }?.name == line)
    #expect(result.findings.map(\.kind) == [line == nil ? .notAssessable : .fault])
  }

  @Test(
    "Without a speed it is read from the spectrum near the synchronous one, and the race is named all the same"
  )
  func estimated() throws {
    var motor = rig
    (motor.lineFrequency_Hz, motor.poleCount) = (60, 4)
    let result = try CWRU.page("12k_Drive_End_OR007@6_0_130", of: motor, hasSpeed: false)
    #expect(close(result.speed?.rpm, 1796, 1.5e-3))
    #expect(result.speed?.source.contains("spectrum") == true)
    #expect(result.findings[0].title.hasPrefix("Outer race damage"))
    #expect(try CWRU.page("12k_Drive_End_OR007@6_0_130", hasSpeed: false).speed == nil)
  }

  @Test("The race is named without a unit as well: ratios need none") func noUnit() throws {
    let result = try CWRU.page("12k_Drive_End_OR007@6_0_130", unit: nil)
    #expect(result.findings[0].kind == .fault)
  }

  @Test(
    "A damaged ball that does not show, and sound bearings, name nothing",
    arguments: ["12k_Drive_End_B007_0_118", "normal_0_97_12kdec", "normal_3_100_12kdec", "normal_0_97_48k"])
  func silent(name: String) throws {
    let result = try CWRU.page(name)
    #expect(result.findings.map(\.kind) == [.none])
    #expect(!result.lines.contains { $0.verdict == .named })
  }
}

private func close(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool { abs(a - b) <= tolerance * abs(b) }
