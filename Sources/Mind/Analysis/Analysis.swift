// SPDX-License-Identifier: Apache-2.0

import Condition
import Diagnose
public import Features
public import Machine
import Signal

/// The analyst's page on one waveform: is it valid, what are its numbers, which lines stand in it, what is wrong.
///
/// ```swift
/// let page = Analysis(of: waveform, from: origin, machine: machine, speed: Analysis.Speed(rpm: 1796, source: "the file"))
/// print(page.text(width: 100))          // tables for a terminal
/// try page.svg().write(…)               // waveform, spectra with their marked lines, tables
/// ```
/// Nothing is guessed. What the waveform or the machine's data cannot answer is said with what is missing; a waveform
/// that the validity gate refuses keeps its numbers, and no fault of the machine is named from it. It is encoded
/// without samples and spectra; the catalog's article "Output" lists the keys.
public struct Analysis: Sendable, Encodable {
  /// Version of the encoded form.
  public let schema = 1
  public let origin: Origin
  public let machine: Machine
  public let speed: Speed?
  /// What the validity gate has against the waveform; nil when nothing.
  public let defect: SensorDefect?
  /// Nil of a waveform that is refused for samples that are no numbers.
  public let statistics: Statistics?
  public let overall: Overall
  public let severity: SeverityVerdict
  /// Where the envelope was listened for, and why there.
  public let band: Band?
  /// Velocity at multiples of shaft speed; empty without a speed.
  public let orders: [Order]
  /// Expected, found, difference, harmonics and sidebands of every line of the machine.
  public let lines: [Row]
  /// Lines that cannot be placed, and what they lack.
  public let unplaced: [UnplacedLine]
  /// What the bearings' lines say over the whole record.
  public let survey: DefectSurvey
  /// What the mean turns of the gears say of their teeth; nil where none was followed.
  public let gears: [GearMatch]?
  /// Families of lines of the bearings and gears in the cepstrum; nil where the machine has neither, or no speed.
  public let cepstrum: [Rahmonics]?
  /// The spectrum over the shaft's angle; nil without a signal of its speed.
  public let orderTracked: OrderTracked?
  public let findings: [Statement]
  /// The samples, in the origin's unit.
  public let samples: [Float]
  /// Of acceleration in the origin's unit, velocity in mm/s, envelope in the origin's unit; nil where there are none.
  public let spectra: Spectra?
  /// The alarm that the waveform was stored for.
  public var cause: Cause?

  private enum CodingKeys: CodingKey {
    case schema, origin, machine, speed, defect, statistics, overall, severity, band, orders, lines, unplaced
    case survey, gears, cepstrum, orderTracked, findings, cause
  }

  /// Analyses a waveform of acceleration. Its samples are in m/s2; where `origin.unit` is nil they are in an unknown
  /// unit, and what needs one is refused. Without a speed it is looked for in the spectrum, near what the machine's
  /// ratings allow.
  public init(
    of waveform: Waveform, from origin: Origin, machine: Machine, speed: Speed?,
    speedSignal: SpeedSignal? = nil
  ) {
    let hasUnit = origin.unit != nil
    let factor = origin.unit.flatMap { Unit.named($0, for: .acceleration) }.map { 1 / $0.scale } ?? 1
    var extractor = FeatureExtractor()
    let canonical = extractor.spectra(of: waveform)
    let angle = speedSignal?.angle
    let speed =
      speed ?? angle.flatMap { Speed(meanOf: $0, duration_s: origin.duration_s) }
      ?? canonical.flatMap { Speed(in: $0.acceleration, of: machine) }
    var waveform = waveform
    waveform.speed_rpm = speed?.rpm
    self.origin = origin
    self.machine = machine
    self.speed = speed
    let defect = Analysis.judge(waveform, of: machine, hasUnit: hasUnit)
    self.defect = defect
    let samples = factor == 1 ? waveform.samples : waveform.samples.map { Float(Double($0) * factor) }
    self.samples = samples
    statistics = TimeStatistics(of: samples.span).map(Statistics.init)
    let state = OperatingState(motion: .unknown)
    let features = extractor.extract(waveform, of: machine, speed_rpm: nil, state: state)
    overall = hasUnit ? Overall(features) : Overall()
    severity = SeverityVerdict(overall, of: machine, speed: speed, hasUnit: hasUnit, isValid: defect == nil)
    orders = hasUnit ? Order.all(features) : []
    band = canonical.map { Band($0.band, sampleRate_Hz: waveform.sampleRate_Hz, features) }
    let spectra = canonical?.scaled(by: Float(factor), unit: origin.unit ?? "")
    let catalogue = LineCatalogue(of: machine, shaft_Hz: speed.map { $0.rpm / 60 })
    let table = LineTable(
      catalogue,
      in: spectra.map { [.acceleration: $0.acceleration, .velocity: $0.velocity, .envelope: $0.envelope] }
        ?? [:])
    let survey = DefectSurvey(
      of: waveform.samples.span, sampleRate_Hz: waveform.sampleRate_Hz, shaft_Hz: speed.map { $0.rpm / 60 },
      bearings: machine.bearings)
    self.spectra = spectra
    self.survey = survey
    let named = defect == nil ? NamedLine(survey, features, duration_s: origin.duration_s) : nil
    lines = table.rows.map { Row($0, named) }
    unplaced = table.unplaced
    gears = features.gears.isEmpty ? nil : features.gears
    cepstrum = Analysis.rahmonics(
      samples, rate_Hz: waveform.sampleRate_Hz, of: machine, shaft_Hz: speed.map { $0.rpm / 60 })
    orderTracked = angle.flatMap { OrderTracked(samples, rate_Hz: waveform.sampleRate_Hz, by: $0) }
    findings = Statement.all(
      defect: defect, survey: survey, named: named, lines: lines, severity: severity, machine: machine)
  }

  /// The gate's judgement; what holds limits in m/s2 is not asked of samples without a unit.
  private static func judge(_ waveform: Waveform, of machine: Machine, hasUnit: Bool) -> SensorDefect? {
    var waveform = waveform
    if !hasUnit { waveform.quantity = .ratio }
    var gate = ValidityGate(plant: Plant(site: "", machines: [machine]))
    return gate.judge(waveform, machineRunning: nil)
  }
}

extension Spectra {
  /// The same lines in another unit of acceleration.
  func scaled(by factor: Float, unit: String) -> Spectra {
    var result = self
    result.acceleration.unit = unit
    result.envelope.unit = unit
    guard factor != 1 else { return result }
    for k in result.acceleration.amplitudes.indices { result.acceleration.amplitudes[k] *= factor }
    for k in result.envelope.amplitudes.indices { result.envelope.amplitudes[k] *= factor }
    return result
  }
}
