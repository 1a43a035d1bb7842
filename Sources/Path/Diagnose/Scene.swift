// SPDX-License-Identifier: Apache-2.0

import Machine

/// One window of one machine with the questions that rules ask of it.
struct Scene {
  let machine: Machine
  let window: MachineWindow
  /// Windows of points that the machine has, in the order of its points.
  let vibration: [FeatureWindow]
  let limits: Result<ZoneLimits, ZoneRefusal>
  /// Points whose value is lower than it was over the last ten minutes or so.
  let falling: Set<PointID>
  /// Faults that stood after the window before.
  let alreadyNamed: Set<Fault>
  private let points: [PointID: Point]

  init(machine: Machine, window: MachineWindow, falling: Set<PointID> = [], alreadyNamed: Set<Fault> = []) {
    self.machine = machine
    self.window = window
    self.falling = falling
    self.alreadyNamed = alreadyNamed
    points = Dictionary(machine.points.map { ($0.id, $0) }) { first, _ in first }
    let captured = Dictionary(window.vibration.map { ($0.point, $0) }) { first, _ in first }
    vibration = machine.points.compactMap { captured[$0.id] }.filter {
      $0.state.motion == .running || $0.state.motion == .unknown
    }
    let speed = Scene.speed(machine: machine, window: window)
    limits = Result { () throws(ZoneRefusal) in
      try ZoneLimits.of(machine, measuredSpeed_rpm: speed)
    }
  }

  private static func speed(machine: Machine, window: MachineWindow) -> Double? {
    let sensors = Set(machine.points(.shaftSpeed).map(\.id))
    let read = window.readings.first { sensors.contains($0.point) }?.usable
    return read ?? window.vibration.lazy.compactMap { $0.values[.shaftSpeed] }.first
  }

  /// When the newest waveform was taken: what was seen in it counts once, however often it is looked at.
  var newestWaveform: MonotonicTime? { vibration.map(\.stamp.monotonic).max() }

  // MARK: vibration

  func isAxial(_ point: PointID) -> Bool { points[point]?.direction == .axial }

  /// The radial window with the largest value of a feature.
  func leader(_ feature: Feature) -> FeatureWindow? { largest(feature) { !isAxial($0) } }
  /// The axial window with the largest value of a feature.
  func axial(_ feature: Feature) -> FeatureWindow? { largest(feature, where: isAxial) }

  private func largest(_ feature: Feature, where fits: (PointID) -> Bool) -> FeatureWindow? {
    vibration.filter { fits($0.point) && $0.values[feature] != nil }
      .max { ($0.values[feature] ?? 0) < ($1.values[feature] ?? 0) }
  }

  func deviation(_ feature: Feature, at point: PointID) -> Deviation? {
    window.featureDeviations[point]?[feature]
  }

  /// Largest overall velocity: from waveforms, else from sensors that send it ready-made.
  var overallVelocity: (point: PointID, value: Double)? {
    let computed = vibration.compactMap { w in w.values[.velocityRMS].map { (w.point, $0) } }
    let sent = machine.points(.velocityRMS).compactMap { p in value(of: p.id).map { (p.id, $0) } }
    return (computed + sent).max { $0.1 < $1.1 }.map { (point: $0.0, value: $0.1) }
  }

  /// That orders and lines stand on a speed that no sensor measured, without weight; nil where one did.
  var estimatedSpeed: Evidence? {
    guard let window = vibration.first(where: { $0.speedOrigin == .estimated }),
      let speed = window.values[.shaftSpeed]
    else { return nil }
    return Evidence(
      "Shaft speed is estimated from the spectrum at \(window.point.name), \(plain(speed)) r/min",
      quantity: Feature.shaftSpeed.rawValue, value: speed, unit: Unit.revolutionsPerMinute.symbol,
      source: "harmonics of the shaft near the rated speed", weight: 0)
  }

  /// What orders of shaft speed need and is not there.
  var missingForOrders: [String] {
    if vibration.isEmpty { return missingWaveform }
    return vibration.contains { $0.values[.order1] != nil } ? [] : ["shaft speed"]
  }

  /// What a bearing's lines need and is not there.
  func missingForLines(_ line: BearingLine, _ place: Place) -> [String] {
    guard let bearing = place.bearing else { return ["bearing geometry"] }
    if vibration.isEmpty { return missingWaveform }
    if vibration.contains(where: { $0.lines.contains { $0.line == line && $0.bearing == bearing } }) {
      return []
    }
    let isSpeedKnown = vibration.contains { $0.values[.shaftSpeed] != nil }
    return isSpeedKnown
      ? ["a vibration waveform that covers \(line.rawValue) of bearing \(bearing)"] : ["shaft speed"]
  }

  /// Names the defects that took the waveforms away, where that is the reason.
  private var missingWaveform: [String] {
    let refused = machine.points(.vibration).compactMap { point in
      window.defects[point.id].map { "a valid vibration waveform (\(point.id.name): \($0.kind.rawValue))" }
    }
    return refused.isEmpty ? ["a vibration waveform"] : refused
  }

  // MARK: scalar points

  /// The usable value of a scalar point.
  func value(of point: PointID) -> Double? {
    window.readings.first { $0.point == point }?.usable
  }

  /// The first point with this role that has a usable value, and how far it is from its baseline.
  func scalar(_ roles: PointRole...) -> (point: PointID, value: Double, deviation: Deviation?)? {
    for role in roles {
      for point in machine.points(role) {
        if let value = value(of: point.id) { return (point.id, value, window.readingDeviations[point.id]) }
      }
    }
    return nil
  }

  /// The first point with one of these roles that has both a usable value and a baseline.
  func judged(_ roles: PointRole...) -> Judged? {
    for role in roles {
      for point in machine.points(role) where value(of: point.id) != nil {
        if let deviation = window.readingDeviations[point.id] {
          return Judged(point: point.id, role: role, unit: point.quantity.canonicalUnit, deviation: deviation)
        }
      }
    }
    return nil
  }
}

/// A scalar point that has a usable value and a baseline.
struct Judged {
  var point: PointID
  var role: PointRole
  var unit: Unit
  var deviation: Deviation

  /// What it says, held against its baseline.
  func observation(_ name: String, _ verdict: Observation.Verdict) -> Observation {
    Observation(
      verdict, "\(name) at \(point.name)", quantity: role.rawValue, value: deviation.value, "baseline",
      deviation.baselineMean, unit: unit.symbol, source: ownBaseline)
  }
}

extension Deviation {
  /// Value less mean, in standard deviations; a spread below 1 % of the mean counts as 1 %.
  var sigmas: Double { (value - baselineMean) / max(baselineSD, 0.01 * abs(baselineMean), 1e-9) }
  var change: Double { value - baselineMean }
  var ratio: Double { baselineMean > 0 ? value / baselineMean : .infinity }
  /// Twice the known good level and beyond its spread.
  var isRaised: Bool { ratio >= GeneralLimits.advise_ratio && sigmas >= Deviation.significance }
  /// What healthy windows do.
  var isUsual: Bool { abs(sigmas) < 2 || (0.8...1.25).contains(ratio) }
  static let significance = 4.0
}
