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
    machine.placeLines(shaft_Hz: self.shaft_Hz) { lines.append(MachineLine($0)) }
    addMissingGears(machine)
    addMissingMotor(machine)
    addMissingBelts(machine)
    addMissingVanes(machine)
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

  private mutating func addMissingBelts(_ machine: Machine) {
    for belt in machine.belts {
      let needed = missing([
        ("belt length", (belt.length_mm ?? 0) > 0),
        ("driving pulley's diameter", (belt.pulleyDiameter_mm ?? 0) > 0),
      ])
      if !needed.isEmpty {
        unplaced.append(UnplacedLine("belt rate", .belt, part: belt.name, missing: needed))
      }
    }
  }

  private mutating func addMissingVanes(_ machine: Machine) {
    let hasVanes = [.pump, .fan, .compressor].contains(machine.kind)
    let needed = missing([("vane count", (machine.vaneCount ?? 0) > 0)])
    if !needed.isEmpty, hasVanes || machine.vaneCount != nil {
      unplaced.append(UnplacedLine("vane pass", .vane, part: "impeller", missing: needed))
    }
  }
}

extension MachineLine {
  /// A line of another part than a bearing, with its formula and where that was read.
  init(_ placed: PlacedLine) {
    let line = placed.line
    let formula =
      switch line {
      case .gearMesh: "N_i f_i"
      case .driverShaft: "f_i"
      case .drivenShaft: "N_i f_i / N_o"
      case .assemblyPhase: "N_i f_i / gcd(N_i, N_o)"
      case .huntingTooth: "N_i f_i gcd(N_i, N_o) / (N_i N_o)"
      case .twiceLine: "2 f_L"
      case .polePass: "f_r, F_p = P (2 f_L / P - f_r)"
      case .currentPolePass: "f_L, F_p = 2 s f_L"
      case .barPass: "N_b f_r"
      case .beltRate: "pi D / L f_r"
      case .vanePass: "Z f_r"
      }
    let source =
      switch line.family {
      case .bearing: "Randall and Antoni, MSSP 25(2), 2011"
      case .gear: "MathWorks, gearMeshFaultBands"
      case .motor: "N_s = 120 f_L / P; bars at (1 +- 2 k s) f_L, Pons-Llinares et al."
      case .belt: "the belt's length over the pulley's circumference"
      case .vane: "ISO 13373-3:2015"
      }
    self.init(
      line.rawValue, line.family, part: placed.part, expected_Hz: placed.expected_Hz, formula: formula,
      source: source, harmonics: line.harmonics,
      modulations: [placed.first, placed.second].compactMap { $0 }, spectrum: line.spectrum,
      tolerance: line.tolerance, isApartFromShaft: line.isApartFromShaft)
  }

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
