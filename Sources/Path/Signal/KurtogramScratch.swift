// SPDX-License-Identifier: Apache-2.0

import Kernels

/// Memory that a kurtogram works in: 24 bytes a sample. Nothing in it outlives a call.
public struct KurtogramScratch: Sendable {
  /// Longest signal.
  public let count: Int
  /// The nodes of one level, one after the other, each planar; and those of the next.
  var now: [Float]
  var next: [Float]
  /// What the filter bank works in.
  var phases: [Float]

  /// Scratch for signals of up to `count` samples.
  public init(count: Int) {
    self.count = count
    now = Array(repeating: 0, count: 2 * count)
    next = now
    phases = Array(repeating: 0, count: FilterBank.scratchCount(count))
  }
}
