// SPDX-License-Identifier: Apache-2.0

import Machine

/// The means of a three-axis sensor's newest captures: together they are gravity, whichever way it hangs.
struct Gravity {
  /// The mean of one axis in m/s2, with its standard error.
  struct Mean {
    var value: Double
    var error: Double
    var time: MonotonicTime
  }

  private var means: [PointID: Mean] = [:]

  /// Takes the mean of one axis, and judges the vector once all three are known and of one time.
  mutating func judge(
    _ point: PointID, _ mean: Mean, of sensor: SensorLayout.Triaxial, rules: ValidityRules
  ) -> SensorDefect? {
    means[point] = mean
    let axes = sensor.axes.compactMap { means[$0] }
    guard axes.count == 3, axes.allSatisfy({ abs(mean.time.seconds(since: $0.time)) <= rules.gravityAge_s })
    else { return nil }
    let g = Unit.standardGravity.scale
    let length = axes.reduce(0) { $0 + $1.value * $1.value }.squareRoot()
    let variance = axes.reduce(0) { $0 + ($1.value * $1.error) * ($1.value * $1.error) }
    let error = length > 0 ? variance.squareRoot() / length : 0
    let tolerance = rules.gravityTolerance_m_s2 + 3 * error
    guard abs(length - g) > tolerance else { return nil }
    let vector = axes.map { brief($0.value / g) }.joined(separator: ", ")
    return SensorDefect(
      .gravity,
      "the mean acceleration (\(vector)) g is \(brief(length / g)) g long; gravity is 1 g within \(brief(tolerance / g)) g"
    )
  }
}
