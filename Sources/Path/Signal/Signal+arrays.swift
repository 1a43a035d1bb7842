// SPDX-License-Identifier: Apache-2.0

public import Kernels

// The same over whole arrays, for owners of several: two fields of one value may not lend spans side by side.

extension SpectrumPlan {
  /// `measure` from and into whole arrays.
  public func measure(
    _ signal: [Float], removingMean: Bool = true, as scale: SpectrumScale, into values: inout [Float],
    scratch: inout SignalScratch
  ) -> Bool {
    var output = values.mutableSpan
    return measure(signal.span, removingMean: removingMean, as: scale, into: &output, scratch: &scratch)
  }
}

extension SpectrumPlan {
  /// `transform` from and into whole arrays; of a signal that is longer than the plan its beginning.
  public func transform(
    _ signal: [Float], removingMean: Bool = true, into bins: inout [ComplexFloat],
    scratch: inout SignalScratch
  ) -> Double? {
    var output = bins.mutableSpan
    return transform(
      signal.span.extracting(first: count), removingMean: removingMean, into: &output, scratch: &scratch)
  }

  /// `read` from and into whole arrays.
  public func read(
    _ bins: [ComplexFloat], unit: Double = 1, window: CosineWindow = .hann, as scale: SpectrumScale,
    into values: inout [Float]
  ) {
    var output = values.mutableSpan
    read(bins.span, unit: unit, window: window, as: scale, into: &output)
  }
}

extension WelchPlan {
  /// `measure` from and into whole arrays.
  public func measure(
    _ signal: [Float], removingMeans: Bool = true, as scale: SpectrumScale = .density,
    into values: inout [Float], scratch: inout SignalScratch
  ) -> Bool {
    var output = values.mutableSpan
    return measure(signal.span, removingMeans: removingMeans, as: scale, into: &output, scratch: &scratch)
  }
}

extension EnvelopePlan {
  /// `analytic` from and into whole arrays.
  public func analytic(
    ofBins bins: [ComplexFloat], into signal: inout [ComplexFloat], scratch: inout SignalScratch
  ) {
    var output = signal.mutableSpan
    analytic(ofBins: bins.span, into: &output, scratch: &scratch)
  }

  /// `analytic` of a band from and into whole arrays.
  public func analytic(
    ofBins bins: [ComplexFloat], in band: FrequencyBand, sampleRate_Hz: Double,
    into signal: inout [ComplexFloat], scratch: inout SignalScratch
  ) {
    var output = signal.mutableSpan
    analytic(ofBins: bins.span, in: band, sampleRate_Hz: sampleRate_Hz, into: &output, scratch: &scratch)
  }

  /// `demodulate` from and into whole arrays.
  public static func demodulate(_ analytic: [ComplexFloat], into magnitudes: inout [Float])
    -> EnvelopeStatistics
  {
    var output = magnitudes.mutableSpan
    return demodulate(analytic.span, into: &output)
  }

  /// `measure` from and into whole arrays.
  public func measure(
    _ signal: [Float], as kind: EnvelopeKind = .magnitude, into envelope: inout [Float],
    scratch: inout SignalScratch
  ) -> Bool {
    var output = envelope.mutableSpan
    return measure(signal.span, as: kind, into: &output, scratch: &scratch)
  }
}

extension ButterworthFilter {
  /// `apply` from and into whole arrays.
  public func apply(to signal: [Float], into output: inout [Float], scratch: inout SignalScratch) -> Bool {
    var span = output.mutableSpan
    return apply(to: signal.span, into: &span, scratch: &scratch)
  }
}

extension Kurtogram {
  /// `measure` from and into whole arrays; of a signal that is longer than the plan its beginning.
  public func measure(_ signal: [Float], into kurtosis: inout [Float], scratch: inout KurtogramScratch)
    -> Bool
  {
    var output = kurtosis.mutableSpan
    return measure(signal.span.extracting(first: count), into: &output, scratch: &scratch)
  }
}

extension DefectBandSearch {
  /// `best` of arrays.
  public func best(
    ofBins spectrum: [ComplexFloat], lines_Hz: [Double], scratch: inout SignalScratch
  ) -> DefectBand? {
    best(ofBins: spectrum.span, lines_Hz: lines_Hz.span, scratch: &scratch)
  }
}

extension ShaftSpeedSearch {
  /// `estimate` of an array.
  public mutating func estimate(amplitudes: [Float]) -> ShaftSpeedEstimate? {
    estimate(amplitudes: amplitudes.span)
  }
}

extension GearPlan {
  /// `measure` of an array.
  public mutating func measure(_ turn: [Float], history: inout GearHistory) -> GearMetrics? {
    measure(turn.span, history: &history)
  }
}

extension AngularResampler {
  /// `resample` into an array.
  public func resample(
    _ signal: Span<Float>, sampleRate_Hz: Double, by angle: ShaftAngle, ratio: Double = 1,
    into output: inout [Float]
  ) -> Int {
    var span = output.mutableSpan
    return resample(signal, sampleRate_Hz: sampleRate_Hz, by: angle, ratio: ratio, into: &span)
  }
}

extension SynchronousAverage {
  /// `measure` of the first `count` samples of an array.
  public static func measure(_ angular: [Float], first count: Int, into turn: inout [Float]) -> Int {
    var span = turn.mutableSpan
    return measure(angular.span.extracting(first: count), into: &span)
  }
}
