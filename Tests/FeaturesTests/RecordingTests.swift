// SPDX-License-Identifier: Apache-2.0

import Condition
import Features
import Foundation
import Machine
import TestData
import Testing

/// Real bearings. Skipped, and said so, where the records are not at hand: set MILLWRIGHT_DATA.
@Suite(
  .enabled(
    if: Record.isPresent, "no CWRU records: MILLWRIGHT_DATA is not set and ../shared/data is not there"
  ))
struct RecordingTests {
  struct Whole: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var rms, peak, crest, kurtosis: Double
    /// Highest lines of the envelope spectrum, 40-500 Hz: Hz, and g where it was published.
    var lines: [(hz: Double, amplitude: Double?)]
  }

  /// SciPy's values for whole records: envelope by a fourth-order zero-phase Butterworth filter, 2-5 kHz.
  static let table = [
    Whole(
      testDescription: "OR007@6_0_130", rms: 0.66910, peak: 3.6073, crest: 5.391, kurtosis: 7.649,
      lines: [(107.61, 0.6307), (215.33, 0.354), (322.94, 0.200), (430.56, 0.178)]),
    Whole(
      testDescription: "IR007_0_105", rms: 0.29122, peak: 1.7256, crest: 5.925, kurtosis: 5.396,
      lines: [(161.70, 0.184), (101.83, nil), (59.87, nil), (323.39, nil), (485.09, nil)]),
    Whole(
      testDescription: "B007_0_118", rms: 0.13866, peak: 0.6196, crest: 4.469, kurtosis: 2.985,
      lines: [(215.39, nil), (71.86, nil)]),
    Whole(
      testDescription: "normal_0_97_48k", rms: 0.07269, peak: 0.2992, crest: 4.116, kurtosis: 2.764,
      lines: [(119.64, 0.0303)]),
  ]

  @Test("Whole records give the published statistics and envelope lines", arguments: table)
  func published(_ expected: Whole) throws {
    let record = try #require(try Record.driveEnd.get().first { $0.name == expected.testDescription })
    // In g, so that the numbers are those of the table.
    let waveform = Waveform(
      record.samples.map { $0 / Float(standardGravity) }, rate: record.rate_Hz, speed: record.speed_rpm)
    var extractor = FeatureExtractor()
    let values = extractor.extract(waveform, of: .drive, speed_rpm: nil, state: running).values
    // Our length is the next fast one, at most 2 % shorter than the record.
    #expect(close(values[.accelerationRMS], expected.rms, 1e-3))
    #expect(close(values[.accelerationPeak], expected.peak, 1e-3))
    #expect(close(values[.kurtosis], expected.kurtosis, 2e-3))
    let found = extractor.spectra(of: waveform)
    let envelope = try #require(found).envelope
    let span = Int((40 / envelope.resolution_Hz).rounded(.up))...Int(500 / envelope.resolution_Hz)
    let top = span.filter {
      envelope.amplitudes[$0] > envelope.amplitudes[$0 - 1]
        && envelope.amplitudes[$0] > envelope.amplitudes[$0 + 1]
    }
    .sorted { envelope.amplitudes[$0] > envelope.amplitudes[$1] }
    for (rank, line) in expected.lines.enumerated() {
      let place = top.prefix(expected.lines.count + 2).first {
        abs(Double($0) * envelope.resolution_Hz - line.hz) < 0.25
      }
      #expect(place != nil, "rank \(rank), \(line.hz) Hz")
      if let place, let amplitude = line.amplitude {
        // And so the bins lie elsewhere: Hann's scalloping is 1.42 dB.
        #expect(close(Double(envelope.amplitudes[place]), amplitude, 0.151))
      }
    }
  }

  /// What the most prominent line of each window says, by the limits of `LineLimits`.
  static func named(_ record: Record, window: Double) throws -> [BearingLine?] {
    var extractor = FeatureExtractor()
    var gate = ValidityGate(plant: Plant(site: "CWRU", machines: [.drive]))
    let count = Int((window * record.rate_Hz / 2).rounded()) * 2
    return stride(from: 0, through: record.samples.count - count, by: count).map { start in
      let samples = Array(record.samples[start..<(start + count)])
      let waveform = Waveform(samples, rate: record.rate_Hz, speed: record.speed_rpm)
      #expect(gate.judge(waveform, machineRunning: true) == nil, "\(record.name)")
      return verdict(extractor.extract(waveform, of: .drive, speed_rpm: nil, state: running).lines)
    }
  }

  /// The rule that the documentation of `LineLimits` gives.
  static func verdict(_ lines: [LineMatch]) -> BearingLine? {
    let top = lines.filter { $0.line != .cage }.max { $0.prominence < $1.prominence }
    if let top, top.found_Hz != nil {
      let (p, h) = (top.prominence, top.harmonics)
      let isNamed =
        top.line == .rollingElement
        ? p >= LineLimits.elementProminence && h >= LineLimits.namingHarmonics && top.sidebands
        : p >= LineLimits.namingProminence && h >= LineLimits.namingHarmonics
          || p >= LineLimits.familyProminence && h >= LineLimits.familyHarmonics
      return isNamed ? top.line : nil
    }
    let cage = lines.first { $0.line == .cage }
    guard let cage, cage.prominence >= LineLimits.cageProminence, cage.harmonics >= LineLimits.namingHarmonics
    else { return nil }
    return .cage
  }

  @Test(
    "Every window passes the gate; inner and outer races are named, the rest is silent, none is wrong",
    arguments: [1.28, 16_384.0 / 12_000])
  func races(window: Double) throws {
    var (right, wrong, silent) = (0, 0, 0)
    for record in try Record.driveEnd.get() {
      let names = try Self.named(record, window: window)
      let expected: BearingLine? =
        if record.name.hasPrefix("OR") { .outerRace } else if record.name.hasPrefix("IR") { .innerRace } else
        { nil }
      // The outer-race records of 14 mil show no line; that they are odd is known.
      guard let expected, !record.name.hasPrefix("OR014") else {
        #expect(names.allSatisfy { $0 == nil }, "\(record.name)")
        continue
      }
      right += names.count { $0 == expected }
      silent += names.count { $0 == nil }
      wrong += names.count { $0 != nil && $0 != expected }
      // Most windows of each record name it, so a rule that wants several windows does too.
      #expect(2 * names.count { $0 == expected } > names.count, "\(record.name)")
    }
    #expect(wrong == 0)
    #expect(Double(right) >= 0.98 * Double(right + silent))
    #expect(right > 240)
  }
}
