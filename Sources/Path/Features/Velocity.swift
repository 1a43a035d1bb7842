// SPDX-License-Identifier: Apache-2.0

import Signal

/// Vibration velocity and displacement from the acceleration spectrum (Hann, mean squares), integrated where it is exact.
struct Velocity {
  private let meter: BandMeter
  private let binCount: Int

  init(resolution_Hz: Double, binCount: Int) {
    meter = BandMeter(resolution_Hz: resolution_Hz)
    self.binCount = binCount
  }

  /// Overall RMS over the ISO 20816-1 band: 10-1000 Hz, 2-1000 Hz below 600 r/min; in mm/s, of displacement in um.
  ///
  /// The band is one bin wider at each end, so that a line on its edge counts whole. Nil when the signal is
  /// shorter than four periods of the lower edge or is not sampled fast enough for the upper one.
  func overall(_ power: Span<Float>, speed_rpm: Double?) -> (velocity_mm_s: Double, displacement_um: Double)?
  {
    let low_Hz = (speed_rpm ?? 600) < 600 ? 2.0 : 10.0
    guard let velocity = band(power, low_Hz, 1000, margin_bins: 1),
      let displacement = meter.rms(power, from: low_Hz, to: 1000, integrated: .twice, margin_bins: 1)
    else { return nil }
    return (velocity, displacement * 1e6)
  }

  /// RMS in mm/s between two frequencies; nil when the signal is shorter than four periods of the lower one, or the band
  /// does not lie in the spectrum.
  func band(_ power: Span<Float>, _ low_Hz: Double, _ high_Hz: Double, margin_bins: Int = 0) -> Double? {
    let df = meter.resolution_Hz
    guard low_Hz >= 4 * df, high_Hz >= low_Hz,
      (high_Hz / df).rounded(.down) + Double(margin_bins) < Double(binCount - 1)
    else { return nil }
    return meter.rms(power, from: low_Hz, to: high_Hz, integrated: .once, margin_bins: margin_bins)
      .map { $0 * 1000 }
  }

  /// RMS in mm/s of the line nearest `frequency_Hz`: the energy of the highest lobe within 1 % or one bin.
  /// Nil outside the spectrum, or where lines of the spacing `spacing_Hz` cannot be told apart.
  func line(_ power: Span<Float>, at frequency_Hz: Double, spacing_Hz: Double) -> Double? {
    let df = meter.resolution_Hz
    guard frequency_Hz < Double(power.count) * df else { return nil }
    let reach = Hann.lineReach
    let tolerance = max(df, 0.01 * frequency_Hz)
    let first = Int(((frequency_Hz - tolerance) / df).rounded(.up))
    let last = Int(((frequency_Hz + tolerance) / df).rounded(.down))
    guard spacing_Hz >= Double(2 * reach + 1) * df, first - reach > 0, last + reach < power.count - 1 else {
      return nil
    }
    var top = first
    for k in first...last where power[k] > power[top] { top = k }
    return meter.rms(power, bins: (top - reach)...(top + reach), integrated: .once) * 1000
  }
}
