// SPDX-License-Identifier: Apache-2.0

import Condition
import Foundation
import Machine
import TestData
import Testing

/// A way to spoil a capture, at one strength.
struct Injection: Sendable {
  var name: String
  var strength: String
  /// Verdicts that name it.
  var kinds: Set<SensorDefect.Kind>
  /// Share of real captures in which it must be found; what is too weak to be found has none.
  var least: Double = 1
  /// The range of the sensor, where that is known.
  var fullScale: (@Sendable ([Float]) -> Float)?
  var spoil: @Sendable (inout [Float], inout Noise) -> Void

  /// A whole number below `limit`.
  static func below(_ limit: Int, _ random: inout Noise) -> Int {
    min(limit - 1, Int((Double(random.centred()) + 0.5) * Double(limit)))
  }

  private static func run(_ length: Int, _ kinds: Set<SensorDefect.Kind>, least: Double, _ value: Float?)
    -> Injection
  {
    let name = value.map { $0.isNaN ? "NaN" : "zeros" } ?? "last value held"
    return Injection(name: name, strength: "\(length) samples", kinds: kinds, least: least) { x, random in
      let start = 1 + below(x.count - length - 1, &random)
      for i in start..<start + length { x[i] = value ?? x[start - 1] }
    }
  }

  static let runs: [Injection] =
    [(4, 0), (8, 1), (16, 1), (64, 1), (512, 1)].flatMap { length, least in
      [run(length, [.dropout], least: least, 0), run(length, [.stuck], least: least, nil)]
    } + [
      run(1, [.invalidMark], least: 1, .nan), run(16, [.dropout], least: 1, .nan),
      run(512, [.dropout], least: 1, .nan),
    ]

  static let notches: [Injection] = [(4, 0.0), (16, 0.0), (64, 1.0)].map { count, least in
    Injection(name: "single zeros", strength: "\(count) of a capture", kinds: [.dropout], least: least) {
      x, random in
      for _ in 0..<count { x[below(x.count, &random)] = 0 }
    }
  }

  static let groups: [Injection] = [2, 3, 8].map { size in
    Injection(name: "stale words", strength: "each \(size) times", kinds: [.stuck], least: 1) { x, _ in
      for i in x.indices { x[i] = x[i - i % size] }
    }
  }

  /// Cuts off what lies above the given share of the samples' magnitudes.
  static let clips: [Injection] = [(0.0005, 0.7), (0.002, 1.0), (0.01, 1.0), (0.05, 1.0)].map {
    share, least in
    Injection(
      name: "cut off, rail unknown", strength: "\(100 * share) % of samples", kinds: [.clipped], least: least
    ) { x, _ in
      let rail = x.map(abs).sorted()[Int((1 - share) * Double(x.count - 1))]
      for i in x.indices { x[i] = min(max(x[i], -rail), rail) }
    }
  }

  /// What a sensor of this range makes of it.
  static let rails: [Injection] = [(0.0002, 0.0), (0.001, 1.0), (0.01, 1.0)].map { share, least in
    Injection(
      name: "at the known rail", strength: "\(100 * share) % of samples", kinds: [.clipped], least: least,
      fullScale: { $0.map(abs).max() ?? 0 }
    ) { x, _ in
      let rail = x.map(abs).sorted()[Int((1 - share) * Double(x.count - 1))]
      for i in x.indices { x[i] = min(max(x[i], -rail), rail) }
    }
  }

  static let settling: [Injection] = [(0.02, 0.0), (0.1, 0.0), (0.5, 1.0), (2, 1.0), (10, 1.0)].map {
    g, least in
    Injection(name: "settling bias", strength: "\(g) g", kinds: [.skiSlope, .bias], least: least) { x, _ in
      for i in x.indices { x[i] += Float(g * standardGravity * exp(-Double(i) / 6000)) }
    }
  }

