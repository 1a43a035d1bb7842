// SPDX-License-Identifier: Apache-2.0

import Machine

/// What does not change about a machine between two windows, by number instead of by name.
struct Layout: Sendable {
  let machine: Machine
  let points: [Point]
  let index: [PointID: Int]
  /// Points that deliver waveforms, in the order of `points`.
  let vibration: [Int]
  /// Names of bearings, gears, belts, `motor` and `impeller`, then those that only points name.
  let parts: [String]
  /// By point: the part that it listens to; -1 where none is said.
  let ends: [Int]
  private let byRole: [PointRole: [Int]]

  /// Points are put in the order of their names: the order of the site file decides nothing.
  init(_ machine: Machine) {
    var machine = machine
    machine.points.sort { $0.id < $1.id }
    self.machine = machine
    points = machine.points
    index = Dictionary(zip(machine.points.map(\.id), 0...)) { first, _ in first }
    vibration = machine.points.indices.filter { machine.points[$0].role == .vibration }
    let made = machine.bearings.map(\.name) + machine.gears.map(\.name) + machine.belts.map(\.name)
    let parts = unique(made + ["motor", "impeller"] + machine.points.compactMap(\.bearing))
    self.parts = parts
    ends = machine.points.map { point in point.bearing.flatMap(parts.firstIndex) ?? -1 }
    byRole = Dictionary(grouping: machine.points.indices) { machine.points[$0].role }
  }

  /// Points with this role, in the order of `points`.
  func points(_ role: PointRole) -> [Int] { byRole[role] ?? [] }

  func isAxial(_ point: Int) -> Bool { points[point].direction == .axial }

  /// Whether the point listens to this part.
  func isNear(_ point: Int, _ part: Int) -> Bool { part >= 0 && ends[point] == part }
}

/// Where a fault is looked for: the machine as a whole, one of its parts, or one of its points.
struct Place: Hashable, Sendable {
  /// Index in `Layout.parts`.
  var part = -1
  /// Index in `Layout.points`.
  var point = -1
  static let machine = Place()

  /// Its name; empty for the machine as a whole.
  func name(in layout: Layout) -> String {
    if part >= 0 { return layout.parts[part] }
    return point >= 0 ? layout.points[point].id.name : ""
  }
}

/// The lines that parts make, by the number of their names in the catalogue; those of bearings come first.
enum LineNames {
  static let all: [String] = BearingLine.allCases.map(\.rawValue) + PartLine.allCases.map(\.rawValue)
  private static let bearing = Dictionary(uniqueKeysWithValues: zip(BearingLine.allCases, 0...))
  private static let part = Dictionary(
    uniqueKeysWithValues: zip(PartLine.allCases, BearingLine.allCases.count...))
  static func index(_ name: String) -> Int? { all.firstIndex(of: name) }
  static func index(_ line: BearingLine) -> Int { bearing[line] ?? 0 }
  static func index(_ line: PartLine) -> Int { part[line] ?? 0 }
}

/// The elements in their first order, each once.
func unique(_ words: [String]) -> [String] {
  var seen: Set<String> = []
  return words.filter { seen.insert($0).inserted }
}
