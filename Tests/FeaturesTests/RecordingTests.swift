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

  @Test("Every window of every record passes the gate")
  func gate() throws {
    var gate = ValidityGate(plant: Plant(site: "CWRU", machines: [.drive]))
    for record in try Record.driveEnd.get() {
      for start in stride(from: 0, through: record.samples.count - 16_384, by: 16_384) {
        let samples = Array(record.samples[start..<(start + 16_384)])
        let waveform = Waveform(samples, rate: record.rate_Hz, speed: record.speed_rpm)
        #expect(gate.judge(waveform, machineRunning: true) == nil, "\(record.name)")
      }
    }
  }
}
