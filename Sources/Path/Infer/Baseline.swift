// SPDX-License-Identifier: Apache-2.0

import Glibc
public import Machine

/// What is normal for this plant's own machines, learned point by point and operating state by state.
///
/// ```swift
/// var baseline = Baseline()
/// let deviations = baseline.deviations(of: window)            // nil until this state is learned
/// baseline.observe(window: window, learn: !limitsExceeded)    // judge first, learn after
/// ```
/// Nothing is judged across states, and nothing in a transient one. A bad machine is not learned: pass
/// `learn: false` while limits are exceeded or an alarm stands; values beyond five standard deviations are left
/// out in any case. The first values after a cold start are forgotten when the later ones disagree.
public struct Baseline: Sendable, Equatable {
  /// Operating states kept for one point; a state beyond that is not learned, hence never judged.
  public static let stateLimit = 64
  let windowSchedule: LearningSchedule
  let readingSchedule: LearningSchedule
  var windows: [Place: Entry] = [:]
  var readings: [Place: Entry] = [:]

  /// A point in one operating state.
  struct Place: Hashable, Sendable, Codable {
    var point: PointID
    var state: OperatingState
  }

  /// What is learned there. A reading has one normal; a window one for each feature, then for each band.
  struct Entry: Sendable, Equatable {
    var normals: [LearnedNormal]
    /// Not part of a snapshot: monotonic time does not outlive a boot.
    var last: MonotonicTime?
    /// When learning began; nil in what older versions have kept.
    var since: WallTime?
  }

  /// An empty baseline. By default a window counts whenever it comes; readings count every 10 s, so that
  /// temperatures arm after 10 minutes in a state and follow it through 28 hours.
  public init(
    windows: LearningSchedule = LearningSchedule(),
    readings: LearningSchedule = LearningSchedule(completeAfter: 10_000, spacing_s: 10)
  ) {
    windowSchedule = windows
    readingSchedule = readings
  }

  /// Learns one window of a vibration point.
  public mutating func observe(window: FeatureWindow, learn: Bool) {
    let place = Place(point: window.point, state: window.state)
    guard learn, let values = Baseline.learnable(window) else { return }
    Baseline.update(&windows, place, window.stamp, windowSchedule, values)
  }

  /// Learns one reading of a scalar point.
  public mutating func observe(reading: Reading, state: OperatingState, learn: Bool) {
    guard learn, state.motion != .transient, reading.quality.isGood, let value = reading.usable,
      let yardstick = reading.quantity.yardstick, let y = yardstick.forward(value)
    else { return }
    let place = Place(point: reading.point, state: state)
    Baseline.update(&readings, place, reading.stamp, readingSchedule, [(y, yardstick)])
  }

  /// Features of the window beside this point's normal in the same state; nil while none is learned. What was
  /// learned on a logarithmic scale is given in its own unit: the mean is the geometric one, and the SD is the
  /// one that makes `z` the distance on the logarithmic scale.
  public func deviations(of window: FeatureWindow) -> [Feature: Deviation]? {
    guard let entry = windows[Place(point: window.point, state: window.state)] else { return nil }
    var found: [Feature: Deviation] = [:]
    for feature in Feature.allCases {
      guard let value = window.values[feature], let yardstick = feature.yardstick else { continue }
      found[feature] = Baseline.deviation(value, entry.normals[feature.index], yardstick)
    }
    return found.isEmpty ? nil : found
  }

  /// The reading beside its normal in the same state; nil while none is learned.
  public func deviation(of reading: Reading, state: OperatingState) -> Deviation? {
    guard let value = reading.usable, let yardstick = reading.quantity.yardstick,
      let entry = readings[Place(point: reading.point, state: state)]
    else { return nil }
    return Baseline.deviation(value, entry.normals[0], yardstick)
  }

  /// Whether the spectrum of this point is learned in this state.
  public func isArmed(_ point: PointID, in state: OperatingState) -> Bool {
    guard let entry = windows[Place(point: point, state: state)] else { return false }
    return entry.normals[Feature.allCases.count...].allSatisfy(\.isArmed)
  }

  /// Distances from normal in standard deviations: first of the features, by index, then of the bands. 0 for a
  /// feature that is missing or not learned, which says nothing. Nil unless all bands are learned.
  func standardized(_ window: FeatureWindow) -> [Double]? {
    guard isArmed(window.point, in: window.state), let values = Baseline.learnable(window),
      let entry = windows[Place(point: window.point, state: window.state)]
    else { return nil }
    return zip(values, entry.normals).map { value, normal in
      guard let value, let (mean, spread) = normal.normal(value.yardstick) else { return 0 }
      return (value.y - mean) / spread
    }
  }

  /// A value on its learned scale.
  typealias Learnable = (y: Double, yardstick: Yardstick)

  /// Features by index, then bands; nil when the window is not one to learn from.
  private static func learnable(_ window: FeatureWindow) -> [Learnable?]? {
    guard window.state.motion != .transient, window.logBands.count == FeatureWindow.bandCount,
      window.logBands.allSatisfy(\.isFinite), window.values[.accelerationRMS] != nil
    else { return nil }
    let features: [Learnable?] = Feature.allCases.map { feature in
      guard let value = window.values[feature], let yardstick = feature.yardstick,
        let y = yardstick.forward(value)
      else { return nil }
      return (y, yardstick)
    }
    return features
      + window.logBands.map { band in Yardstick.band.forward(exp(Double(band))).map { ($0, .band) } }
  }

  private static func update(
    _ entries: inout [Place: Entry], _ place: Place, _ stamp: Stamp, _ schedule: LearningSchedule,
    _ values: [Learnable?]
  ) {
    if entries[place] == nil {
      guard entries.keys.count(where: { $0.point == place.point }) < stateLimit else { return }
      entries[place] = Entry(normals: Array(repeating: .fresh, count: values.count), since: stamp.wall)
    }
    let now = stamp.monotonic
    if let last = entries[place]?.last, now >= last, now.seconds(since: last) < schedule.spacing_s { return }
    entries[place]?.last = now
    for (i, value) in values.enumerated() {
      if let value { entries[place]?.normals[i].observe(value.y, value.yardstick, schedule) }
    }
  }

  private static func deviation(_ value: Double, _ normal: LearnedNormal, _ yardstick: Yardstick)
    -> Deviation?
  {
    guard let y = yardstick.forward(value), let (mean, spread) = normal.normal(yardstick) else { return nil }
    let centre = yardstick.backward(mean)
    let z = (y - mean) / spread
    // At the centre the scale's own slope is the limit of the quotient.
    let slope = (yardstick.backward(mean + spread) - centre)
    let sd = abs(z) > 1e-3 && value != centre ? (value - centre) / z : slope
    return Deviation(value: value, baselineMean: centre, baselineSD: sd)
  }
}
