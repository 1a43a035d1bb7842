// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import TestData
import Testing

@Suite struct BearingTests {
  struct Published: Sendable, CustomTestStringConvertible {
    var name: String
    var bearing: Bearing
    var speed: Double
    /// FTF, BPFO, BPFI, 2 x BSF in Hz, and the share to which the source is precise.
    var lines: [Double]
    var precision: Double
    var testDescription: String { name }
  }

  static func bearing(_ n: Int, _ d: Double, _ pitch: Double, _ angle: Double = 0) -> Bearing {
    Bearing(
      name: "DE", designation: "", rollingElements: n, elementDiameter_mm: d, pitchDiameter_mm: pitch,
      contactAngle_deg: angle, source: "")
  }

  static let published = [
    Published(
      name: "SKF 6205, CWRU's multiples of shaft speed", bearing: .skf6205, speed: 60,
      lines: [0.3983, 3.5848, 5.4152, 4.7135], precision: 1e-4),
    Published(
      name: "NICE bearing of the MFPT data, MathWorks", bearing: bearing(8, 0.235, 1.245), speed: 1500,
      lines: [10.1406, 81.125, 118.875, 2 * 63.91], precision: 2e-3),
    Published(
      name: "MathWorks bearingFaultBands, 15 degrees", bearing: bearing(8, 20, 120, 15), speed: 1500,
      lines: [10.4877, 83.9012, 116.0988, 2 * 73.0562], precision: 1e-5),
  ]

  @Test("Lines of a bearing follow from its geometry", arguments: published)
  func kinematics(_ published: Published) {
    let shaft = published.speed / 60
    let order: [BearingLine] = [.cage, .outerRace, .innerRace, .rollingElement]
    for (line, expected) in zip(order, published.lines) {
      #expect(close(published.bearing.order(of: line) * shaft, expected, published.precision))
    }
    let n = Double(published.bearing.rollingElements)
    let (outer, inner) = (published.bearing.order(of: .outerRace), published.bearing.order(of: .innerRace))
    #expect(close(outer + inner, n, 1e-12))
    #expect(close(published.bearing.order(of: .cage) * n, outer, 1e-12))
  }

  /// A casing that rings at 3.2 kHz whenever something strikes, with a little noise.
  static func impacts(
    at hz: Double, slip: Double = 0.005, modulation: (depth: Double, hz: Double) = (0, 1), noise: Double = 0.3
  ) -> [Float] {
    var x = Signals.gaussian(noise, count: 16_384, seed: 7)
    var random = Noise(11)
    var strike = 0.001
    while strike < 1.28 {
      let strength = 8 * (1 + modulation.depth * cos(2 * .pi * modulation.hz * strike))
      for n in Int((strike * 12_800).rounded(.up))..<min(Int((strike + 0.01) * 12_800), 16_384) {
        let t = Double(n) / 12_800 - strike
        x[n] += Float(strength * exp(-t / 0.001) * sin(2 * .pi * 3200 * t))
      }
      strike += (1 + slip * Double(random.centred())) / hz
    }
    return x
  }

  static func lines(_ samples: [Float], speed: Double = 1480, machine: Machine = .drive) -> [BearingLine:
    LineMatch]
  {
    var extractor = FeatureExtractor()
    let window = extractor.extract(
      Waveform(samples, rate: 12_800), of: machine, speed_rpm: speed, state: running)
    return Dictionary(uniqueKeysWithValues: window.lines.map { ($0.line, $0) })
  }

