// SPDX-License-Identifier: Apache-2.0

public import Machine
import Signal

/// Makes of a waveform of acceleration the numbers that a vibration analyst reads.
///
/// ```swift
/// var extractor = FeatureExtractor()
/// let window = extractor.extract(waveform, of: machine, speed_rpm: 1480, state: state)
/// window.values[.velocityRMS]                        // mm/s, 10-1000 Hz
/// window.lines.first { $0.line == .outerRace }       // what stands at BPFO in the envelope spectrum
/// ```
/// One extractor serves all machines: plans and scratch are kept for the last four pairs of length and rate.
/// No clock and no I/O: the same waveforms give the same windows, and `extract(_:of:speed_rpm:state:into:)` gives them without
/// allocating. One number remembers: a gear's NA4 divides by the variances of the windows before, in the same state.
///
/// A window is charged for what the machine's data allow: bearings with two more envelopes, gears with their mean turns,
/// motor, belts and vanes with a search for their lines.
///
/// What is missing stays missing. Where no shaft speed is measured it is read from the spectrum, near the machine's ratings
/// and only where one speed stands out; the window then says `.estimated`. Without a speed there are no orders, no vane
/// pass, no broadband level and no bearing lines; a waveform with a value that is not finite, with fewer than 64 samples or of another
/// quantity gives an empty window. Spectra use the Hann window over the longest part, from the first
/// sample on, whose length has no prime factor above 5; statistics use the same samples.
public struct FeatureExtractor {
  /// Workspaces kept; the one unused for longest goes first.
  public static let workspaceLimit = 4
  /// Shortest waveform that is looked at.
  public static let sampleMinimum = 64
  /// Longest part of a waveform that is looked at, from its first sample on.
  public static let sampleMaximum = 1 << 22
  /// Sample rates that are believed.
  public static let sampleRates_Hz = 1.0...1e7
  /// Largest deviation from the mean that is taken for vibration; squares of what is larger leave Float.
  public static let peakMaximum_m_s2 = 1e9
  var workspaces: [Workspace] = []
  var signalScratch = SignalScratch(count: 0)
  private var kurtogramScratch = KurtogramScratch(count: 0)
  private var speeds = SpeedFinder()
  var gears = GearMeter()
  var bearingLines_Hz: [Double] = []

  /// Whether bearing lines are also looked for in the band that shows them best and in the most impulsive one; without it a
  /// window of a machine with bearings costs about a third less, and damage that rings elsewhere than in the fixed
  /// band is heard later.
  public let searchesBands: Bool

  /// An extractor without plans; the first waveform of a length and rate makes one.
  public init(searchesBands: Bool = true) { self.searchesBands = searchesBands }

  /// Every feature of one waveform. The speed that came with the waveform wins over `speed_rpm`.
  public mutating func extract(
    _ waveform: Waveform, of machine: Machine, speed_rpm: Double?, state: OperatingState
  ) -> FeatureWindow {
    var window = FeatureWindow(point: waveform.point, stamp: waveform.stamp, state: state)
    extract(waveform, of: machine, speed_rpm: speed_rpm, state: state, into: &window)
    return window
  }

