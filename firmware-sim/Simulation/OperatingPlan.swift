// SPDX-License-Identifier: Apache-2.0

/// What production and maintenance do with a machine: speed and load by the hour, ramps, stops, products, grease.
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

  /// A stop that is planned by itself.
  public struct Stop: Sendable, Hashable {
    /// When it begins and how long it lasts, seconds.
    public var begin_s: Double
    public var length_s: Double
    public init(begin_s: Double, length_s: Double) {
      self.begin_s = begin_s
      self.length_s = length_s
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
  /// Stops besides, in ascending order.
  public var stops: [Stop] = []
  /// How far speed and load of a period scatter from day to day, share; a tenth of it for speed.
  public var scatter = 0.0
  /// Mean time until the product changes, seconds; 0 never.
  public var product_s = 0.0
  /// When the bearings were greased, seconds.
  public var greasings_s: [Double] = []

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
}

extension OperatingPlan {
  /// Speed and load, shares of the rated ones, at time `t`; midnight is at multiples of 86 400 s.
  ///
  /// A change ramps linearly: the mean of the setpoint over the last `ramp_s` seconds. Stops and periods shorter
  /// than a ramp are not planned.
  func setpoint(at t: Double, seed: UInt64) -> (speed: Double, load: Double) {
    let now = step(at: t, seed: seed)
    guard ramp_s > 0 else { return now }
    let then = step(at: t - ramp_s, seed: seed)
    if now == then { return now }
    let edges = [t - ramp_s] + edges(around: t).filter { $0 > t - ramp_s && $0 < t }.sorted() + [t]
    var speed = 0.0
    var load = 0.0
    for (start, end) in zip(edges, edges.dropFirst()) {
      let step = step(at: (start + end) / 2, seed: seed)
      speed += step.speed * (end - start) / ramp_s
      load += step.load * (end - start) / ramp_s
    }
    return (speed, load)
  }

  /// How long ago the setpoint last changed, seconds, and by how much of the rated flow.
  func lastChange(before t: Double, seed: UInt64) -> (age_s: Double, size: Double) {
    for edge in edges(around: t).filter({ $0 <= t }).sorted(by: >) {
      let before = step(at: edge - 1, seed: seed)
      let after = step(at: edge + 1, seed: seed)
      let size = abs(before.speed * before.load - after.speed * after.load)
      if size > 0.02 { return (t - edge, size) }
    }
    return (.infinity, 0)
  }

  /// When the setpoint may change, yesterday and today, in no order.
  private func edges(around t: Double) -> [Double] {
    var edges: [Double] = []
    let today = (t / Self.day_s).rounded(.down) * Self.day_s
    for midnight in [today - Self.day_s, today] {
      for period in periods { edges.append(midnight + period.hour * 3600) }
      edges.append(midnight + stopHour * 3600)
      edges.append(midnight + stopHour * 3600 + stop_s)
    }
    for stop in stops where abs(stop.begin_s - t) < 2 * Self.day_s {
      edges.append(stop.begin_s)
      edges.append(stop.begin_s + stop.length_s)
    }
    return edges
  }

  private func step(at t: Double, seed base: UInt64) -> (speed: Double, load: Double) {
    let day = (t / Self.day_s).rounded(.down)
    let second = t - day * Self.day_s
    if stopEveryDays > 0, Int(day) % stopEveryDays == 0,
      second >= stopHour * 3600, second < stopHour * 3600 + stop_s
    {
      return (0, 0)
    }
    for stop in stops where t >= stop.begin_s && t < stop.begin_s + stop.length_s { return (0, 0) }
    let index = periods.lastIndex { $0.hour * 3600 <= second } ?? 0
    let period = periods[index]
    guard scatter > 0 else { return (period.speed, period.load) }
    let draw = seed(base, 30, UInt64(bitPattern: Int64(day)), UInt64(index))
    let load = Double(draw & 0xFFFF) / 32_768 - 1
    let speed = Double(draw >> 16 & 0xFFFF) / 32_768 - 1
    // At full speed a machine runs on the mains.
    return (
      period.speed < 1 ? min(period.speed * (1 + 0.1 * scatter * speed), 1) : period.speed,
      min(period.load * (1 + scatter * load), 1.02)
    )
  }
}

extension OperatingPlan {
  /// What is made or moved at one moment.
  struct Product {
    /// Over the density of the usual one.
    var density = 1.0
    /// Over the usual opening of valve or damper, or torque.
    var load = 1.0
    /// Over the usual flow noise.
    var roughness = 1.0
  }

  /// The product of this moment. A process-induced change (`FaultKind.processInduced`) is a rougher, heavier product
  /// that comes for some hours and goes again.
  func product(at t: Double, faults: [FaultPlan], seed base: UInt64) -> Product {
    var product = Product()
    if product_s > 0 {
      let word = seed(base, 31, UInt64(bitPattern: Int64((t / product_s).rounded(.down))))
      // Four products that come again and again.
      let own = seed(base, 32, word & 3)
      product.density = 0.97 + 0.06 * Double(own & 0xFFFF) / 65_536
      product.load = 0.95 + 0.08 * Double(own >> 16 & 0xFFFF) / 65_536
      product.roughness = 0.95 + 0.12 * Double(own >> 32 & 0xFFFF) / 65_536
    }
    for plan in faults where plan.kind == .processInduced {
      let s = plan.severity(at: t)
      guard s > 0 else { continue }
      let campaign_s = 4 * 3600.0
      // Every second block of hours, from the onset on.
      guard Int((t - plan.onset_s) / campaign_s) % 2 == 0 else { continue }
      product.load *= 1 + 0.22 * s
      product.density *= 1 + 0.1 * s
      product.roughness *= 1 + 2.2 * s
    }
    return product
  }
}
