// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Decides whether what a sensor says is what the machine does, before anything is made of it.
///
/// ```swift
/// var gate = ValidityGate(plant: plant)
/// if let defect = gate.judge(waveform, machineRunning: true) { … }   // a finding about the sensor
/// let reading = gate.judge(reading, machineRunning: true)            // quality says what to believe
/// ```
/// A defect is never a fault of the machine, and what is defective is neither averaged nor learned. The gate
/// remembers a few values per point (the last reading, the usual mean); it has no clock and no I/O, so a
/// recorded day is judged as it was. Points that the plant does not name are judged by quantity alone.
public struct ValidityGate {
  private let rules: ValidityRules
  private let roles: [PointID: PointRole]
  private let ratedSpeeds: [MachineID: Double]
  private var readings: [PointID: ReadingHistory] = [:]
  private var waveforms: [PointID: WaveformHistory] = [:]
  private var skiSlope = SkiSlope()

  /// A gate for the points of one plant.
  public init(plant: Plant, rules: ValidityRules = ValidityRules()) {
    self.rules = rules
    var roles: [PointID: PointRole] = [:]
    var speeds: [MachineID: Double] = [:]
    for machine in plant.machines {
      speeds[machine.id] = machine.ratedSpeed_rpm
      for point in machine.points { roles[point.id] = point.role }
    }
    self.roles = roles
    ratedSpeeds = speeds
  }

  /// Judges a complete waveform; nil when nothing speaks against it.
  ///
  /// `machineRunning` is nil when that is not known; `speed_rpm` serves when the waveform brings no speed.
  /// The first defect found is given, in the order in which one hides the next.
  public mutating func judge(
    _ waveform: Waveform, machineRunning: Bool?, speed_rpm: Double? = nil
  ) -> SensorDefect? {
    if case .bad(let defect) = waveform.quality { return defect }
    if let obstacle = Inspection.obstacle(in: waveform.samples) { return obstacle }
    let inspection = Inspection(waveform.samples.span)
    var history = waveforms[waveform.point] ?? WaveformHistory()
    defer { waveforms[waveform.point] = history }
    let repeated = history.repeats(waveform.samples)
    if let defect = inspection.flatline(running: machineRunning, rules: rules)
      ?? inspection.dropout(rules: rules)
      ?? (repeated ? WaveformHistory.repetition(waveform.samples.count) : nil)
      ?? inspection.stuck(rules: rules)
      ?? Clipping.find(in: waveform, inspection, rules: rules)
    {
      return defect
    }
    guard waveform.quantity == .acceleration else { return nil }
    if let defect = history.bias(mean: inspection.mean, rules: rules) { return defect }
    let speed = waveform.speed_rpm ?? speed_rpm ?? ratedSpeeds[waveform.point.machine]
    return skiSlope.find(in: waveform, mean: inspection.mean, speed_rpm: speed, rules: rules)
  }

  /// Judges one reading and returns it with the quality that it deserves. A quality that acquisition has
  /// already called bad stays.
  public mutating func judge(_ reading: Reading, machineRunning: Bool?) -> Reading {
    guard !reading.quality.isBad else { return reading }
    var judged = reading
    if let defect = defect(of: reading, machineRunning: machineRunning) { judged.quality = .bad(defect) }
    return judged
  }

  private mutating func defect(of reading: Reading, machineRunning: Bool?) -> SensorDefect? {
    guard let value = reading.value else { return SensorDefect(.noData, "no value arrived") }
    guard value.isFinite else { return SensorDefect(.invalidMark, "the value is \(value)") }
    let unit = reading.quantity.canonicalUnit.symbol
    if let range = rules.plausible[reading.quantity], !range.contains(value) {
      return SensorDefect(
        .outOfRange,
        "\(value) \(unit) is outside \(range.lowerBound) to \(range.upperBound) \(unit)")
    }
    guard let limit = roles[reading.point].flatMap({ rules.identicalPolls[$0] }) else { return nil }
    // At rest, pressures and currents are still, and zero is an answer.
    guard machineRunning != false else {
      readings[reading.point] = nil
      return nil
    }
    let (polls, time_s) = readings[reading.point, default: ReadingHistory()].unchanged(
      value, at: reading.stamp.monotonic)
    guard polls >= limit, time_s >= rules.identicalTime_s else { return nil }
    return SensorDefect(
      .stuck, "\(value) \(unit) without any change for \(polls) polls in \(brief(time_s)) s")
  }
}

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
