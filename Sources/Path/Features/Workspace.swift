// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernels
import Signal

/// Plans and spectra for waveforms of one length and rate: everything that a window needs and that need not be made
/// again. About 40 bytes a sample, and scratch that all workspaces share.
struct Workspace {
  let count: Int
  let sampleRate_Hz: Double
  let band: EnvelopeBand
  let plan: SpectrumPlan
  private let envelopes: EnvelopePlan
  /// Gains of the high-pass of impacts for each bin, over the count; empty where the rate does not reach above it.
  private let impactGains: [Float]
  /// Nil of waveforms too short for one.
  private let kurtogram: Kurtogram?
  private var kurtosis: [Float]
  private(set) var bins: [ComplexFloat]
  private var analytic: [ComplexFloat]
  private var magnitudes: [Float]
  /// What the signal's bins are to be multiplied by.
  private var unit = 1.0
  /// Mean square per bin of the acceleration spectrum (Hann, one-sided); 0 at both ends, which belong to no line.
  private(set) var power: [Float]
  /// Peak amplitude per bin of the envelope spectrum (Hann, one-sided), likewise.
  private(set) var envelope: [Float]
  /// The same of the envelope in the most impulsive band, and in that of the machine's own lines; empty before the first.
  var impulsiveEnvelope: [Float] = []
  var defectEnvelope: [Float] = []
  /// Peak amplitudes per bin of acceleration (m/s2) and velocity (mm/s, 0 below 2 Hz); empty before the first
  /// `measureAmplitudes`.
  var amplitudes: [Float] = []
  var velocities: [Float] = []
  var defectBands: DefectBandSearch?
  private(set) var envelopeBins: [ComplexFloat] = []

  var resolution_Hz: Double { plan.resolution_Hz }
  /// Frequency up to which the spectrum is believed.
  var limit_Hz: Double { EnvelopeBand.usableShare * sampleRate_Hz }

  /// Where impacts begin: the default high-pass of PeakVue measurements (Emerson, CSI 9420 manual).
  static let impactEdge_Hz = 1000.0
  /// Shortest waveform with a kurtogram.
  static let kurtogramMinimum = 256
  /// A narrower band does not hold three harmonics of the lines of a bearing at 3000 r/min; its kurtosis tells single
  /// knocks.
  static let narrowestBand_Hz = 640.0

  /// The part of a waveform of `length` samples that is looked at.
  static func count(for length: Int) -> Int { FourierTransform.fastCount(upTo: length) }

  init(count: Int, sampleRate_Hz: Double) {
    self.count = count
    self.sampleRate_Hz = sampleRate_Hz
    band = EnvelopeBand(sampleRate_Hz: sampleRate_Hz)
    plan = SpectrumPlan(count: count, sampleRate_Hz: sampleRate_Hz, window: .rectangular)
    envelopes = EnvelopePlan(
      plan.transform, sampleRate_Hz: sampleRate_Hz, filter: band.filter(sampleRate_Hz: sampleRate_Hz))
    impactGains = Workspace.impactGains(plan)
    let levels = Int(log2(max(2, sampleRate_Hz / 2 / Workspace.narrowestBand_Hz)))
    kurtogram =
      count >= Workspace.kurtogramMinimum
      ? Kurtogram(count: count, sampleRate_Hz: sampleRate_Hz, levels: levels) : nil
    kurtosis = Array(repeating: 0, count: kurtogram?.bands.count ?? 0)
    bins = Array(repeating: ComplexFloat(0, 0), count: plan.binCount)
    analytic = Array(repeating: ComplexFloat(0, 0), count: count)
    magnitudes = Array(repeating: 0, count: count)
    power = Array(repeating: 0, count: plan.binCount)
    envelope = power
  }

  /// Measures the signal in time, and leaves its spectrum in `power`; nil where a sample is not finite.
  mutating func measure(_ signal: [Float], scratch: inout SignalScratch) -> TimeStatistics? {
    guard let statistics = TimeStatistics(of: signal.span.extracting(first: count)),
      let unit = plan.transform(signal, into: &bins, scratch: &scratch)
    else { return nil }
    self.unit = unit
    plan.read(bins, unit: unit, as: .power, into: &power)
    Workspace.clearEnds(of: &power)
    return statistics
  }

  /// The band of the signal measured last in which impacts stand out most, and the RMS of its envelope; nil where none
  /// does. `signal` is that signal.
  mutating func impulsiveBand(
    _ signal: [Float], scratch: inout SignalScratch, kurtogramScratch: inout KurtogramScratch
  )
    -> (choice: Kurtogram.Choice, envelopeRMS: Double)?
  {
    guard let kurtogram, kurtogram.measure(signal, into: &kurtosis, scratch: &kurtogramScratch),
      let choice = kurtogram.impulsiveBand(
        in: kurtosis.span, within: FrequencyBand(low_Hz: 0, high_Hz: limit_Hz), widerThan: 0)
    else { return nil }
    return (choice, demodulate(choice.band, scratch: &scratch))
  }

