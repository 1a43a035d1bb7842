// SPDX-License-Identifier: Apache-2.0

import Machine

// Constructed machines and windows. Levels are those of a healthy 30 kW set; a signature changes what its fault
// changes and nothing else.

extension PointID {
  init(_ machine: String, _ name: String) { self.init(MachineID(machine), name) }
}

func stamp(_ second: Double) -> Stamp {
  Stamp(received: WallTime(seconds: 1_767_225_600 + second), monotonic: MonotonicTime(seconds: second))
}

let bearing6205 = Bearing(
  name: "DE", designation: "SKF 6205-2RS JEM", rollingElements: 9, elementDiameter_mm: 7.940,
  pitchDiameter_mm: 39.04, source: "CWRU bearing data centre")

func specimen(_ kind: MachineKind, bearings: [Bearing] = [bearing6205]) -> Machine {
  let id = MachineID(kind == .pump ? "P-101" : "F-7")
  func point(_ name: String, _ role: PointRole, _ quantity: Quantity, _ direction: Direction? = nil) -> Point
  {
    Point(
      id: PointID(id, name), role: role, quantity: quantity, direction: direction,
      bearing: direction == nil ? nil : "DE")
  }
  return Machine(
    id: id, name: "Specimen", kind: kind, ratedPower_kW: 30, ratedSpeed_rpm: 1480, support: .rigid,
    bearings: bearings, vaneCount: 5, lineFrequency_Hz: 50,
    points: [
      point("DE-H", .vibration, .acceleration, .horizontal), point("DE-A", .vibration, .acceleration, .axial),
      point("speed", .shaftSpeed, .rotationalSpeed), point("power", .power, .power),
      point("bearing", .bearingTemperature, .temperature),
      point("winding", .windingTemperature, .temperature),
      point("ambient", .ambientTemperature, .temperature), point("suction", .suctionPressure, .pressure),
      point("discharge", .dischargePressure, .pressure), point("flow", .flow, .flow),
    ])
}

/// What one window shows; starts healthy.
struct Specimen {
  var machine: Machine
  var hasBaseline = true
  var state = OperatingState(motion: .running, speedBin: 10, loadBin: 3)
  var radial: [Feature: Double] = [
    .velocityRMS: 1.1, .accelerationRMS: 1.5, .kurtosis: 3.0, .envelopeRMS: 0.3, .highFrequencyRMS: 0.8,
    .orderHalf: 0.02, .order1: 0.8, .order2: 0.2, .order3: 0.1, .orders4to10: 0.15, .broadbandRMS: 0.6,
    .envelopeKurtosis: 3.2, .shaftSpeed: 1480,
  ]
  var axial: [Feature: Double] = [
    .velocityRMS: 0.35, .accelerationRMS: 0.8, .kurtosis: 3.0, .envelopeRMS: 0.2, .highFrequencyRMS: 0.4,
    .orderHalf: 0.01, .order1: 0.2, .order2: 0.08, .order3: 0.04, .orders4to10: 0.06, .broadbandRMS: 0.3,
    .envelopeKurtosis: 3.1, .shaftSpeed: 1480,
  ]
  var scalars: [String: Double] = [
    "speed": 1480, "power": 24, "bearing": 52, "winding": 70, "ambient": 22, "suction": 0.6, "discharge": 4.2,
    "flow": 60,
  ]
  var lines: [LineMatch] = BearingLine.allCases.map { quietLine($0) }
  var scores: [ModelScore] = []
  var defects: [PointID: SensorDefect] = [:]
  /// 1x velocity by point, where it is not the two points that all machines have: their other values are those of
  /// `radial`.
  var more: [String: Double] = [:]

  init(_ machine: Machine) { self.machine = machine }

