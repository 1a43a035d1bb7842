// SPDX-License-Identifier: Apache-2.0

public import Machine

extension Feature {
  /// Its name in fault files, without the unit: `velocity-rms`, `order-1x`, `velocity-0.3x-0.8x`.
  public var word: String {
    let unit = ["_mm_s", "_m_s2", "_um", "_rpm", "_hz"].first { rawValue.hasSuffix($0) } ?? ""
    return String(rawValue.dropLast(unit.count).map { $0 == "_" ? "-" : $0 })
  }

  /// The feature that a fault file calls so.
  package init?(word: String) {
    guard let feature = Feature.byWord[word] else { return nil }
    self = feature
  }

  private static let byWord = Dictionary(uniqueKeysWithValues: allCases.map { ($0.word, $0) })
}

/// The lines that a fault file may ask for, as the catalogue of lines names them, with what a machine must tell about
/// itself for the line to be placed.
package struct NamedLine: Sendable {
  package var name: String
  var needs: [FaultModel.MachineDatum]

  package static let all: [NamedLine] =
    BearingLine.allCases.map { NamedLine(name: $0.rawValue, needs: [.bearings]) }
    + ["GMF", "1x driver", "1x driven", "assembly phase", "hunting tooth"].map {
      NamedLine(name: $0, needs: [.gears])
    } + [
      NamedLine(name: "2x line", needs: [.lineFrequency]),
      NamedLine(name: "1x with pole pass", needs: [.lineFrequency, .poles]),
      NamedLine(name: "bar pass", needs: [.lineFrequency, .rotorBars]),
      NamedLine(name: "belt rate", needs: [.belts]),
      NamedLine(name: "vane pass", needs: [.vanes]),
    ]

  static func named(_ name: String) -> NamedLine? { all.first { $0.name == name } }
}
