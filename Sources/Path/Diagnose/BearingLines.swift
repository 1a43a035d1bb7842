// SPDX-License-Identifier: Apache-2.0

import Machine

// Policy on bearing lines. A wrong race must never be named: where two families of lines of one bearing stand up
// together, one has to be clearly stronger or none is named; and what one bearing shows is heard at the others.

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
        if strongest(other, place)?.strength ?? 0 >= LineThresholds.cageSilence {
          return Rivalry(isClear: false)
        }
      }
    }
    var rivals: [(line: Line, margin: Double)] = []
    for other in BearingLine.allCases where other != line {
      guard let match = strongest(other, place), match.isAccepted else { continue }
      rivals.append((match, LineThresholds.margin(line, over: other)))
    }
    // The same damage heard through the casing: a bearing that no point listens to must be much louder.
    let isHeard = heard.contains { layout.isNear($0.point, place.part) }
    for part in layout.machine.bearings.indices where part != place.part {
      guard let match = strongest(line, Place(part: part)), match.isAccepted,
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