  func window(at second: Double) -> MachineWindow {
    let healthy = Specimen(machine)
    let isPump = machine.kind == .pump
    let points = machine.points.filter { point in
      isPump || ![.suctionPressure, .dischargePressure, .flow].contains(point.role)
    }
    let readings = points.compactMap { point in
      scalars[point.id.name].map {
        Reading(point: point.id, quantity: point.quantity, value: $0, stamp: stamp(second))
      }
    }
    var readingDeviations: [PointID: Deviation] = [:]
    var featureDeviations: [PointID: [Feature: Deviation]] = [:]
    if hasBaseline {
      for reading in readings {
        guard let mean = healthy.scalars[reading.point.name], let value = reading.value else { continue }
        readingDeviations[reading.point] = Deviation(
          value: value, baselineMean: mean, baselineSD: 0.02 * mean)
      }
      for (name, now, then) in heard.map({ ($0.0, $0.1, $0.0 == "DE-A" ? healthy.axial : healthy.radial) }) {
        featureDeviations[PointID(machine.id, name)] = Dictionary(
          uniqueKeysWithValues: now.compactMap { feature, value in
            then[feature].map {
              (feature, Deviation(value: value, baselineMean: $0, baselineSD: 0.1 * $0))
            }
          })
      }
    }
    var window = MachineWindow(
      machine: machine.id, stamp: stamp(second), state: state,
      vibration: heard.map { features($0.0, $0.1, $0.0 == "DE-A" ? [] : lines, second) }
        .filter { defects[$0.point] == nil },
      readings: readings, readingDeviations: readingDeviations, featureDeviations: featureDeviations,
      scores: scores, defects: defects)
    window.refused = defects.mapValues { _ in stamp(second).monotonic }
    return window
  }

  private var heard: [(String, [Feature: Double])] {
    if more.isEmpty { return [("DE-H", radial), ("DE-A", axial)] }
    return more.sorted { $0.key < $1.key }.map { ($0.key, radial.merging([.order1: $0.value]) { $1 }) }
  }

  private func features(
    _ name: String, _ values: [Feature: Double], _ lines: [LineMatch], _ second: Double
  ) -> FeatureWindow {
    var stored = FeatureValues()
    for (feature, value) in values { stored[feature] = value }
    return FeatureWindow(
      point: PointID(machine.id, name), stamp: stamp(second), state: state, values: stored, lines: lines,
      logBands: Array(repeating: 0, count: FeatureWindow.bandCount))
  }
}

func quietLine(_ line: BearingLine, bearing: String = "DE") -> LineMatch {
  LineMatch(
    bearing: bearing, line: line, expected_Hz: 88, found_Hz: nil, prominence: 2.5, harmonics: 0,
    sidebands: false)
}

func loudLine(
  _ line: BearingLine, prominence: Double = 60, harmonics: Int = 4, bearing: String = "DE",
  at hertz: Double = 88
) -> LineMatch {
  LineMatch(
    bearing: bearing, line: line, expected_Hz: hertz, found_Hz: 1.003 * hertz, prominence: prominence,
    harmonics: harmonics, sidebands: line == .innerRace || line == .rollingElement)
}

extension Specimen {
  mutating func set(_ loud: LineMatch) {
    lines.removeAll { $0.line == loud.line && $0.bearing == loud.bearing }
    lines.append(loud)
  }

  /// Adds the signature of a fault.
  mutating func show(_ fault: String) {
    switch fault {
    case "unbalance":
      radial.merge([.order1: 4.0, .velocityRMS: 4.1]) { $1 }
      axial.merge([.order1: 0.6, .velocityRMS: 0.7]) { $1 }
    case "parallel-misalignment":
      radial.merge([.order1: 1.6, .order2: 2.6, .order3: 0.6, .velocityRMS: 3.2]) { $1 }
      axial.merge([.order1: 1.5, .order2: 1.8, .velocityRMS: 2.4]) { $1 }
    case "rotating-looseness":
      radial.merge([
        .orderHalf: 0.5, .order1: 1.8, .order2: 1.1, .order3: 1.0, .orders4to10: 1.9, .velocityRMS: 3.2,
      ]) {
        $1
      }
    case "bearing-outer-race": damage(loudLine(.outerRace))
    case "bearing-inner-race": damage(loudLine(.innerRace))
    case "bearing-rolling-element": damage(loudLine(.rollingElement))
    case "bearing-cage": damage(loudLine(.cage))
    case "cavitation":
      radial.merge([.broadbandRMS: 2.4, .highFrequencyRMS: 3.0, .accelerationRMS: 3.5, .envelopeRMS: 0.8]) {
        $1
      }
      scalars.merge(["suction": 0.45, "flow": 57]) { $1 }
    case "blocked-strainer": scalars.merge(["suction": 0.3, "flow": 52, "discharge": 4.0]) { $1 }
    case "cooling-loss": scalars.merge(["winding": 95, "bearing": 60]) { $1 }
    default: break
    }
  }

  private mutating func damage(_ line: LineMatch) {
    set(line)
    radial.merge([.envelopeRMS: 1.2, .kurtosis: 6.5, .accelerationRMS: 2.4, .envelopeKurtosis: 9]) { $1 }
  }
}
