// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Every line that the parts of a machine can make at one shaft speed.
///
/// ```swift
/// let catalogue = LineCatalogue(of: machine, shaft_Hz: 24.7)
/// for line in catalogue.lines { print(line.name, line.part, line.expected_Hz, line.spectrum) }
/// for line in catalogue.unplaced { print("\(line.name): not assessable, needs \(line.missing)") }
/// ```
/// What a machine of its kind must have but does not tell (a pump its vanes, a gearbox its teeth) stands under
/// `unplaced`; parts that it need not have are left out.
public struct LineCatalogue: Sendable, Codable, Equatable {
  public internal(set) var lines: [MachineLine] = []
  public internal(set) var unplaced: [UnplacedLine] = []
  let shaft_Hz: Double?

  /// - Parameter shaft_Hz: frequency of the machine's shaft; what is not finite and above 0 counts as unknown.
  public init(of machine: Machine, shaft_Hz: Double?) {
    self.shaft_Hz = shaft_Hz.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    addBearings(machine)
    addGears(machine)
    addMotor(machine)
    addBelts(machine)
    addVanes(machine)
  }

  /// The named inputs that are not there.
  func missing(_ inputs: [(name: String, isKnown: Bool)]) -> [String] {
    ([("shaft speed", shaft_Hz != nil)] + inputs).filter { !$0.1 }.map { $0.0 }
  }

  private mutating func addBearings(_ machine: Machine) {
    guard !machine.bearings.isEmpty else {
      unplaced += BearingLine.allCases.map {
        UnplacedLine($0.rawValue, .bearing, part: "bearings", missing: missing([("bearing geometry", false)]))
      }
      return
    }
    for bearing in machine.bearings {
      for line in BearingLine.allCases {
        guard let shaft_Hz else {
          unplaced.append(
            UnplacedLine(line.rawValue, .bearing, part: bearing.name, missing: missing([])))
          continue
        }
        lines.append(.init(line, of: bearing, shaft_Hz: shaft_Hz))
      }
    }
  }

  private mutating func addBelts(_ machine: Machine) {
    for belt in machine.belts {
      guard let shaft_Hz, let length = belt.length_mm, let diameter = belt.pulleyDiameter_mm, length > 0,
        diameter > 0
      else {
        let needed = missing([
          ("belt length", (belt.length_mm ?? 0) > 0),
          ("driving pulley's diameter", (belt.pulleyDiameter_mm ?? 0) > 0),
        ])
        unplaced.append(UnplacedLine("belt rate", .belt, part: belt.name, missing: needed))
        continue
      }
      lines.append(
        MachineLine(
          "belt rate", .belt, part: belt.name, expected_Hz: .pi * diameter / length * shaft_Hz,
          formula: "pi D / L f_r", source: "the belt's length over the pulley's circumference",
          harmonics: 4, spectrum: .velocity, tolerance: MachineLine.slip, isApartFromShaft: true))
    }
  }

  private mutating func addVanes(_ machine: Machine) {
    let hasVanes = [.pump, .fan, .compressor].contains(machine.kind)
    guard let shaft_Hz, let vanes = machine.vaneCount, vanes > 0 else {
      if hasVanes || machine.vaneCount != nil {
        let needed = missing([("vane count", (machine.vaneCount ?? 0) > 0)])
        unplaced.append(UnplacedLine("vane pass", .vane, part: "impeller", missing: needed))
      }
      return
    }
    lines.append(
      MachineLine(
        "vane pass", .vane, part: "impeller", expected_Hz: Double(vanes) * shaft_Hz, formula: "Z f_r",
        source: "ISO 13373-3:2015", harmonics: 3,
        modulations: [Modulation(by: "shaft", spacing_Hz: shaft_Hz)],
        spectrum: .velocity, tolerance: MachineLine.exact, isApartFromShaft: false))
  }
}

extension MachineLine {
  /// A line of a bearing, with what modulates it.
  init(_ line: BearingLine, of bearing: Bearing, shaft_Hz: Double) {
    let modulation: Modulation? =
      switch line {
      case .innerRace: Modulation(by: "shaft", spacing_Hz: shaft_Hz)
      case .rollingElement: Modulation(by: "cage", spacing_Hz: bearing.order(of: .cage) * shaft_Hz)
      case .outerRace, .cage: nil
      }
    let formula =
      switch line {
      case .outerRace: "n/2 (1 - d/D cos a) f_r"
      case .innerRace: "n/2 (1 + d/D cos a) f_r"
      case .rollingElement: "D/d (1 - (d/D cos a)^2) f_r"
      case .cage: "1/2 (1 - d/D cos a) f_r"
      }
    self.init(
      line.rawValue, .bearing, part: bearing.name, expected_Hz: bearing.order(of: line) * shaft_Hz,
      formula: formula, source: "Randall and Antoni, MSSP 25(2), 2011; geometry: \(bearing.source)",
      harmonics: LineLimits.harmonics, modulations: modulation.map { [$0] } ?? [], spectrum: .envelope,
      tolerance: MachineLine.slip, isApartFromShaft: true)
  }
}
