// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernels

/// The periodic Hann window, applied to the spectrum instead of to the signal: its transform has three
/// lines (1/2 at 0, -1/4 at +-1), so windowed bin k is X[k]/2 - (X[k-1] + X[k+1])/4. The rectangular
/// spectrum thus serves the band-pass filter as well, and one transform is saved.
enum Hann {
  /// Equivalent noise bandwidth in bins.
  static let noiseBandwidth = 1.5
  /// Bins on each side of a line's highest bin that hold its energy (99.9 % for any offset).
  static let lineReach = 2

  /// Writes the mean square that a sine of each bin's height has (half its peak amplitude squared).
  ///
  /// Sum over a line or a band and divide by `noiseBandwidth` to get its mean square. The bins at 0 Hz and at
  /// the Nyquist frequency are set to 0: they belong to no line.
  static func power(of spectrum: [ComplexFloat], samples: Int, into output: inout [Float]) {
    let bins = spectrum.span
    var power = output.mutableSpan
    let last = bins.count - 1
    // Peak amplitude is 2|Y|/(N * 0.5), its mean square half the square of that.
    let scale = Float(8 / (Double(samples) * Double(samples)))
    power[0] = 0
    power[last] = 0
    for k in 1..<last {
      let real = 0.5 * bins[k].real - 0.25 * (bins[k - 1].real + bins[k + 1].real)
      let imaginary = 0.5 * bins[k].imaginary - 0.25 * (bins[k - 1].imaginary + bins[k + 1].imaginary)
      power[k] = scale * (real * real + imaginary * imaginary)
    }
  }

  /// Offset, in bins, of a sine from its highest bin `k`; exact for a lone sine.
  static func offset(of k: Int, in amplitudes: Span<Float>) -> Double {
    guard k > 0, k + 1 < amplitudes.count, amplitudes[k] > 0 else { return 0 }
    let (below, above) = (amplitudes[k - 1], amplitudes[k + 1])
    let ratio = Double(max(below, above) / amplitudes[k])
    let offset = (2 * ratio - 1) / (ratio + 1)
    return above >= below ? offset : -offset
  }
}
