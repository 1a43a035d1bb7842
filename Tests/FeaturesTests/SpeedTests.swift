// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

/// What the daemon does where no shaft speed is measured.
@Suite("Shaft speed in a window") struct SpeedTests {
  static let rate = 12_800.0
  static let count = 32_768

  static func drive(rated_rpm: Double?) -> Machine {
    var machine = Machine.drive
    machine.ratedSpeed_rpm = rated_rpm
    return machine
  }

  /// A shaft with six harmonics in noise.
  static func shaft(_ hz: Double) -> [Float] {
    Signals.sum(
      Signals.sines((1...6).map { (1 / Double($0), Double($0) * hz) }, rate: rate, count: count),
      Signals.gaussian(0.1, count: count))
  }

  static func window(
    _ samples: [Float], _ machine: Machine, speed: Double? = nil, state: OperatingState = running
  ) -> FeatureWindow {
    var extractor = FeatureExtractor()
    return extractor.extract(Waveform(samples, rate: rate), of: machine, speed_rpm: speed, state: state)
  }

  @Test(
    "Near the rated speed the shaft's harmonics tell it; the window says so, and has orders and bearing lines",
    arguments: [1440.0, 1473, 1532])
  func estimated(rpm: Double) throws {
    let window = Self.window(Self.shaft(rpm / 60), Self.drive(rated_rpm: 1480))
    #expect(window.speedOrigin == .estimated)
    #expect(close(window.values[.shaftSpeed], rpm, 5e-4))
    #expect(try #require(window.values[.shaftSpeedConfidence]) >= 0.35)
    #expect(window.values[.order1] != nil && !window.lines.isEmpty)
  }

  @Test(
    "A speed that is measured is used, right or wrong, and so is the measurement that the shaft stands still")
  func measured() {
    let machine = Self.drive(rated_rpm: 1480)
    let window = Self.window(Self.shaft(1473 / 60), machine, speed: 1450)
    #expect(window.speedOrigin == .measured && window.values[.shaftSpeed] == 1450)
    #expect(window.values[.shaftSpeedConfidence] == nil)
    let still = Self.window(Self.shaft(1473 / 60), machine, speed: 0)
    #expect(still.speedOrigin == nil && still.values[.shaftSpeed] == nil)
  }

  @Test(
    "Without ratings, away from them, in noise, of a mains' hum or of a machine that is off nothing is estimated"
  )
  func silent() {
    let machine = Self.drive(rated_rpm: 1480)
    let hum = Signals.sum(
      Signals.sines((1...8).map { (1 / Double($0), 100 * Double($0)) }, rate: Self.rate, count: Self.count),
      Signals.gaussian(0.1, count: Self.count))
    let windows = [
      Self.window(Self.shaft(1473 / 60), Self.drive(rated_rpm: nil)),
      Self.window(Self.shaft(1200 / 60), machine),
      Self.window(Signals.gaussian(1, count: Self.count), machine), Self.window(hum, machine),
      Self.window(Self.shaft(1473 / 60), machine, state: OperatingState(motion: .off)),
    ]
    for window in windows {
      #expect(window.speedOrigin == nil && window.values[.shaftSpeed] == nil && window.lines.isEmpty)
    }
  }
}