  /// The same into a window that exists: nothing is allocated when the waveform's length and rate, and as many lines,
  /// have been seen before.
  public mutating func extract(
    _ waveform: Waveform, of machine: Machine, speed_rpm: Double?, state: OperatingState,
    into window: inout FeatureWindow
  ) {
    window.clear(point: waveform.point, stamp: waveform.stamp, state: state, floor: LogBands.floor)
    guard let slot = workspace(for: waveform),
      let statistics = workspaces[slot].measure(waveform.samples, scratch: &signalScratch),
      FeatureExtractor.isVibration(statistics)
    else { return }
    let speed = shaftSpeed(waveform.speed_rpm ?? speed_rpm, of: machine, slot, &window)
    let impulsive = workspaces[slot].impulsiveBand(
      waveform.samples, scratch: &signalScratch, kurtogramScratch: &kurtogramScratch)
    let hasBearings = speed != nil && !machine.bearings.isEmpty
    let searchesBands = hasBearings && self.searchesBands
    if searchesBands, impulsive != nil { workspaces[slot].readImpulsiveEnvelope(scratch: &signalScratch) }
    window.values[.impactMaximum] = workspaces[slot].impactMaximum(scratch: &signalScratch)
    let defect = searchesBands ? defectBand(machine, shaft_Hz: (speed ?? 0) / 60, slot) : nil
    let envelope = workspaces[slot].demodulate(scratch: &signalScratch)
    if FeatureExtractor.hasParts(machine) { addParts(waveform, machine, speed, slot, &window) }
    let workspace = workspaces[slot]
    window.values[.spectralKurtosis] = impulsive?.choice.kurtosis
    window.values[.impulsiveBandCentre] = impulsive?.choice.band.centre_Hz
    window.values[.impulsiveBandEnvelopeRMS] = impulsive?.envelopeRMS
    window.values[.defectBandCentre] = defect?.band.centre_Hz
    window.values[.defectBandEnvelopeRMS] = defect?.envelopeRMS
    add(statistics, sampleRate_Hz: workspace.sampleRate_Hz, to: &window.values)
    window.values[.envelopeRMS] = envelope.rms
    window.values[.envelopeKurtosis] = envelope.kurtosis
    addBands(workspace, speed_rpm: speed ?? machine.ratedSpeed_rpm, to: &window.values)
    LogBands.measure(workspace.power.span, resolution_Hz: workspace.resolution_Hz, into: &window.logBands)
    guard let speed else { return }
    addShaft(speed, machine, workspace, &window)
    guard hasBearings else { return }
    let bands = BearingBands(
      workspace, hasImpulsive: searchesBands && impulsive != nil, hasDefect: defect != nil)
    bands.add(machine.bearings, shaft_Hz: speed / 60, to: &window.lines)
    window.bearingVerdict = BearingVerdict(of: waveform, machine.bearings, shaft_Hz: speed / 60)
  }

  /// The spectra behind the features, for evidence; nil where `extract` gives an empty window.
  public mutating func spectra(of waveform: Waveform) -> Spectra? {
    guard let slot = workspace(for: waveform),
      let statistics = workspaces[slot].measure(waveform.samples, scratch: &signalScratch),
      FeatureExtractor.isVibration(statistics)
    else { return nil }
    _ = workspaces[slot].demodulate(scratch: &signalScratch)
    return Spectra(workspaces[slot])
  }

  /// Whether no sample is absurd.
  private static func isVibration(_ statistics: TimeStatistics) -> Bool {
    statistics.peak <= peakMaximum_m_s2
  }

  /// The speed that was measured, between 1 and 100 000 r/min; else what the spectrum shows, where the ratings say about where
  /// to look and it shows one speed clearly. A speed that was measured and cannot be is not replaced.
  private mutating func shaftSpeed(
    _ measured_rpm: Double?, of machine: Machine, _ slot: Int, _ window: inout FeatureWindow
  ) -> Double? {
    if let measured_rpm {
      guard measured_rpm >= 1, measured_rpm <= 100_000 else { return nil }
      window.speedOrigin = .measured
      return measured_rpm
    }
    // What turns beside a machine that stands still is not its shaft.
    guard window.state.motion != .off, SpeedFinder.range_Hz(of: machine) != nil else { return nil }
    workspaces[slot].measureAmplitudes()
    let estimate = speeds.estimate(
      amplitudes: workspaces[slot].amplitudes, resolution_Hz: workspaces[slot].resolution_Hz,
      of: machine)
    guard let estimate else { return nil }
    window.speedOrigin = .estimated
    window.values[.shaftSpeedConfidence] = estimate.confidence
    return estimate.speed_rpm
  }

  private func add(_ statistics: TimeStatistics, sampleRate_Hz: Double, to values: inout FeatureValues) {
    values[.accelerationRMS] = statistics.rms
    values[.accelerationPeak] = statistics.peak
    values[.peakToPeak] = statistics.peakToPeak
    values[.crestFactor] = statistics.crest
    values[.kurtosis] = statistics.kurtosis
    values[.skewness] = statistics.skewness
    values[.shapeFactor] = statistics.shape
    values[.impulseFactor] = statistics.impulse
    values[.clearanceFactor] = statistics.clearance
    values[.zeroCrossings] = statistics.zeroCrossingRate * sampleRate_Hz
  }