  static let sways: [Injection] = [(0.02, 0.0), (0.1, 1.0), (0.5, 1.0), (2, 1.0)].map { g, least in
    Injection(name: "loose mount", strength: "sway of \(g) g RMS", kinds: [.skiSlope, .bias], least: least) {
      x, random in
      let keep = exp(-2 * .pi * 0.8 / 12_000)
      var sway = g * standardGravity * random.normal()
      for i in x.indices {
        sway = keep * sway + g * standardGravity * (1 - keep * keep).squareRoot() * random.normal()
        x[i] += Float(sway)
      }
    }
  }

  /// Counts of +-50 g, as offset binary read with a sign, or as signed words read without.
  static let signs = [sign(true, true), sign(true, false), sign(false, true), sign(false, false)]

  private static func sign(_ isOffset: Bool, _ isKnown: Bool) -> Injection {
    let range = Float(50 * standardGravity)
    var injection = Injection(
      name: isOffset ? "offset binary read as signed" : "signed read as unsigned",
      strength: isKnown ? "range known" : "range unknown", kinds: [.sign]
    ) { x, _ in
      let count = range / 32_768
      for i in x.indices {
        let word = Int16(clamping: Int((x[i] / count).rounded()))
        x[i] = (isOffset ? Float(word ^ .min) : Float(UInt16(bitPattern: word))) * count
      }
    }
    if isKnown { injection.fullScale = { _ in range } }
    return injection
  }

  static let offsets: [Injection] = [(0.5, 0.0), (1.5, 1.0), (4, 1.0)].map { g, least in
    Injection(name: "offset", strength: "\(g) g", kinds: [.bias], least: least) { x, _ in
      for i in x.indices { x[i] += Float(g * standardGravity) }
    }
  }

  static let dead: [Injection] = [(0, "one value"), (1e-6, "1 micro-g"), (3e-5, "30 micro-g")].map {
    g, name in
    Injection(name: "flat line of a running machine", strength: name, kinds: [.flatline], least: 1) {
      x, random in
      for i in x.indices { x[i] = Float(g * standardGravity * random.normal()) }
    }
  }

  static let all = runs + notches + groups + clips + rails + settling + sways + signs + offsets + dead
}

/// Each defect, put into real captures: how often the gate names it.
@Suite(
  "The gate finds what is put into real records",
  .enabled(if: Record.isPresent, "the records are not in MILLWRIGHT_DATA or ../shared/data"))
struct DefectGateTests {
  /// Drive-end captures of every twelve-kilohertz record of CWRU.
  static let captures: [(Record, [Float])] =
    (try? Record.driveEnd.get()).map { records in
      records.filter { $0.rate_Hz == 12_000 }.flatMap { record in
        record.windows(of: 16_384).prefix(2).map { (record, $0) }
      }
    } ?? []

  @Test("Each defect in 112 captures", arguments: Injection.all.indices)
  func rate(_ index: Int) throws {
    let injection = Injection.all[index]
    var random = Noise(UInt64(index) + 1)
    var (found, other, missed): (Int, [SensorDefect], Int) = (0, [], 0)
    #expect(Self.captures.count == 112)
    for (record, capture) in Self.captures {
      var x = capture
      injection.spoil(&x, &random)
      var gate = ValidityGate(plant: WaveformGateTests.plant)
      let defect = gate.judge(
        Waveform(x, rate: record.rate_Hz, speed: record.speed_rpm, fullScale: injection.fullScale?(x)),
        machineRunning: true)
      if let defect, injection.kinds.contains(defect.kind) {
        found += 1
      } else if let defect {
        other.append(defect)
      } else {
        missed += 1
      }
    }
    let share = Double(found) / Double(Self.captures.count)
    print("| \(injection.name) | \(injection.strength) | \(found) | \(other.count) | \(missed) |")
    #expect(
      share >= injection.least,
      "\(injection.name), \(injection.strength): \(found) found, \(other.count) named otherwise")
    #expect(other.isEmpty, "\(injection.name), \(injection.strength): \(other.first?.evidence ?? "")")
  }
}
