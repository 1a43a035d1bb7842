// SPDX-License-Identifier: Apache-2.0

import Machine

/// How long one reading has not changed.
struct ReadingHistory {
  private var last: (value: Double, since: MonotonicTime, polls: Int)?

  /// Counts the polls with this value, this one included, and the seconds since the first of them.
  mutating func unchanged(_ value: Double, at time: MonotonicTime) -> (polls: Int, time_s: Double) {
    let (since, polls) = if let last, last.value == value { (last.since, last.polls + 1) } else { (time, 1) }
    last = (value, since, polls)
    return (polls, time.seconds(since: since))
  }
}

/// Scalar values held against each other: the partner of a redundant pair, and the value before.
struct Partners {
  private var newest: [PointID: (value: Double, time: MonotonicTime)] = [:]

  /// The newest value of a point that is not older than `age_s` at `time`.
  func value(of point: PointID, at time: MonotonicTime, age_s: Double) -> Double? {
    newest[point].flatMap { abs(time.seconds(since: $0.time)) <= age_s ? $0.value : nil }
  }

  /// Takes a value in, and judges its jump since the value before and its distance from its partners.
  /// - Parameters:
  ///   - worth: of one count of its 16-bit register, where it has one.
  ///   - pairs: the redundant pairs that the point is one of.
  mutating func judge(
    _ value: Double, _ reading: Reading, worth: Double?, pairs: [SensorLayout.Redundant], rules: ValidityRules
  ) -> SensorDefect? {
    let point = reading.point
    let time = reading.stamp.monotonic
    let before = newest[point]?.value
    newest[point] = (value, time)
    let unit = reading.quantity.canonicalUnit.symbol
    if let before, let worth, worth > 0 {
      let counts = abs(value - before) / worth
      if abs(counts - 65_536) <= rules.wrapTolerance_counts {
        return SensorDefect(
          .sign,
          "\(brief(before)) to \(brief(value)) \(unit) is a jump of \(Int(counts.rounded())) counts; 65536 of them are one wrong sign"
        )
      }
    }
    for pair in pairs {
      let other = pair.first == point ? pair.second : pair.first
      guard let partner = self.value(of: other, at: time, age_s: rules.partnerAge_s),
        abs(value - partner) > pair.tolerance * max(abs(value), abs(partner))
      else { continue }
      let both = "\(point.name) says \(brief(value)) and \(other.name) \(brief(partner)) \(unit)"
      guard let slip = UnitSlip.between(value, partner, of: reading.quantity) else {
        return SensorDefect(.crossCheck, both)
      }
      return SensorDefect(.unit, "\(both): they differ by \(slip.explanation)")
    }
    return nil
  }
}

extension PointRole {
  /// Whether the value is an amount of something and can not be negative.
  var isMagnitude: Bool {
    switch self {
    case .velocityRMS, .accelerationRMS, .accelerationPeak, .crestFactor, .kurtosis: true
    default: false
    }
  }
}
