// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine
import Signal

/// The last values of one signal: of one feature at one point, of one scalar point, or of two scalars together.
///
/// Bounded by `Ring.capacity` samples; the oldest goes first. What is derived from it is computed once per new sample.
struct Ring: Sendable {
  /// What is derived of the samples.
  enum Purpose: Hashable, Sendable { case slope, unrest, speedExponent }

  /// 24 minutes of readings, 24 waveforms.
  static let capacity = 24
  /// Ten minutes of readings, 10 s apart.
  static let unrestCapacity = 60
  /// Fewer tell nothing.
  static let least = 6
  /// A trend over less time is none.
  static let leastSpan_s = 300.0
  /// The shaft speed must move by this factor to show what grows with it.
  static let leastSpeedRange = 1.15

  let purpose: Purpose
  private let spacing_s: Double
  private let limit: Int
  private var times: [Double] = []
  private var values: [Double] = []
  private var speeds: [Double] = []
  private var tags: [Int] = []
  private var last: MonotonicTime?
  private var scratch: [Double] = []
  /// Slope an hour, spread, or exponent; NaN while too little is known.
  private(set) var result = Double.nan

  /// - Parameter isReading: scalars come every second and are thinned out; every waveform counts.
  init(_ purpose: Purpose, isReading: Bool) {
    self.purpose = purpose
    limit = purpose == .unrest && isReading ? Ring.unrestCapacity : Ring.capacity
    spacing_s = isReading ? (purpose == .unrest ? 9.5 : 59.5) : 0
  }

  /// Takes a value that was measured at `time` in the state with this tag.
  mutating func note(_ value: Double, at time: MonotonicTime, speed_rpm: Double?, tag: Int) {
    guard value.isFinite else { return }
    if let last {
      let wait = time.seconds(since: last)
      guard wait > 0, wait >= spacing_s else {
        if tags.last != tag { derive(tag) }
        return
      }
    }
    last = time
    if values.count == limit {
      times.removeFirst()
      values.removeFirst()
      speeds.removeFirst()
      tags.removeFirst()
    }
    times.append(time.seconds)
    values.append(value)
    speeds.append(speed_rpm ?? .nan)
    tags.append(tag)
    derive(tag)
  }

  mutating func clear() { self = Ring(purpose, isReading: spacing_s > 0) }

  private mutating func derive(_ tag: Int) {
    switch purpose {
    case .slope: result = slope(tag)
    case .unrest: result = unrest()
    case .speedExponent: result = exponent()
    }
  }

  /// Change an hour over the samples of this state.
  private mutating func slope(_ tag: Int) -> Double {
    var (x, y) = ([Double](), [Double]())
    for i in values.indices where tags[i] == tag {
      x.append(times[i] / 3600)
      y.append(values[i])
    }
    guard y.count >= Ring.least, let first = x.first, let newest = x.last,
      newest - first >= Ring.leastSpan_s / 3600
    else { return .nan }
    return fit(x, y)
  }

  /// Spread from one sample to the next, as the standard deviation of noise that would step so: the median step over
  /// 0.6745 sqrt 2. One step of the load, or a slow drift, is no unrest.
  private func unrest() -> Double {
    guard values.count > Ring.least else { return .nan }
    var steps = (1..<values.count).map { abs(values[$0] - values[$0 - 1]) }
    steps.sort()
    let middle = steps.count / 2
    let median = steps.count.isMultiple(of: 2) ? (steps[middle - 1] + steps[middle]) / 2 : steps[middle]
    return median / (0.674_489_75 * 2.0.squareRoot())
  }

  /// The exponent n of value ~ speed^n: slope of the logarithms.
  private mutating func exponent() -> Double {
    var (x, y) = ([Double](), [Double]())
    for i in values.indices where values[i] > 0 && speeds[i] > 0 {
      x.append(log(speeds[i]))
      y.append(log(values[i]))
    }
    guard y.count >= Ring.least, let low = x.min(), let high = x.max(),
      high - low >= log(Ring.leastSpeedRange)
    else { return .nan }
    return fit(x, y)
  }

  private mutating func fit(_ x: [Double], _ y: [Double]) -> Double {
    let needed = TheilSenSlope.scratchCount(for: y.count)
    if scratch.count < needed { scratch = [Double](repeating: 0, count: needed) }
    var span = scratch.mutableSpan
    return TheilSenSlope(times: x.span, values: y.span, scratch: &span)?.slope ?? .nan
  }
}

/// Whether temperatures fall, from an average over about ten minutes that is kept per point.
struct WarmthTrend: Sendable {
  private var averages: [Int: (value: Double, time: MonotonicTime)] = [:]

  /// By point: whether it is half a kelvin below its average.
  mutating func update(_ layout: Layout, _ window: MachineWindow) -> [Bool] {
    var falling = [Bool](repeating: false, count: layout.points.count)
    for reading in window.readings where reading.quantity == .temperature {
      guard let value = reading.usable, let point = layout.index[reading.point] else { continue }
      let now = reading.stamp.monotonic
      let known = averages[point] ?? (value, now)
      falling[point] = value < known.value - 0.5
      let share = min(1, max(0, now.seconds(since: known.time)) / 600)
      averages[point] = (known.value + share * (value - known.value), now)
    }
    return falling
  }
}
