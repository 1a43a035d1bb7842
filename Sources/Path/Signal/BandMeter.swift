// SPDX-License-Identifier: Apache-2.0

/// How often a signal is integrated over time: acceleration once gives velocity, twice displacement.
public enum Integration: Int, Sendable, CaseIterable {
  case none, once, twice
}

/// RMS of parts of a power spectrum, integrated where that is exact: by 1/(2 pi f) for each integration.
///
/// Results are in the signal's unit, times a second or a second squared. The band is a range of bins, both ends included;
/// nothing is taken from 0 Hz nor from the Nyquist frequency.
public struct BandMeter: Sendable, Equatable {
  /// Distance of bins.
  public let resolution_Hz: Double
  /// Window through which the spectrum was read.
  public let window: CosineWindow

  /// A meter for spectra of this resolution and window.
  public init(resolution_Hz: Double, window: CosineWindow = .hann) {
    self.resolution_Hz = resolution_Hz
    self.window = window
  }

  /// RMS between two frequencies of a spectrum of mean squares (`SpectrumScale.power`), `margin_bins` more at each end
  /// included so that lines on an edge count whole. Nil when no bin of the spectrum lies there.
  public func rms(
    _ power: Span<Float>, from low_Hz: Double, to high_Hz: Double, integrated: Integration = .none,
    margin_bins: Int = 0
  ) -> Double? {
    guard low_Hz >= 0, high_Hz >= low_Hz, high_Hz.isFinite, power.count > 2 else { return nil }
    let first = max(1, Int((low_Hz / resolution_Hz).rounded(.up)) - margin_bins)
    let last = min(
      power.count - 2, Int(min(high_Hz / resolution_Hz, Double(power.count)).rounded(.down)) + margin_bins)
    guard first <= last else { return nil }
    return rms(power, bins: first...last, integrated: integrated)
  }

  /// RMS between two multiples of the frequency of a shaft.
  public func rms(
    _ power: Span<Float>, fromOrder low: Double, toOrder high: Double, shaft_Hz: Double,
    integrated: Integration = .none
  ) -> Double? {
    rms(power, from: low * shaft_Hz, to: high * shaft_Hz, integrated: integrated)
  }

  /// RMS of a range of bins, none of which is at 0 Hz.
  ///
  /// A window spreads a line over bins with a variance v around its frequency, which lifts the mean of 1/f^2 by 3v/f^2
  /// and that of 1/f^4 by 10v/f^2; the factor takes that back.
  public func rms(_ power: Span<Float>, bins: ClosedRange<Int>, integrated: Integration = .none) -> Double {
    let variance = window.lobeVariance_bins2
    var sum = 0.0
    switch integrated {
    case .none: for k in bins { sum += Double(power[k]) }
    case .once:
      for k in bins {
        let square = 1 / (Double(k) * Double(k))
        sum += Double(power[k]) * (1 - 3 * variance * square) * square
      }
    case .twice:
      for k in bins {
        let square = 1 / (Double(k) * Double(k))
        sum += Double(power[k]) * (1 - min(1, 10 * variance * square)) * square * square
      }
    }
    let omega = 2 * Double.pi * resolution_Hz
    let scale = integrated == .none ? 1 : integrated == .once ? omega : omega * omega
    return max(0, sum / window.noiseBandwidth_bins).squareRoot() / scale
  }

  /// Peak amplitude of a sine of this amplitude and frequency after integration; 0 at 0 Hz.
  public static func amplitude(_ amplitude: Double, at frequency_Hz: Double, integrated: Integration)
    -> Double
  {
    guard frequency_Hz > 0 else { return 0 }
    let omega = 2 * Double.pi * frequency_Hz
    return integrated == .none
      ? amplitude : integrated == .once ? amplitude / omega : amplitude / (omega * omega)
  }
}
