// SPDX-License-Identifier: Apache-2.0

public import Kernels

/// Memory that plans work in: one serves every plan of signals of up to `count` samples, one call at a time.
///
/// 36 bytes a sample. Nothing in it outlives a call.
public struct SignalScratch: Sendable {
  /// Longest signal.
  public let count: Int
  /// Samples of the signal.
  public var samples: [Float]
  /// A two-sided spectrum or a complex signal.
  public var spectrum: [ComplexFloat]
  /// Another one.
  public var complex: [ComplexFloat]
  /// Sums and recursions, which run in Double.
  public var doubles: [Double]

  /// Scratch for signals of up to `count` samples.
  public init(count: Int) {
    precondition(count >= 0, "no scratch for \(count) samples")
    self.count = count
    samples = Array(repeating: 0, count: count)
    spectrum = Array(repeating: ComplexFloat(0, 0), count: count + 2)
    complex = spectrum
    doubles = Array(repeating: 0, count: count + ButterworthFilter.marginMaximum)
  }
}
