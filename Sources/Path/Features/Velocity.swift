// SPDX-License-Identifier: Apache-2.0

/// Vibration velocity from the acceleration spectrum, integrated where it is exact: v = a / (2 pi f).
enum Velocity {
  /// Overall RMS in mm/s over the ISO 20816-1 band: 10-1000 Hz, 2-1000 Hz below 600 r/min.
  ///
  /// The band is one bin wider at each end, so that a line on its edge counts whole. Nil when the signal is
  /// shorter than four periods of the lower edge or is not sampled fast enough for the upper one.
  static func overall(_ power: Span<Float>, resolution_Hz df: Double, speed_rpm: Double?) -> Double? {
    let low_Hz = (speed_rpm ?? 600) < 600 ? 2.0 : 10.0
    let high_Hz = 1000.0
    let first = Int((low_Hz / df).rounded(.up)) - 1
    let last = Int((high_Hz / df).rounded(.down)) + 1
    guard low_Hz >= 4 * df, last < power.count - 1 else { return nil }
    return rms(power, resolution_Hz: df, bins: first...last)
  }

  /// RMS in mm/s of the line nearest `frequency_Hz`: the energy of the highest lobe within 1 % or one bin.
  /// Nil outside the spectrum, or where lines of the spacing `spacing_Hz` cannot be told apart.
  static func line(
    _ power: Span<Float>, resolution_Hz df: Double, at frequency_Hz: Double, spacing_Hz: Double
  ) -> Double? {
    let reach = Hann.lineReach
    let tolerance = max(df, 0.01 * frequency_Hz)
    let first = Int(((frequency_Hz - tolerance) / df).rounded(.up))
    let last = Int(((frequency_Hz + tolerance) / df).rounded(.down))
    guard spacing_Hz >= Double(2 * reach + 1) * df, first - reach > 0, last + reach < power.count - 1 else {
      return nil
    }
    var top = first
    for k in first...last where power[k] > power[top] { top = k }
    return rms(power, resolution_Hz: df, bins: (top - reach)...(top + reach))
  }

  /// RMS in mm/s of what stands in `bins`, none of which is at 0 Hz.
  private static func rms(_ power: Span<Float>, resolution_Hz df: Double, bins: ClosedRange<Int>) -> Double {
    var sum = 0.0
    for k in bins {
      let f = Double(k) * df
      // The window spreads a line with a variance of df^2/3 around its frequency, which lifts the mean of
      // 1/f^2 by (df/f)^2; the factor takes that back.
      sum += Double(power[k]) * (1 - (df / f) * (df / f)) / (f * f)
    }
    return max(0, sum / Hann.noiseBandwidth).squareRoot() * 1000 / (2 * .pi)
  }
}
