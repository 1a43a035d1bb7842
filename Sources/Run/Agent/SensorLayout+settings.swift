// SPDX-License-Identifier: Apache-2.0

import Condition
import Machine
import Settings

extension SensorLayout {
  /// Reads `sensors:` of one machine, whose points are known:
  /// ```yaml
  /// sensors:
  ///   - axes: { x: DE-X, y: DE-Y, z: DE-Z }            # one sensor that feels gravity
  ///   - { redundant: [casing, casing-2], tolerance: 5% }  # two points that tell one measurement
  ///   - { velocity: DE-velocity, of: DE-X }            # what the sensor itself makes of its waveform
  /// ```
  init(_ entries: [Setting], of machine: Machine) throws(SettingsError) {
    self.init()
    for entry in entries {
      let table = try entry.table()
      if let axes = table.optional("axes") {
        try add(axes: axes, of: machine)
      } else if let pair = table.optional("redundant") {
        try add(redundant: pair, tolerance: table.optional("tolerance"), of: machine)
      } else if let velocity = table.optional("velocity") {
        try add(velocity: velocity, of: table.required("of"), machine)
      } else {
        throw entry.fail("one of 'axes: { x, y, z }', 'redundant: [a, b]' and 'velocity: a' with 'of: b'")
      }
      try table.finish()
    }
  }

  /// Adds what another machine's sensors are.
  mutating func add(_ other: SensorLayout) {
    triaxial += other.triaxial
    redundant += other.redundant
    ownVelocity.merge(other.ownVelocity) { first, _ in first }
    countWorth.merge(other.countWorth) { first, _ in first }
  }

  private mutating func add(axes: Setting, of machine: Machine) throws(SettingsError) {
    let table = try axes.table()
    var points: [PointID] = []
    for axis in ["x", "y", "z"] {
      let setting = try table.required(axis)
      let point = try SensorLayout.point(setting, of: machine, "vibration") { $0.role == .vibration }
      guard !points.contains(point.id), !triaxial.contains(where: { [$0.x, $0.y, $0.z].contains(point.id) })
      else { throw setting.fail("a point that is no other axis; '\(point.id.name)' stands twice") }
      points.append(point.id)
    }
    try table.finish()
    triaxial.append(Triaxial(x: points[0], y: points[1], z: points[2]))
  }

  private mutating func add(
    redundant pair: Setting, tolerance: Setting?, of machine: Machine
  ) throws(SettingsError) {
    let names = try pair.list()
    guard names.count == 2 else { throw pair.fail("two points") }
    let first = try SensorLayout.point(names[0], of: machine, "scalar") { $0.role != .vibration }
    let second = try SensorLayout.point(names[1], of: machine, "scalar") { $0.role != .vibration }
    guard first.id != second.id, first.quantity == second.quantity else {
      throw pair.fail(
        "two points of one quantity, found \(first.quantity.rawValue) and \(second.quantity.rawValue)")
    }
    var redundant = Redundant(first.id, second.id)
    if let tolerance { redundant.tolerance = try SensorLayout.share(tolerance) }
    self.redundant.append(redundant)
  }

  private mutating func add(
    velocity: Setting, of waveform: Setting, _ machine: Machine
  ) throws(SettingsError) {
    let own = try SensorLayout.point(velocity, of: machine, "velocity-rms") { $0.role == .velocityRMS }
    let point = try SensorLayout.point(waveform, of: machine, "vibration") { $0.role == .vibration }
    guard ownVelocity.updateValue(own.id, forKey: point.id) == nil else {
      throw waveform.fail("a point that has no velocity yet; '\(point.id.name)' stands twice")
    }
  }

  /// The point of the machine that the setting names, among those that fit; `kind` is what they are.
  private static func point(
    _ setting: Setting, of machine: Machine, _ kind: String, where fits: (Point) -> Bool
  ) throws(SettingsError) -> Point {
    let name = try setting.string()
    if let point = machine.point(name), fits(point) { return point }
    let known = machine.points.filter(fits).map(\.id.name)
    let hint = nearest(to: name, among: known).map { "; did you mean '\($0)'?" } ?? ""
    let list = known.isEmpty ? "there are none" : known.joined(separator: ", ")
    throw setting.fail("one of this machine's \(kind) points (\(list)), found '\(name)'\(hint)")
  }

  /// A share, written in percent.
  private static func share(_ setting: Setting) throws(SettingsError) -> Double {
    let text = try setting.string()
    guard text.hasSuffix("%"), let percent = Double(text.dropLast()), percent > 0, percent < 100 else {
      throw setting.fail("a share above 0% and below 100%, like 5%; found '\(text)'")
    }
    return percent / 100
  }
}