  /// Leaves the envelope of one band of the signal measured last in `magnitudes`; returns its RMS about its mean.
  mutating func demodulate(_ band: FrequencyBand, scratch: inout SignalScratch) -> Double {
    envelopes.analytic(
      ofBins: bins, in: band, sampleRate_Hz: sampleRate_Hz, into: &analytic, scratch: &scratch)
    return EnvelopePlan.demodulate(analytic, into: &magnitudes).rms * unit
  }

  /// Leaves the bins of the envelope in `magnitudes` in `envelopeBins`, beside the signal's own; returns their unit.
  mutating func transformEnvelope(scratch: inout SignalScratch) -> Double {
    if envelopeBins.isEmpty { envelopeBins = Array(repeating: ComplexFloat(0, 0), count: plan.binCount) }
    return unit * (plan.transform(magnitudes, into: &envelopeBins, scratch: &scratch) ?? 0)
  }

  private static func impactGains(_ plan: SpectrumPlan) -> [Float] {
    guard EnvelopeBand.usableShare * plan.sampleRate_Hz >= 2 * Workspace.impactEdge_Hz,
      let filter = ButterworthFilter(
        order: 4, .highPass(Workspace.impactEdge_Hz), sampleRate_Hz: plan.sampleRate_Hz)
    else { return [] }
    return (0..<plan.binCount).map { k in
      Float(k == 0 ? 0 : filter.gain(at: Double(k) * plan.resolution_Hz) / Double(plan.count))
    }
  }

  /// Largest magnitude of the signal measured last above `impactEdge_Hz`; nil where the rate does not reach there.
  mutating func impactMaximum(scratch: inout SignalScratch) -> Double? {
    guard !impactGains.isEmpty else { return nil }
    // The transform takes the end for the beginning's neighbour: the step between them rings for three periods.
    let settling = Int((3 * sampleRate_Hz / Workspace.impactEdge_Hz).rounded(.up))
    guard count > 2 * settling else { return nil }
    Workspace.weigh(bins, impactGains, into: &scratch.spectrum)
    let (transform, binCount) = (plan.transform, plan.binCount)
    let kept = settling..<(count - settling)
    let unit = unit
    var output = magnitudes.mutableSpan
    transform.inverse(scratch.spectrum.span.extracting(first: binCount), into: &output)
    return Workspace.largestMagnitude(of: output.span.extracting(kept)) * unit
  }

  private static func weigh(
    _ bins: [ComplexFloat], _ gains: [Float], into spectrum: inout [ComplexFloat]
  ) {
    let (input, factors) = (bins.span.extracting(first: gains.count), gains.span)
    var whole = spectrum.mutableSpan
    var output = whole._mutatingExtracting(first: gains.count)
    for k in 0..<factors.count {
      output[k] = ComplexFloat(input[k].real * factors[k], input[k].imaginary * factors[k])
    }
  }

  private static func largestMagnitude(of values: Span<Float>) -> Double {
    var highest = SIMD8<Float>.zero
    let whole = values.count & ~7
    for i in stride(from: 0, to: whole, by: 8) {
      let w = values.extracting(i..<(i + 8))
      let eight = SIMD8(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
      highest.replace(with: eight, where: eight .> highest)
      highest.replace(with: -eight, where: -eight .> highest)
    }
    var largest = highest.max()
    for i in whole..<values.count { largest = max(largest, abs(values[i])) }
    return Double(largest)
  }

  /// Demodulates the signal measured last, and leaves the spectrum of its envelope in `envelope`.
  ///
  /// Returns the RMS of the envelope about its mean, and the kurtosis of the band-passed signal.
  mutating func demodulate(scratch: inout SignalScratch) -> (rms: Double, kurtosis: Double?) {
    envelopes.analytic(ofBins: bins, into: &analytic, scratch: &scratch)
    let statistics = EnvelopePlan.demodulate(analytic, into: &magnitudes)
    // Magnitudes are finite: the bins were, and were scaled.
    let envelopeUnit = plan.transform(magnitudes, into: &bins, scratch: &scratch) ?? 0
    plan.read(bins, unit: envelopeUnit * unit, as: .amplitude, into: &envelope)
    Workspace.clearEnds(of: &envelope)
    return (statistics.rms * unit, statistics.kurtosis)
  }

  static func clearEnds(of values: inout [Float]) {
    values[0] = 0
    values[values.count - 1] = 0
  }
}
