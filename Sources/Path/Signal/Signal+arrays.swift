// SPDX-License-Identifier: Apache-2.0

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
