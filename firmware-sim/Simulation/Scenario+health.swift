// SPDX-License-Identifier: Apache-2.0

extension Scenario {
  /// A week in health, as plants have them: shifts, stops and restarts, products, weather, grease, instruments that
  /// fail for minutes or for good.
  ///
  /// - Parameters:
  ///   - preset: a name of `MachineSpec.presets`, or nil to draw one.
  ///   - learning_s: time before the week, without failed sensors.
  /// - Returns: nil for a preset that is not known.
  public static func healthyWeek(preset: String? = nil, seed: UInt64, learning_s: Double = 0) -> Scenario? {
    var draw = Xoshiro(seed: Simulation.seed(seed, 0x6EA1))
    guard var story = Scenario(preset ?? draw.pick(MachineSpec.presets), seed: seed, &draw) else {
      return nil
    }
    let week = 7 * OperatingPlan.day_s
    let start = story.begin_s + learning_s
    story.end_s = start + week
    story.addRestarts(&draw)
    if draw.happens(0.3) {
      story.spec.plan.greasings_s = [draw.uniform(start, start + week)]
    }
    story.addDropouts(from: start, &draw)
    if draw.happens(0.3) { story.addSensorFault(from: start, &draw) }
    return story
  }

  /// Stops besides those of the plan: none to three a week, minutes to a weekend long.
  private mutating func addRestarts(_ draw: inout Xoshiro) {
    var t = begin_s
    while true {
      t -= logarithm(max(draw.uniform(), 1e-9)) * 3.5 * OperatingPlan.day_s
      guard t < end_s else { return }
      let length = draw.happens(0.15) ? draw.uniform(8, 60) * 3600 : draw.uniform(5, 180) * 60
      spec.plan.stops.append(OperatingPlan.Stop(begin_s: t, length_s: length))
      t += length
    }
  }

  /// A wire that works loose, a radio that is shaded: a sensor gives no value for one to twelve minutes, about twice a
  /// week.
  private mutating func addDropouts(from start: Double, _ draw: inout Xoshiro) {
    let wired = processInstruments
    var t = start
    while true {
      t -= logarithm(max(draw.uniform(), 1e-9)) * 3.5 * OperatingPlan.day_s
      guard t < end_s else { return }
      let length = draw.uniform(60, 720)
      let place = draw.happens(0.3) ? "DE-H" : draw.pick(wired).rawValue
      let kind: FaultKind = draw.happens(0.5) ? .sensorDropout : .sensorNoData
      faults.append(
        FaultPlan(
          kind, onset_s: t, growth_s: 0, end_s: t + length, ceiling: draw.uniform(0.3, 1), place: place))
    }
  }

  /// One sensor that fails for hours until it is changed.
  private mutating func addSensorFault(from start: Double, _ draw: inout Xoshiro) {
    let kind = draw.pick([
      FaultKind.sensorStuck, .sensorBias, .sensorClipped, .sensorDropout, .sensorLooseMount, .sensorNoData,
    ])
    let onset = draw.uniform(start, end_s - 6 * 3600)
    var plan = FaultPlan(
      kind, onset_s: onset, growth_s: draw.uniform(0, 1200), end_s: onset + draw.uniform(1, 30) * 3600,
      ceiling: draw.uniform(0.3, 1))
    plan.place = kind == .sensorLooseMount ? nil : place(of: kind, &draw)
    faults.append(plan)
  }
}
