// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

/// Orders, levels and bands: what follows from the shaft speed, and what is missing without it.
@Suite struct ShaftTests {
  static let rate = 12_800.0
  static let count = 16_384
  static let speed = 1480.0
  static let shaft = speed / 60

  static func window(_ samples: [Float], speed: Double? = speed, machine: Machine = .drive) -> FeatureWindow {
    var extractor = FeatureExtractor()
    return extractor.extract(
      Waveform(samples, rate: rate), of: machine, speed_rpm: speed, state: running)
  }

  /// Sines of 1 mm/s RMS times `mm_s` at multiples of the shaft speed.
  static func orders(_ orders: [(order: Double, mm_s: Double)]) -> [Float] {
    Signals.sines(
      orders.map {
        ($0.mm_s * 2.0.squareRoot() * 2 * .pi * $0.order * shaft / 1000, $0.order * shaft)
      }, rate: rate, count: count)
  }

  @Test("Each order is the velocity of its own line")
  func orderLines() {
    var machine = Machine.drive
    machine.vaneCount = 6
    let x = Self.orders([(0.5, 0.4), (1, 3), (2, 1.5), (3, 0.7), (4, 0.6), (6, 0.8), (10, 0.2)])
    let v = Self.window(x, machine: machine).values
    #expect(close(v[.orderHalf], 0.4, 0.01))
    #expect(close(v[.order1], 3, 0.005))
    #expect(close(v[.order2], 1.5, 0.005))
    #expect(close(v[.order3], 0.7, 0.005))
    #expect(close(v[.orders4to10], (0.36 + 0.64 + 0.04).squareRoot(), 0.005))
    #expect(close(v[.vanePass], 0.8, 0.005))
    #expect(v[.shaftSpeed] == Self.speed)
  }

  @Test("Without a shaft speed there are no orders, no vane pass, no broadband level, no bearing lines")
  func noSpeed() {
    var machine = Machine.drive
    machine.vaneCount = 6
    machine.ratedSpeed_rpm = 1480
    let window = Self.window(Self.orders([(1, 3)]), speed: nil, machine: machine)
    for feature: Feature in [
      .orderHalf, .order1, .order2, .order3, .orders4to10, .vanePass, .broadbandRMS, .shaftSpeed,
    ] {
      #expect(window.values[feature] == nil)
    }
    #expect(window.lines.isEmpty)
    #expect(close(window.values[.velocityRMS], 3, 0.005))
  }

  @Test("The speed that came with the waveform wins over the machine's last reading")
  func ownSpeed() {
    var extractor = FeatureExtractor()
    let window = extractor.extract(
      Waveform(Self.orders([(1, 3)]), rate: Self.rate, speed: Self.speed), of: .drive, speed_rpm: 900,
      state: running)
    #expect(close(window.values[.order1], 3, 0.005))
  }

  @Test(
    "Nothing is an order where lines cannot be told apart, or where there is no spectrum",
    arguments: [0, -1480, .nan, 60, 1e9])
  func unusableSpeeds(speed: Double) {
    #expect(Self.window(Signals.gaussian(1, count: Self.count), speed: speed).values[.order1] == nil)
  }

  @Test("Broadband level is the noise from ten orders up, whatever lines stand in it")
  func broadband() {
    let noise = Signals.gaussian(1, count: Self.count)
    let lines = Signals.sines(
      [(5, 500), (8, 1234), (6, 3000), (3, 4000)], rate: Self.rate, count: Self.count)
    let expected = ((0.45 * Self.rate - 10 * Self.shaft) / (Self.rate / 2)).squareRoot()
    #expect(close(Self.window(noise).values[.broadbandRMS], expected, 0.03))
    #expect(close(Self.window(Signals.sum(noise, lines)).values[.broadbandRMS], expected, 0.04))
  }

  @Test("Bands share the energy of white noise by their width, and a sine fills its own band alone")
  func bands() throws {
    let noise = Self.window(Signals.gaussian(1, count: Self.count)).logBands
    let edges = LogBands.edges_Hz
    #expect(edges.count == FeatureWindow.bandCount + 1)
    #expect(close(edges[0], 10, 1e-12) && close(edges[32], 5000, 1e-12))
    for band in 16..<32 {
      let share = (edges[band + 1] - edges[band]) / (Self.rate / 2)
      #expect(abs(Double(noise[band]) - 0.5 * log(share)) < 0.25)
    }
    let sine = Self.window(Signals.sines([(2, 1000)], rate: Self.rate, count: Self.count)).logBands
    let home = try #require((0..<32).first { edges[$0 + 1] > 1000 })
    #expect(abs(Double(sine[home]) - log(2.0.squareRoot())) < 1e-3)
    for band in 0..<32 where abs(band - home) > 1 { #expect(sine[band] < -6) }
  }

  @Test("A band above the Nyquist frequency holds the floor")
  func bandsAboveNyquist() {
    var extractor = FeatureExtractor()
    let bands = extractor.extract(
      Waveform(Signals.gaussian(1, count: 4096), rate: 2560), of: .drive, speed_rpm: nil, state: running
    ).logBands
    for band in 0..<32 { #expect((bands[band] == LogBands.floor) == (LogBands.edges_Hz[band + 1] > 1280)) }
  }

  @Test("What is not a waveform of acceleration gives an empty window")
  func emptyWindows() {
    var extractor = FeatureExtractor()
    var velocity = Waveform(Signals.gaussian(1, count: 4096), rate: Self.rate)
    velocity.quantity = .velocity
    let bad = [
      Waveform([], rate: Self.rate), Waveform([1], rate: Self.rate),
      Waveform([1, .nan] + Array(repeating: 0, count: 4094), rate: Self.rate),
      Waveform([1, .infinity] + Array(repeating: 0, count: 4094), rate: Self.rate),
      Waveform(Signals.gaussian(1, count: 4096), rate: 0),
      Waveform(Signals.gaussian(1, count: 4096), rate: .nan),
      velocity,
    ]
    for waveform in bad {
      let window = extractor.extract(waveform, of: .drive, speed_rpm: 1480, state: running)
      #expect(Feature.allCases.allSatisfy { window.values[$0] == nil })
      #expect(window.logBands.allSatisfy { $0 == LogBands.floor })
      let spectra = extractor.spectra(of: waveform)
      #expect(spectra == nil)
    }
  }

  @Test("A constant has no crest and no kurtosis", arguments: [0, 1, -9.81, 1e6] as [Float])
  func constant(value: Float) {
    let v = Self.window(Array(repeating: value, count: 4096)).values
    #expect(v[.crestFactor] == nil && v[.kurtosis] == nil && v[.accelerationRMS] == 0)
  }

  @Test("A window is the same whatever the extractor has seen before")
  func independence() {
    var used = FeatureExtractor()
    for count in [64, 100, 4096, 8192, 16_384, 5000, 16_384] {
      for rate in [3200.0, 12_800, 25_600] {
        let waveform = Waveform(Signals.gaussian(1, count: count, seed: UInt64(count)), rate: rate)
        var fresh = FeatureExtractor()
        let a = used.extract(waveform, of: .drive, speed_rpm: 1480, state: running)
        let b = fresh.extract(waveform, of: .drive, speed_rpm: 1480, state: running)
        #expect(a.values == b.values && a.lines == b.lines && a.logBands == b.logBands)
      }
    }
  }
}
