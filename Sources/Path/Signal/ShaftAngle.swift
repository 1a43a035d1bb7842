// SPDX-License-Identifier: Apache-2.0

/// How far a shaft has turned at any time, from the pulses of a tachometer, from speeds over time, or from angles.
///
/// Between two known times the angle is a cubic that has the right angle and speed at both (Hermite), so a speed that
/// changes linearly is followed exactly. It is the same curve both ways: `turns(at:)` and `time(of:)`.
public struct ShaftAngle: Sendable {
  /// Most known times.
  public let capacity: Int
  /// Known times; 0 before anything is followed, and after something that cannot be.
  public private(set) var count = 0
  private var times: [Double]
  private var angles: [Double]
  private var speeds: [Double]

  /// Room for so many known times.
  public init(capacity: Int) {
    precondition(capacity >= 2, "an angle is between two times")
    self.capacity = capacity
    times = Array(repeating: 0, count: capacity)
    angles = times
    speeds = times
  }

  /// First and last known time; nil where nothing is followed.
  public var range_s: ClosedRange<Double>? { count < 2 ? nil : times[0]...times[count - 1] }
  /// Turns at the first and the last known time.
  public var range_turns: ClosedRange<Double>? { count < 2 ? nil : angles[0]...angles[count - 1] }

  /// Follows pulses of which `perTurn` make a turn: the first is at 0 turns. False where times do not rise.
  public mutating func follow(pulses_s: Span<Double>, perTurn: Int = 1) -> Bool {
    precondition(perTurn >= 1, "a turn has a pulse")
    guard hold(pulses_s) else { return false }
    for i in 0..<count { angles[i] = Double(i) / Double(perTurn) }
    setSpeeds()
    return true
  }

  /// Follows turns at times. False where either does not rise.
  public mutating func follow(turns: Span<Double>, at times_s: Span<Double>) -> Bool {
    precondition(turns.count == times_s.count, "one time an angle")
    guard hold(times_s) else { return false }
    for i in 0..<count {
      angles[i] = turns[i]
      if !turns[i].isFinite || (i > 0 && turns[i] <= turns[i - 1]) { return refuse() }
    }
    setSpeeds()
    return true
  }

  /// Follows speeds in turns a second at times; the first time is at 0 turns. False where times do not rise or a speed is
  /// not positive.
  public mutating func follow(speeds_Hz: Span<Double>, at times_s: Span<Double>) -> Bool {
    precondition(speeds_Hz.count == times_s.count, "one time a speed")
    guard hold(times_s) else { return false }
    for i in 0..<count {
      guard speeds_Hz[i].isFinite, speeds_Hz[i] > 0 else { return refuse() }
      speeds[i] = speeds_Hz[i]
      angles[i] = i == 0 ? 0 : angles[i - 1] + (speeds[i] + speeds[i - 1]) / 2 * (times[i] - times[i - 1])
    }
    return true
  }

  /// Turns at a time within `range_s`, beyond it at the speed of the end.
  public func turns(at time_s: Double) -> Double {
    var segment = 0
    return turns(at: time_s, from: &segment).turns
  }

  /// Turns and speed at a time; `segment` is where the last was found, so that a rising series is walked once.
  func turns(at time_s: Double, from segment: inout Int) -> (turns: Double, speed_Hz: Double) {
    precondition(count >= 2, "nothing is followed")
    if time_s <= times[0] { return (angles[0] + (time_s - times[0]) * speeds[0], speeds[0]) }
    let last = count - 1
    if time_s >= times[last] { return (angles[last] + (time_s - times[last]) * speeds[last], speeds[last]) }
    while time_s >= times[segment + 1] { segment += 1 }
    while time_s < times[segment] { segment -= 1 }
    return cubic(segment, (time_s - times[segment]) / (times[segment + 1] - times[segment]))
  }

  /// Time and speed at an angle within `range_turns`; `segment` as above.
  func time(of turns: Double, from segment: inout Int) -> (time_s: Double, speed_Hz: Double) {
    precondition(count >= 2, "nothing is followed")
    while segment < count - 2, turns >= angles[segment + 1] { segment += 1 }
    while segment > 0, turns < angles[segment] { segment -= 1 }
    let width = times[segment + 1] - times[segment]
    var (low, high) = (0.0, 1.0)
    var share = (turns - angles[segment]) / (angles[segment + 1] - angles[segment])
    var speed = speeds[segment]
    // Newton's steps, kept inside what is known to hold the answer.
    for _ in 0..<24 {
      let found = cubic(segment, share)
      speed = found.speed_Hz
      let error = found.turns - turns
      if error > 0 { high = min(high, share) } else { low = max(low, share) }
      var next = speed > 0 ? share - error / (speed * width) : (low + high) / 2
      if next <= low || next >= high { next = (low + high) / 2 }
      if abs(next - share) < 1e-14 { break }
      share = next
    }
    return (times[segment] + share * width, speed)
  }

  private func cubic(_ i: Int, _ share: Double) -> (turns: Double, speed_Hz: Double) {
    let width = times[i + 1] - times[i]
    let rise = angles[i + 1] - angles[i]
    let (m0, m1) = (speeds[i] * width, speeds[i + 1] * width)
    let b = 3 * rise - 2 * m0 - m1
    let a = m0 + m1 - 2 * rise
    return (
      angles[i] + share * (m0 + share * (b + share * a)), (m0 + share * (2 * b + share * 3 * a)) / width
    )
  }

  /// Takes over times that rise; false, and nothing is followed, where they do not or there are fewer than two.
  private mutating func hold(_ times_s: Span<Double>) -> Bool {
    precondition(times_s.count <= capacity, "more times than there is room for")
    count = times_s.count
    guard count >= 2 else { return refuse() }
    for i in 0..<count {
      times[i] = times_s[i]
      if !times_s[i].isFinite || (i > 0 && times_s[i] <= times_s[i - 1]) { return refuse() }
    }
    return true
  }

  private mutating func refuse() -> Bool {
    count = 0
    return false
  }

  /// The speed at each time is that of the parabola through it and its neighbours.
  private mutating func setSpeeds() {
    func mean(_ i: Int) -> Double { (angles[i + 1] - angles[i]) / (times[i + 1] - times[i]) }
    let last = count - 1
    guard last >= 2 else {
      for i in 0...last { speeds[i] = mean(0) }
      return
    }
    for i in 1..<last {
      let (before, after) = (times[i] - times[i - 1], times[i + 1] - times[i])
      speeds[i] = (after * mean(i - 1) + before * mean(i)) / (before + after)
    }
    speeds[0] = max(2 * mean(0) - speeds[1], mean(0) / 2)
    speeds[last] = max(2 * mean(last - 1) - speeds[last - 1], mean(last - 1) / 2)
  }
}
