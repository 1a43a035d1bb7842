// SPDX-License-Identifier: Apache-2.0

import Machine

// Policy on bearing lines. A wrong race must never be named: where two families of lines of one bearing stand up
// together, one has to be clearly stronger or none is named; and what one bearing shows is heard at the others.

/// What a family of lines must show to count as a rival.
struct LineThresholds: Sendable {
  /// Amplitude of the first line over the median floor.
  var prominence: Double
  /// Lines above the floor, the first included.
  var harmonics: Double
  /// Sidebands (shaft speed on BPFI, cage on 2xBSF) are part of the signature.
  var needsSidebands: Bool

  /// Prominence 15 and two harmonics are the calibration of `Features` on the CWRU records (see `LineLimits`):
  /// outer and inner races stand above them in 251 of 252 windows, sound bearings and damaged balls reach 13
  /// at most. An element's line is weaker: other damage gives it up to 7, and its sidebands at cage distance
  /// must be there. A cage rings along with a race in the load zone, so it must show more.
  static func of(_ line: BearingLine) -> LineThresholds {
    switch line {
    case .outerRace, .innerRace: LineThresholds(prominence: 15, harmonics: 2, needsSidebands: false)
    case .rollingElement: LineThresholds(prominence: 8, harmonics: 2, needsSidebands: true)
    case .cage: LineThresholds(prominence: 20, harmonics: 3, needsSidebands: false)
    }
  }

  func accept(_ line: Scene.Line) -> Bool {
    line.strength >= prominence && line.harmonics >= harmonics && (line.sidebands >= 1 || !needsSidebands)
  }
}

/// Source of the thresholds.
private let practice = "ISO 13373-3 symptom tables, figures of general practice"

extension Scene {
  /// How a family of lines stands against the others of its bearing, and against the same family of other bearings.
  struct Rivalry {
    /// Whether it may be named.
    var isClear: Bool
    /// The strongest rival, where there is one.
    var evidence: Evidence?
  }

  func rivalry(_ line: BearingLine, at place: Place) -> Rivalry {
    guard let own = strongest(line, place) else { return Rivalry(isClear: false) }
    // Damage to a race or an element also shakes the cage: while its line stands up, even weakly, no cage is accused.
    if line == .cage {
      for other in BearingLine.allCases where other != .cage {
        if strongest(other, place)?.strength ?? 0 >= 5 { return Rivalry(isClear: false) }
      }
    }
    var rivals: [(line: Line, margin: Double)] = []
    for other in BearingLine.allCases where other != line {
      guard let match = strongest(other, place), LineThresholds.of(other).accept(match) else { continue }
      // Two races need a clear distance between them. A race also shakes the cage and the elements, which
      // then ring less than it does.
      let areRaces = [.outerRace, .innerRace].contains(line) && [.outerRace, .innerRace].contains(other)
      rivals.append((match, areRaces ? 2 : 1))
    }
    // The same damage heard through the casing: a bearing that no point listens to must be much louder.
    let isHeard = heard.contains { layout.isNear($0.point, place.part) }
    for part in layout.machine.bearings.indices where part != place.part {
      guard let match = strongest(line, Place(part: part)), LineThresholds.of(line).accept(match),
        abs(match.found_Hz - own.found_Hz) <= 0.02 * own.found_Hz
      else { continue }
      rivals.append((match, isHeard ? 1 : 2))
    }
    guard let rival = rivals.max(by: { $0.line.strength * $0.margin < $1.line.strength * $1.margin }) else {
      return Rivalry(isClear: true)
    }
    let ratio = own.strength / rival.line.strength
    guard ratio >= rival.margin else { return Rivalry(isClear: false) }
    let name = "\(LineNames.all[rival.line.name]) of \(layout.parts[rival.line.part])"
    return Rivalry(
      isClear: true,
      evidence: .of(
        "\(line.rawValue) over \(name)", quantity: "strength_ratio", ratio, "needed", rival.margin,
        source: practice, weight: 0))
  }

  private func strongest(_ line: BearingLine, _ place: Place) -> Line? {
    strongestLine(LineNames.index(line), place)
  }
}
