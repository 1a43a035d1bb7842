// SPDX-License-Identifier: Apache-2.0

/// A band of frequencies to demodulate.
public struct FrequencyBand: Sendable, Equatable {
  /// Lower edge.
  public let low_Hz: Double
  /// Upper edge, above the lower one.
  public let high_Hz: Double

  /// A band between two frequencies.
  public init(low_Hz: Double, high_Hz: Double) {
    precondition(low_Hz >= 0 && low_Hz < high_Hz, "a band's edges rise from 0 Hz")
    (self.low_Hz, self.high_Hz) = (low_Hz, high_Hz)
  }

  /// Middle of the band.
  public var centre_Hz: Double { (low_Hz + high_Hz) / 2 }
  /// Width of the band.
  public var width_Hz: Double { high_Hz - low_Hz }
}

/// The four fixed bands of SKF's acceleration enveloping ("Enveloping theory and uses").
public enum EnvelopingBand: String, CaseIterable, Sendable, Codable {
  /// 5 to 100 Hz: shafts below 50 r/min.
  case env1
  /// 50 to 1000 Hz.
  case env2
  /// 500 to 10 000 Hz.
  case env3
  /// 5 to 40 kHz.
  case env4

  /// Share of the sample rate up to which a sampled signal is believed.
  public static let usableShare = 0.45

  /// The band as far as a signal of this rate holds it; nil where nothing of it is left.
  public func band(sampleRate_Hz: Double) -> FrequencyBand? {
    let (low, high): (Double, Double) =
      switch self {
      case .env1: (5, 100)
      case .env2: (50, 1000)
      case .env3: (500, 10_000)
      case .env4: (5000, 40_000)
      }
    let limit = EnvelopingBand.usableShare * sampleRate_Hz
    return low < limit ? FrequencyBand(low_Hz: low, high_Hz: min(high, limit)) : nil
  }
}
