// SPDX-License-Identifier: Apache-2.0

/// What is known of a line in a spectrum through the Hann window.
enum Hann {
  /// Equivalent noise bandwidth in bins.
  static let noiseBandwidth = 1.5
  /// Bins on each side of a line's highest bin that hold its energy (99.9 % for any offset).
  static let lineReach = 2

  /// Offset, in bins, of a sine from its highest bin `k`; exact for a lone sine.
  static func offset(of k: Int, in amplitudes: Span<Float>) -> Double {
    guard k > 0, k + 1 < amplitudes.count, amplitudes[k] > 0 else { return 0 }
    let (below, above) = (amplitudes[k - 1], amplitudes[k + 1])
    let ratio = Double(max(below, above) / amplitudes[k])
    let offset = (2 * ratio - 1) / (ratio + 1)
    return above >= below ? offset : -offset
  }
}
