// SPDX-License-Identifier: Apache-2.0

/// What production asks of a machine over a day: speed and load by the hour, ramps, and now and then a stop.
public struct OperatingPlan: Sendable, Hashable {
  /// A part of the day that begins at `hour` and lasts until the next one.
  public struct Period: Sendable, Hashable {
    /// Beginning, hours after midnight.
    public var hour: Double
    /// Share of rated speed.
    public var speed: Double
    /// Share of rated load; for a pump how far its valve stands open.
    public var load: Double
    /// A period; speed and load are shares of the rated ones.
    public init(hour: Double, speed: Double, load: Double) {
      self.hour = hour
      self.speed = speed
      self.load = load
    }
  }

  /// In ascending order of hour, the first at hour 0.
  public var periods: [Period]
  /// How long a change of setpoint takes, seconds.
  public var ramp_s: Double
  /// The machine is stopped on every so many days; 0 never.
  public var stopEveryDays: Int
  /// When that stop begins, hours after midnight.
  public var stopHour: Double
  /// How long it lasts, seconds.
  public var stop_s: Double

  /// A plan; traps unless the first period begins at hour 0.
  public init(
    _ periods: [Period], ramp_s: Double = 40, stopEveryDays: Int = 0, stopHour: Double = 12,
    stop_s: Double = 1500
  ) {
    precondition(periods.first?.hour == 0, "the first period of a day begins at hour 0")
    self.periods = periods
    self.ramp_s = ramp_s
    self.stopEveryDays = stopEveryDays
    self.stopHour = stopHour
    self.stop_s = stop_s
  }

  /// One speed and load for ever.
  public static func steady(speed: Double = 1, load: Double = 0.8) -> OperatingPlan {
    OperatingPlan([Period(hour: 0, speed: speed, load: load)])
  }

  /// Three shifts of a process plant with two speeds of change-over, stopped for 25 min every second day.
  public static let threeShifts = OperatingPlan(
    [
      Period(hour: 0, speed: 0.78, load: 0.62), Period(hour: 6, speed: 1, load: 0.9),
      Period(hour: 14, speed: 0.9, load: 0.78), Period(hour: 22, speed: 0.78, load: 0.62),
    ], stopEveryDays: 2, stopHour: 12.5)

  static let day_s = 86_400.0

  /// Speed and load, shares of the rated ones, at time `t`; midnight is at multiples of 86 400 s.
  ///
  /// A change ramps linearly: the mean of the setpoint over the last `ramp_s` seconds.
  func setpoint(at t: Double) -> (speed: Double, load: Double) {
    var edges = [t - ramp_s]
    let today = (t / Self.day_s).rounded(.down) * Self.day_s
    for midnight in [today - Self.day_s, today] {
      for period in periods { edges.append(midnight + period.hour * 3600) }
      edges.append(midnight + stopHour * 3600)
      edges.append(midnight + stopHour * 3600 + stop_s)
    }
    edges = edges.filter { $0 >= t - ramp_s && $0 < t }.sorted() + [t]
    guard edges.count > 2, ramp_s > 0 else { return step(at: t) }
    var speed = 0.0
    var load = 0.0
    for (start, end) in zip(edges, edges.dropFirst()) {
      let step = step(at: (start + end) / 2)
      speed += step.speed * (end - start) / ramp_s
      load += step.load * (end - start) / ramp_s
    }
    return (speed, load)
  }

  private func step(at t: Double) -> (speed: Double, load: Double) {
    let day = (t / Self.day_s).rounded(.down)
    let second = t - day * Self.day_s
    if stopEveryDays > 0, Int(day) % stopEveryDays == 0,
      second >= stopHour * 3600, second < stopHour * 3600 + stop_s
    {
      return (0, 0)
    }
    let period = periods.last { $0.hour * 3600 <= second } ?? periods[0]
    return (period.speed, period.load)
  }
}
