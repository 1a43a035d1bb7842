// SPDX-License-Identifier: Apache-2.0

import Machine
import Settings

/// Bearing geometries by designation. Only those with a citation; an unknown one is refused, never guessed.
struct BearingTable {
  private var geometries: [String: Bearing] = [:]

  /// Reads the entries of a `bearings:` list; later ones replace earlier ones of the same designation.
  mutating func add(_ entries: [Setting]) throws(SettingsError) {
    for entry in entries {
      let table = try entry.table()
      let designation = try table.string("designation")
      let pitch = try table.number("pitch-diameter")
      let element = try table.number("element-diameter")
      guard element > 0, pitch > element else {
        throw entry.fail("an element diameter above 0 and below the pitch diameter, both in mm")
      }
      geometries[designation] = Bearing(
        name: designation, designation: designation,
        rollingElements: try table.integer("rolling-elements", in: 3...200),
        elementDiameter_mm: element, pitchDiameter_mm: pitch,
        contactAngle_deg: try table.number("contact-angle", default: 0),
        source: try table.string("source"))
      try table.finish()
    }
  }

  /// The bearing that a machine names: `{name: DE, designation: SKF 6205-2RS JEM}`.
  func bearing(_ entry: Setting) throws(SettingsError) -> Bearing {
    let table = try entry.table()
    let name = try table.string("name")
    let setting = try table.required("designation")
    let designation = try setting.string()
    try table.finish()
    guard var bearing = geometries[designation] else {
      let near = nearest(to: designation, among: Array(geometries.keys)).map { "did you mean '\($0)'? " } ?? ""
      throw setting.fail(
        "a bearing whose geometry is known; \(near)known: \(geometries.keys.sorted().joined(separator: ", ")); add others under 'bearings:' with their source"
      )
    }
    bearing.name = name
    return bearing
  }
}
