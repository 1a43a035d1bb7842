// SPDX-License-Identifier: Apache-2.0

import Signal

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

  /// A fourth-order Butterworth band-pass for signals of this rate.
  func filter(sampleRate_Hz: Double) -> ButterworthFilter? {
    ButterworthFilter(order: 4, .bandPass(low_Hz, high_Hz), sampleRate_Hz: sampleRate_Hz)
  }
}
