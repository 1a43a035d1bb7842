// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Decides whether what a sensor says is what the machine does, before anything is made of it.
///
/// ```swift
/// var gate = ValidityGate(plant: plant)
/// if let defect = gate.judge(waveform, machineRunning: true) { … }   // a finding about the sensor
/// let reading = gate.judge(reading, machineRunning: true)            // quality says what to believe
/// ```
/// The names of defects are those of `SensorDefect.Kind`, each with its numbers in words. What acquisition knows of
/// a capture (`Waveform.facts`) and what a site says of its sensors (`SensorLayout`) let more be checked.
///
/// A defect is never a fault of the machine, and what is defective is neither averaged nor learned. The gate
/// remembers a few values per point (the last reading, the usual mean); it has no clock and no I/O, so a
/// recorded day is judged as it was. Points that the plant does not name are judged by quantity alone.
public struct ValidityGate {
  private let rules: ValidityRules
  private let layout: SensorLayout
  private let roles: [PointID: PointRole]
  private let ratedSpeeds: [MachineID: Double]
  private let triaxial: [PointID: SensorLayout.Triaxial]
  private let redundant: [PointID: [SensorLayout.Redundant]]
  private var readings: [PointID: ReadingHistory] = [:]
  private var waveforms: [PointID: WaveformHistory] = [:]
  private var gravity = Gravity()
  private var partners = Partners()
  private var spectrum = VelocitySpectrum()

  /// A gate for the points of one plant.
  public init(plant: Plant, rules: ValidityRules = ValidityRules(), layout: SensorLayout = SensorLayout()) {
    self.rules = rules
    self.layout = layout
    var roles: [PointID: PointRole] = [:]
    var speeds: [MachineID: Double] = [:]
    for machine in plant.machines {
      speeds[machine.id] = machine.ratedSpeed_rpm
      for point in machine.points { roles[point.id] = point.role }
    }
    self.roles = roles
    ratedSpeeds = speeds
    triaxial = Dictionary(layout.triaxial.flatMap { sensor in sensor.axes.map { ($0, sensor) } }) { a, _ in a
    }
    var redundant: [PointID: [SensorLayout.Redundant]] = [:]
    for pair in layout.redundant {
      redundant[pair.first, default: []].append(pair)
      redundant[pair.second, default: []].append(pair)
    }
    self.redundant = redundant
  }

  /// Forgets how a sensor was mounted, because somebody mounted it anew on purpose: the usual mean of this point, and
  /// of the other axes of its sensor, is learned again from the next captures. Until somebody says so, a mean that
  /// has moved is refused for as long as it stays moved.
  public mutating func remounted(_ point: PointID) {
    for axis in triaxial[point]?.axes ?? [point] {
      waveforms[axis]?.forgetMean()
      gravity.forget(axis)
    }
  }

  /// Judges a complete waveform; nil when nothing speaks against it.
  ///
  /// `machineRunning` is nil when that is not known; `speed_rpm` serves when the waveform brings no speed.
  /// The first defect found is given, in the order in which one hides the next.
  public mutating func judge(_ waveform: Waveform, machineRunning: Bool?, speed_rpm: Double? = nil)
    -> SensorDefect?
  {
    if case .bad(let defect) = waveform.quality { return defect }
    if let defect = waveform.facts.shortage(of: waveform.samples.count).map({ SensorDefect(.incomplete, $0) })
      ?? Inspection.obstacle(in: waveform.samples.span, rules: rules)
      ?? BlockTiming.find(waveform.facts.blocks, rate_Hz: waveform.sampleRate_Hz, rules: rules)
    {
      return defect
    }
    let inspection = Inspection(waveform.samples.span, of: waveform.quantity)
    let repeated = waveforms[waveform.point, default: WaveformHistory()].repeats(waveform.samples)
    if let defect = inspection.outOfRange(rules: rules)
      ?? inspection.flatline(running: machineRunning, rules: rules)
    {
      return defect
    }
    let runs = Runs(
      in: waveform.samples.span, step: inspection.step, meanStep: inspection.meanStep,
      minimum: inspection.minimum, maximum: inspection.maximum)
    if let defect = runs.dropout(rules: rules)
      ?? (repeated ? WaveformHistory.repetition(waveform.samples.count) : nil)
      ?? runs.stuck(rules: rules, unit: inspection.unit)
      ?? SignWrap.find(in: waveform, inspection, rules: rules)
      ?? Clipping.find(in: waveform, inspection, rules: rules)
      ?? runs.notched(rules: rules)
    {
      return defect
    }
    return waveform.quantity == .acceleration ? acceleration(waveform, inspection, speed_rpm) : nil
  }

  /// What only acceleration can show: gravity, and velocity that can not be.
  private mutating func acceleration(
    _ waveform: Waveform, _ inspection: Inspection, _ speed_rpm: Double?
  ) -> SensorDefect? {
    let point = waveform.point
    let time = waveform.stamp.monotonic
    let (mean, error) = (inspection.mean, inspection.meanError)
    let vector = triaxial[point].flatMap {
      gravity.judge(point, Gravity.Mean(value: mean, error: error, time: time), of: $0, rules: rules)
    }
    if let defect = vector
      ?? waveforms[point, default: WaveformHistory()].bias(mean: mean, error: error, rules: rules)
    {
      return defect
    }
    guard spectrum.load(waveform, mean: mean) else { return nil }
    let speed = (waveform.speed_rpm ?? speed_rpm ?? ratedSpeeds[point.machine]).flatMap {
      $0.isFinite ? abs($0) : nil
    }
    if let defect = SkiSlope.find(in: spectrum, speed_rpm: speed, rules: rules) { return defect }
    guard
      let own = layout.ownVelocity[point].flatMap({
        partners.value(of: $0, at: time, age_s: rules.partnerAge_s)
      }), let computed = spectrum.overall_mm_s(from: (speed ?? 600) < 600 ? 2 : 10)
    else { return nil }
    return waveforms[point, default: WaveformHistory()].unitSlip(
      computed_mm_s: computed, own_mm_s: own, rules: rules)
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
    if let role = roles[reading.point], role.isMagnitude, value < 0 {
      return SensorDefect(
        .sign, "\(role.rawValue) is \(brief(value)) \(unit); it has no sign, so its word was read with one")
    }
    if let range = rules.plausible[reading.quantity], !range.contains(value) {
      let (low, high) = (brief(range.lowerBound), brief(range.upperBound))
      return SensorDefect(.outOfRange, "\(brief(value)) \(unit) is outside \(low) to \(high) \(unit)")
    }
    return partners.judge(
      value, reading, worth: layout.countWorth[reading.point], pairs: redundant[reading.point] ?? [],
      rules: rules)
      ?? stuck(reading, value, machineRunning: machineRunning)
  }

  private mutating func stuck(_ reading: Reading, _ value: Double, machineRunning: Bool?) -> SensorDefect? {
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
      .stuck,
      "\(value) \(reading.quantity.canonicalUnit.symbol) without any change for \(polls) polls in \(brief(time_s)) s"
    )
  }
}
