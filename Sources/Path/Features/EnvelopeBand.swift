// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The band in which impacts are listened for, and its zero-phase filter.
///
/// Sampled at 10 kHz or more: 2 to 5 kHz, where casings ring and gear and shaft lines are weak. Sampled more
/// slowly: the upper half of the band, from fs/4. Both end at 0.45 fs at most, before the anti-alias filter.
public struct EnvelopeBand: Sendable, Equatable {
  /// Lower edge, where the filter passes half of the amplitude.
  public let low_Hz: Double
  /// Upper edge, likewise.
  public let high_Hz: Double

  /// Part of the sample rate up to which a spectrum is believed.
  public static let usableShare = 0.45

  /// The band for signals of this sample rate.
  public init(sampleRate_Hz: Double) {
    let limit = EnvelopeBand.usableShare * sampleRate_Hz
    if sampleRate_Hz >= 10_000 {
      (low_Hz, high_Hz) = (2000, min(5000, limit))
    } else {
      (low_Hz, high_Hz) = (sampleRate_Hz / 4, limit)
    }
  }

  /// Gains of a fourth-order Butterworth band-pass run forwards and backwards, one for each bin of a one-sided
  /// spectrum: |H|^2 of the bilinear design, as SciPy's `sosfiltfilt(butter(4, band, 'bandpass'))` has.
  func gains(bins: Int, sampleRate_Hz: Double, scale: Double) -> [Float] {
    let low = tan(.pi * low_Hz / sampleRate_Hz)
    let high = tan(.pi * high_Hz / sampleRate_Hz)
    return (0..<bins).map { k in
      guard k > 0, k < bins - 1 else { return 0 }
      let w = tan(.pi / 2 * Double(k) / Double(bins - 1))
      let u = (w * w - low * high) / (w * (high - low))
      return Float(scale / (1 + pow(u, 8)))
    }
  }
}
