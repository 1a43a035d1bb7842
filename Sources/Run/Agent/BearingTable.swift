// SPDX-License-Identifier: Apache-2.0

import Glibc
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
      let count = try table.integer("rolling-elements", in: 3...200)
      guard element < pitch * sin(.pi / Double(count)) else {
        throw entry.fail("\(count) elements that fit side by side on the pitch diameter")
      }
      let angle = try table.number("contact-angle", default: 0)
      guard angle >= 0, angle < 90 else { throw entry.fail("a contact angle from 0 to below 90 degrees") }
      geometries[designation] = Bearing(
        name: designation, designation: designation, rollingElements: count, elementDiameter_mm: element,
        pitchDiameter_mm: pitch, contactAngle_deg: angle, source: try table.string("source"))
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
    guard var bearing = geometry(of: designation) else {
      throw setting.fail(
        "a bearing whose geometry is known; \(hint(for: designation)); add others under 'bearings:' with their source"
      )
    }
    bearing.name = name
    return bearing
  }

  /// The geometry of exactly this designation, or nil.
  func geometry(of designation: String) -> Bearing? { geometries[designation] }

  /// Which known designations may be meant by an unknown one.
  func hint(for designation: String) -> String {
    let known = geometries.keys.sorted()
    let closest = BearingTable.closest(to: designation, among: known)
    return closest.isEmpty
      ? "known: \(known.joined(separator: ", "))"
      : "did you mean '\(closest.joined(separator: "' or '"))'? Another maker's of the same number may differ"
  }

  /// Known designations that may be meant: those that hold the words or have the same number, else the nearest by
  /// edits. Case, spaces and signs do not count.
  static func closest(to designation: String, among known: [String]) -> [String] {
    func plain(_ text: String) -> String { String(text.uppercased().filter { $0.isLetter || $0.isNumber }) }
    func numbers(_ text: String) -> [Substring] {
      text.split { !$0.isNumber }.filter { $0.count >= 3 }
    }
    let wanted = plain(designation)
    let alike = known.filter { candidate in
      let name = plain(candidate)
      let isHeld = min(name.count, wanted.count) >= 3 && (name.contains(wanted) || wanted.contains(name))
      return isHeld || numbers(designation).contains { numbers(candidate).contains($0) }
    }
    if !alike.isEmpty { return alike }
    let names = Dictionary(known.map { (plain($0), $0) }) { first, _ in first }
    return nearest(to: wanted, among: names.keys.sorted()).flatMap { names[$0] }.map { [$0] } ?? []
  }
}