  @Test(
    "Each kind of strike stands at its own line, and is the most prominent", arguments: BearingLine.allCases)
  func defect(line: BearingLine) throws {
    let shaft = 1480.0 / 60
    let true_Hz = Bearing.skf6205.order(of: line) * shaft * 0.992
    let spacing: Double? =
      switch line {
      case .innerRace: shaft
      case .rollingElement: Bearing.skf6205.order(of: .cage) * shaft
      default: nil
      }
    // A loose cage modulates what the elements do anyway; it does not strike.
    let x =
      line == .cage
      ? Self.impacts(at: 1111, slip: 1, modulation: (0.9, true_Hz))
      : Self.impacts(at: true_Hz, modulation: spacing.map { (0.7, $0) } ?? (0, 1))
    let lines = Self.lines(x)
    let match = try #require(lines[line])
    #expect(close(match.found_Hz, true_Hz, 0.004))
    #expect(match.prominence > 15)
    // A modulation this smooth has no harmonics.
    #expect(match.harmonics >= (line == .cage ? 1 : 2))
    #expect(match.sidebands == (spacing != nil))
    #expect(lines.values.max { $0.prominence < $1.prominence }?.line == line)
  }

  @Test("Noise and shaft lines alone have no bearing line", arguments: 1...20)
  func healthy(seed: Int) {
    let shaft = 1480.0 / 60
    let noise = Signals.gaussian(1, count: 16_384, seed: UInt64(seed))
    // A carrier in the band that the shaft modulates: a healthy machine's envelope.
    let modulated = (0..<16_384).map { n -> Float in
      let t = Double(n) / 12_800
      let shaftPart = (1...8).reduce(0.0) { $0 + 0.3 * cos(2 * .pi * Double($1) * shaft * t) }
      return Float((1 + shaftPart) * cos(2 * .pi * 3000 * t))
    }
    for match in Self.lines(Signals.sum(noise, modulated)).values {
      #expect(match.prominence < 6 && match.harmonics < 2)
    }
  }

  @Test("A line beside a multiple of shaft speed is not taken for the shaft's")
  func orderNextToLine() throws {
    // SKF 6203: BPFO is 3.053 times shaft speed. At 2.5 s a window parts it from the third order.
    var machine = Machine.drive
    machine.bearings = [Self.bearing(8, 0.2656, 1.122)]
    let shaft = 1480.0 / 60
    let x = (0..<32_768).map { n -> Float in
      let t = Double(n) / 12_800
      return Float((1 + 0.8 * cos(2 * .pi * 3 * shaft * t)) * cos(2 * .pi * 3000 * t))
    }
    let noisy = Signals.sum(x, Signals.gaussian(0.2, count: 32_768))
    let lines = Self.lines(noisy, machine: machine)
    let outer = try #require(lines[.outerRace])
    #expect(outer.found_Hz == nil)
    // The cage line needs eight turns of the cage.
    #expect(lines[.cage] != nil)
    #expect(Self.lines(Array(noisy.prefix(8192)), machine: machine)[.cage] == nil)
  }

  @Test(
    "Damage that rings at 8 kHz, where the fixed band does not listen, is found in the bearing's own band")
  func ownBand() throws {
    let rate = 25_600.0
    let hz = Bearing.skf6205.order(of: .outerRace) * 1480 / 60 * 0.992
    var x = Signals.gaussian(1, count: 32_768)
    for strike in stride(from: 0.0, to: 1.27, by: 1 / hz) {
      let first = Int((strike * rate).rounded(.up))
      for n in first..<min(x.count, first + 200) {
        let t = Double(n) / rate - strike
        x[n] += Float(2 * exp(-t / 0.0008) * sin(2 * .pi * 8000 * t))
      }
    }
    func outer(_ searchesBands: Bool) throws -> (LineMatch, FeatureWindow) {
      var extractor = FeatureExtractor(searchesBands: searchesBands)
      let window = extractor.extract(
        Waveform(x, rate: rate), of: .drive, speed_rpm: 1480, state: running)
      return (try #require(window.lines.first { $0.line == .outerRace }), window)
    }
    let (fixed, plain) = try outer(false)
    let (match, window) = try outer(true)
    #expect(fixed.band == .fixed && fixed.prominence < 6 && plain.values[.defectBandCentre] == nil)
    #expect(match.band != .fixed && match.prominence > 15 && match.harmonics >= 2)
    #expect(close(match.found_Hz, hz, 0.004))
    #expect(abs((window.values[.defectBandCentre] ?? 0) - 8000) < 1200)
  }
}
