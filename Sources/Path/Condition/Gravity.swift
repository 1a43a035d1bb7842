// SPDX-License-Identifier: Apache-2.0

import Machine

/// The means of a three-axis sensor's newest captures: together they are gravity, whichever way it hangs.
struct Gravity {
  /// The mean of one axis in m/s2, with its standard error.
  struct Mean {
    var value: Double
    var error: Double
    var time: MonotonicTime

    func isNear(_ other: Mean, _ rules: ValidityRules) -> Bool {
      abs(time.seconds(since: other.time)) <= rules.gravityAge_s
    }
    /// The square of its part in the error of the vector's length.
    var square: Double { (value * error) * (value * error) }
  }

  private var means: [PointID: Mean] = [:]

  /// Forgets the mean of one axis.
  mutating func forget(_ point: PointID) { means[point] = nil }

  /// Takes the mean of one axis, and judges the vector once all three are known and of one time.
  mutating func judge(
    _ point: PointID, _ mean: Mean, of sensor: SensorLayout.Triaxial, rules: ValidityRules
  ) -> SensorDefect? {
    means[point] = mean
    guard let x = means[sensor.x], let y = means[sensor.y], let z = means[sensor.z],
      mean.isNear(x, rules), mean.isNear(y, rules), mean.isNear(z, rules)
    else { return nil }
    let g = Unit.standardGravity.scale
    let length = (x.value * x.value + y.value * y.value + z.value * z.value).squareRoot()
    let error = length > 0 ? (x.square + y.square + z.square).squareRoot() / length : 0
    let tolerance = rules.gravityTolerance_m_s2 + 3 * error
    guard abs(length - g) > tolerance else { return nil }
    let vector = [x, y, z].map { brief($0.value / g) }.joined(separator: ", ")
    return SensorDefect(
      .gravity,
      "the mean acceleration (\(vector)) g is \(brief(length / g)) g long; gravity is 1 g within \(brief(tolerance / g)) g"
    )
  }
}