  /// Overall values and fixed bands. The band of the overall value follows the machine; a rated speed is enough to choose
  /// it.
  private func addBands(_ workspace: Workspace, speed_rpm: Double?, to values: inout FeatureValues) {
    let power = workspace.power.span
    let velocity = Velocity(resolution_Hz: workspace.resolution_Hz, binCount: power.count)
    let overall = velocity.overall(power, speed_rpm: speed_rpm)
    values[.velocityRMS] = overall?.velocity_mm_s
    values[.displacementRMS] = overall?.displacement_um
    values[.velocity2to10Hz] = velocity.band(power, 2, 10)
    let meter = BandMeter(resolution_Hz: workspace.resolution_Hz)
    values[.highFrequencyRMS] = meter.rms(power, from: 1000, to: workspace.limit_Hz)
    if workspace.limit_Hz >= 4000 { values[.acceleration1to4kHz] = meter.rms(power, from: 1000, to: 4000) }
    if workspace.limit_Hz > 5000 {
      values[.acceleration5to20kHz] = meter.rms(power, from: 5000, to: min(20_000, workspace.limit_Hz))
    }
  }

  private mutating func addShaft(
    _ speed_rpm: Double, _ machine: Machine, _ workspace: Workspace, _ window: inout FeatureWindow
  ) {
    let shaft = speed_rpm / 60
    let df = workspace.resolution_Hz
    addOrders(shaft, machine, workspace, &window.values)
    window.values[.shaftSpeed] = speed_rpm
    window.values[.broadbandRMS] = Broadband.floor(
      workspace.power.span, resolution_Hz: df, from: 10 * shaft, to: workspace.limit_Hz)
  }

  /// Lines and bands at multiples of shaft speed, in mm/s.
  private func addOrders(
    _ shaft_Hz: Double, _ machine: Machine, _ workspace: Workspace, _ values: inout FeatureValues
  ) {
    let power = workspace.power.span
    let velocity = Velocity(resolution_Hz: workspace.resolution_Hz, binCount: power.count)
    func order(_ multiple: Double) -> Double? {
      velocity.line(power, at: multiple * shaft_Hz, spacing_Hz: min(1, multiple) * shaft_Hz)
    }
    values[.orderHalf] = order(0.5)
    values[.order1] = order(1)
    values[.order2] = order(2)
    values[.order3] = order(3)
    var high: Double?
    for multiple in 4...10 {
      if let line = order(Double(multiple)) { high = (high ?? 0) + line * line }
    }
    values[.orders4to10] = high?.squareRoot()
    values[.vanePass] = machine.vaneCount.flatMap { order(Double($0)) }
    values[.velocitySubsynchronous] = velocity.band(power, 0.3 * shaft_Hz, 0.8 * shaft_Hz)
    values[.velocityAround1x] = velocity.band(power, 0.8 * shaft_Hz, 1.2 * shaft_Hz)
    values[.velocityAround2x] = velocity.band(power, 1.8 * shaft_Hz, 2.2 * shaft_Hz)
    values[.velocity3to10x] = velocity.band(power, 3 * shaft_Hz, 10 * shaft_Hz)
    values[.velocityAbove10x] = velocity.band(power, 10 * shaft_Hz, 1000)
  }

  /// Position of the workspace that fits, made if need be; nil when the waveform is not one to look at.
  private mutating func workspace(for waveform: Waveform) -> Int? {
    let rate = waveform.sampleRate_Hz
    guard waveform.quantity == .acceleration, waveform.samples.count >= FeatureExtractor.sampleMinimum,
      FeatureExtractor.sampleRates_Hz.contains(rate)
    else { return nil }
    let count = Workspace.count(for: min(waveform.samples.count, FeatureExtractor.sampleMaximum))
    if let index = workspaces.firstIndex(where: { $0.count == count && $0.sampleRate_Hz == rate }) {
      workspaces.append(workspaces.remove(at: index))
      return workspaces.count - 1
    }
    if workspaces.count == FeatureExtractor.workspaceLimit { workspaces.removeFirst() }
    workspaces.append(Workspace(count: count, sampleRate_Hz: rate))
    if signalScratch.count < count {
      signalScratch = SignalScratch(count: count)
      kurtogramScratch = KurtogramScratch(count: count)
    }
    return workspaces.count - 1
  }
}
