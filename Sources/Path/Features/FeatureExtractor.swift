// SPDX-License-Identifier: Apache-2.0

public import Machine

/// Makes of a waveform of acceleration the numbers that a vibration analyst reads.
///
/// ```swift
/// var extractor = FeatureExtractor()
/// let window = extractor.extract(waveform, of: machine, speed_rpm: 1480, state: state)
/// window.values[.velocityRMS]                        // mm/s, 10-1000 Hz
/// window.lines.first { $0.line == .outerRace }       // what stands at BPFO in the envelope spectrum
/// ```
/// One extractor serves all machines: plans and scratch are kept for the last four pairs of length and rate.
/// No clock and no I/O: the same waveform gives the same window.
///
/// What is missing stays missing. Without a shaft speed there are no orders, no vane pass, no broadband level
/// and no bearing lines; a waveform with a value that is not finite, with fewer than 64 samples or of another
/// quantity gives an empty window. Spectra use the Hann window over the longest part, from the first
/// sample on, whose length has no prime factor above 5; statistics use the same samples.
public struct FeatureExtractor {
  /// Workspaces kept; the one unused for longest goes first.
  public static let workspaceLimit = 4
  /// Shortest waveform that is looked at.
  public static let sampleMinimum = 64
  private var workspaces: [Workspace] = []
  private var scratch = [Float](repeating: 0, count: 2 * LineLimits.floorReach_bins.upperBound + 1)

  /// An extractor without plans; the first waveform of a length and rate makes one.
  public init() {}

  /// Every feature of one waveform. The speed that came with the waveform wins over `speed_rpm`.
  public mutating func extract(
    _ waveform: Waveform, of machine: Machine, speed_rpm: Double?, state: OperatingState
  ) -> FeatureWindow {
    var window = FeatureWindow(
      point: waveform.point, stamp: waveform.stamp, state: state, values: FeatureValues(), lines: [],
      logBands: Array(repeating: LogBands.floor, count: FeatureWindow.bandCount))
    guard let slot = workspace(for: waveform) else { return window }
    let speed = FeatureExtractor.shaftSpeed(waveform.speed_rpm ?? speed_rpm)
    let statistics = workspaces[slot].measure(waveform.samples.span)
    guard statistics.rms.isFinite else { return window }
    let envelope = workspaces[slot].demodulate()
    let workspace = workspaces[slot]
    let power = workspace.power
    window.values[.accelerationRMS] = statistics.rms
    window.values[.accelerationPeak] = statistics.peak
    window.values[.crestFactor] = statistics.crest
    window.values[.kurtosis] = statistics.kurtosis
    window.values[.envelopeRMS] = envelope.rms
    window.values[.envelopeKurtosis] = envelope.kurtosis
    // The band of the overall value follows the machine; a rated speed is enough to choose it.
    window.values[.velocityRMS] = Velocity.overall(
      power.span, resolution_Hz: workspace.resolution_Hz, speed_rpm: speed ?? machine.ratedSpeed_rpm)
    window.values[.highFrequencyRMS] = Broadband.total(
      power.span, resolution_Hz: workspace.resolution_Hz, from: 1000, to: workspace.limit_Hz)
    window.logBands = LogBands.measure(power.span, resolution_Hz: workspace.resolution_Hz)
    if let speed { addShaft(speed, machine, workspace, &window) }
    return window
  }

  /// The spectra behind the features, for evidence; nil where `extract` gives an empty window.
  public mutating func spectra(of waveform: Waveform) -> Spectra? {
    guard let slot = workspace(for: waveform),
      workspaces[slot].measure(waveform.samples.span).rms.isFinite
    else { return nil }
    _ = workspaces[slot].demodulate()
    return Spectra(workspaces[slot])
  }

  /// A shaft that turns: between 1 and 100 000 r/min.
  private static func shaftSpeed(_ speed_rpm: Double?) -> Double? {
    guard let speed = speed_rpm, speed >= 1, speed <= 100_000 else { return nil }
    return speed
  }

  private mutating func addShaft(
    _ speed_rpm: Double, _ machine: Machine, _ workspace: Workspace, _ window: inout FeatureWindow
  ) {
    let shaft = speed_rpm / 60
    let df = workspace.resolution_Hz
    let power = workspace.power
    func order(_ multiple: Double) -> Double? {
      Velocity.line(power.span, resolution_Hz: df, at: multiple * shaft, spacing_Hz: min(1, multiple) * shaft)
    }
    window.values[.shaftSpeed] = speed_rpm
    window.values[.orderHalf] = order(0.5)
    window.values[.order1] = order(1)
    window.values[.order2] = order(2)
    window.values[.order3] = order(3)
    let high = (4...10).compactMap { order(Double($0)) }
    if !high.isEmpty {
      window.values[.orders4to10] = high.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    window.values[.vanePass] = machine.vaneCount.flatMap { order(Double($0)) }
    var scratch = self.scratch.mutableSpan
    window.values[.broadbandRMS] = Broadband.floor(
      power.span, resolution_Hz: df, from: 10 * shaft, to: workspace.limit_Hz, scratch: &scratch)
    let search = LineSearch(amplitudes: workspace.envelope, resolution_Hz: df, shaft_Hz: shaft)
    for bearing in machine.bearings {
      for line in BearingLine.allCases {
        if let match = search.match(line, of: bearing, scratch: &scratch) { window.lines.append(match) }
      }
    }
  }

  /// Position of the workspace that fits, made if need be; nil when the waveform is not one to look at.
  private mutating func workspace(for waveform: Waveform) -> Int? {
    let rate = waveform.sampleRate_Hz
    guard waveform.quantity == .acceleration, waveform.samples.count >= FeatureExtractor.sampleMinimum,
      rate.isFinite, rate > 0
    else { return nil }
    let count = Workspace.count(for: waveform.samples.count)
    if let index = workspaces.firstIndex(where: { $0.count == count && $0.sampleRate_Hz == rate }) {
      workspaces.append(workspaces.remove(at: index))
      return workspaces.count - 1
    }
    if workspaces.count == FeatureExtractor.workspaceLimit { workspaces.removeFirst() }
    workspaces.append(Workspace(count: count, sampleRate_Hz: rate))
    return workspaces.count - 1
  }
}
