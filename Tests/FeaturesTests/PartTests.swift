// SPDX-License-Identifier: Apache-2.0

import Features
import Foundation
import Machine
import Testing

/// Lines and metrics of gears, motor, belts and impeller in the windows that the daemon judges.
@Suite("Parts in a window") struct PartTests {
  static let rate = 12_800.0
  static let count = 32_768
  static let speed = 1470.0
  static let shaft = speed / 60

  static let geared: Machine = {
    var machine = Machine.drive
    machine.gears = [GearPair(name: "stage 1", driverTeeth: 23, drivenTeeth: 47)]
    machine.belts = [BeltDrive(name: "belt", length_mm: 2100, pulleyDiameter_mm: 180)]
    (machine.lineFrequency_Hz, machine.poleCount, machine.rotorBarCount) = (50, 4, 40)
    machine.vaneCount = 7
    return machine
  }()

  static func window(_ samples: [Float], _ machine: Machine = geared, speed: Double? = speed) -> FeatureWindow
  {
    var extractor = FeatureExtractor()
    return extractor.extract(Waveform(samples, rate: rate), of: machine, speed_rpm: speed, state: running)
  }

  /// Acceleration whose velocity has this peak.
  static func velocity(_ peak_mm_s: Double, at hz: Double) -> (amplitude: Double, hz: Double) {
    (peak_mm_s * 2 * .pi * hz / 1000, hz)
  }

  static let noise = Signals.gaussian(0.02, count: count)

  @Test(
    "Each line of a machine's parts stands at its place with its amplitude, and what does not stand has none")
  func lines() throws {
    let mesh = 23 * Self.shaft
    let belt = Double.pi * 180 / 2100 * Self.shaft
    let x = Signals.sines(
      [
        (2, mesh), (1, 2 * mesh), (0.5, mesh - Self.shaft), (0.5, mesh + Self.shaft), (1.5, 40 * Self.shaft),
        Self.velocity(1.2, at: 100), Self.velocity(0.8, at: belt), Self.velocity(3, at: Self.shaft),
        Self.velocity(0.6, at: Self.shaft + 2), Self.velocity(0.6, at: Self.shaft - 2),
        Self.velocity(0.9, at: 7 * Self.shaft),
      ], rate: Self.rate, count: Self.count)
    let window = Self.window(Signals.sum(x, Self.noise))
    func match(_ line: PartLine) throws -> PartMatch { try #require(window.parts.first { $0.line == line }) }
    let oracle: [(PartLine, Double, Double)] = [
      (.gearMesh, mesh, 2), (.barPass, 40 * Self.shaft, 1.5), (.twiceLine, 100, 1.2), (.beltRate, belt, 0.8),
      (.vanePass, 7 * Self.shaft, 0.9), (.polePass, Self.shaft, 3),
    ]
    for (line, hz, amplitude) in oracle {
      let found = try match(line)
      #expect(abs((found.found_Hz ?? 0) - hz) < 0.1 * Self.rate / Double(Self.count) + 1e-4 * hz, "\(line)")
      // Hann's scalloping takes 1.42 dB at most.
      #expect(found.amplitude <= 1.02 * amplitude && found.amplitude >= 0.84 * amplitude, "\(line)")
    }
    let teeth = try match(.gearMesh)
    #expect(teeth.harmonics == 2 && teeth.sidebands?.pairs == 1 && teeth.otherSidebands?.pairs == 0)
    #expect(try match(.polePass).sidebands?.modulation.spacing_Hz == 4 * (25 - Self.shaft))
    #expect(try match(.assemblyPhase).part == "stage 1")
    #expect(window.values[.gearMesh] == teeth.amplitude)
    #expect(close(window.values[.gearSidebands], 0.5, 0.16))
    #expect(close(window.values[.polePassSidebands], 0.6, 0.16))
    // The mains' frequency in the current is not for an accelerometer.
    #expect(!window.parts.contains { $0.line == .currentPolePass })
  }

  @Test("Noise alone has parts without lines: what is looked for and not there reads as not found")
  func silence() {
    let window = Self.window(Self.noise)
    #expect(window.parts.count >= 8)
    #expect(window.parts.count { $0.found_Hz != nil } <= 1)
    #expect(window.gears.isEmpty && window.values[.gearFM4] == nil)
  }

  @Test(
    "A machine that tells nothing of its parts has none, and without a speed only the mains' line is left")
  func missing() {
    let bare = Self.window(Self.noise, .drive)
    #expect(bare.parts.isEmpty && bare.gears.isEmpty)
    #expect(bare.values[.gearMesh] == nil && bare.values[.twiceLine] == nil)
    #expect(Self.window(Self.noise, speed: nil).parts.map(\.line) == [.twiceLine])
  }

  @Test("Many gears are looked at up to the limit of a window")
  func bounded() {
    var machine = Self.geared
    machine.gears = (0..<40).map { GearPair(name: "g\($0)", driverTeeth: 20 + $0, drivenTeeth: 61) }
    #expect(Self.window(Self.noise, machine).parts.count == FeatureWindow.partLimit)
  }

  /// A mesh of 23 teeth with a harmonic; a tooth that strikes once a turn when it is cracked.
  static func gear(_ strike: Double) -> [Float] {
    (0..<count).map { n in
      let turns = Double(n) / rate * shaft
      let angle = 2 * Double.pi * turns
      var x = 2 * cos(23 * angle) + 0.7 * cos(46 * angle) + Double(noise[n])
      let since = (turns - turns.rounded(.down)) * 23
      if since < 1 { x += strike * sin(.pi * since) * cos(2 * .pi * 4.3 * since) }
      return Float(x)
    }
  }

  @Test(
    "A cracked tooth of the driver raises FM4 of that gear, and FM0; a sound mesh has neither, and 8 turns are needed"
  )
  func crackedTooth() throws {
    let (sound, cracked) = (Self.window(Self.gear(0)), Self.window(Self.gear(3)))
    func driver(_ window: FeatureWindow) throws -> GearMatch {
      try #require(window.gears.first { $0.wheel == .driver })
    }
    // Averaged noise is Gaussian: kurtosis 3.
    #expect(try abs((driver(sound).fm4 ?? 0) - 3) < 1)
    #expect(try (driver(cracked).fm4 ?? 0) > 8)
    #expect(try (driver(cracked).fm0 ?? 0) > 1.3 * (driver(sound).fm0 ?? 0))
    #expect(try driver(cracked).turns >= 60)
    #expect(try close(cracked.values[.gearFM4], driver(cracked).fm4 ?? 0, 1e-12))
    let short = Self.window(Array(Self.gear(3).prefix(4000)))
    #expect(short.gears.isEmpty)
  }

  @Test("NA4 rises when a gear that was sound for ten windows cracks")
  func history() throws {
    var extractor = FeatureExtractor()
    func na4(_ samples: [Float]) -> Double {
      extractor.extract(
        Waveform(samples, rate: Self.rate), of: Self.geared, speed_rpm: Self.speed, state: running
      ).gears.first { $0.wheel == .driver }?.na4 ?? .nan
    }
    for _ in 0..<9 { _ = na4(Self.gear(0)) }
    let before = na4(Self.gear(0))
    #expect(abs(before - 3) < 1.5)
    #expect(na4(Self.gear(3)) > 20 * before)
  }
}
