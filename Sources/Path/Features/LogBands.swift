// SPDX-License-Identifier: Apache-2.0

import Glibc
import Machine

/// The model's view of the spectrum: logarithm of RMS acceleration in bands of equal ratio.
///
/// `FeatureWindow.bandCount` bands from 10 Hz to 5 kHz, each 500^(1/32) = 1.2143 times as wide as the one
/// before. A bin that lies across an edge is shared in proportion, so a band narrower than a bin still gets
/// its part. A band that reaches above the Nyquist frequency holds `floor`, whatever the signal: half a
/// band is not comparable with a whole one.
public enum LogBands {
  /// `FeatureWindow.bandCount + 1` edges in Hz, rising.
  public static let edges_Hz: [Double] = (0...FeatureWindow.bandCount).map {
    10 * pow(500, Double($0) / Double(FeatureWindow.bandCount))
  }
  /// Smallest value of a band: ln(1e-5 m/s2), one microgravity, below the noise of industrial accelerometers.
  public static let floor = Float(log(1e-5))

  /// Reads the bands from `power` (mean square per bin, one-sided, Hann) into `bands`.
  static func measure(_ power: Span<Float>, resolution_Hz: Double, into bands: inout [Float]) {
    let nyquist = Double(power.count - 1) * resolution_Hz
    for band in 0..<FeatureWindow.bandCount {
      guard edges_Hz[band + 1] <= nyquist else {
        bands[band] = floor
        continue
      }
      let low = edges_Hz[band] / resolution_Hz
      let high = edges_Hz[band + 1] / resolution_Hz
      // Bin k holds the energy from k - 0.5 to k + 0.5.
      let first = Int((low + 0.5).rounded(.down))
      let last = min(Int((high + 0.5).rounded(.down)), power.count - 1)
      var sum = 0.0
      for k in first...last {
        let share = min(high, Double(k) + 0.5) - max(low, Double(k) - 0.5)
        sum += Double(power[k]) * share
      }
      let meanSquare = sum / Hann.noiseBandwidth
      bands[band] = meanSquare > 0 ? max(floor, Float(0.5 * log(meanSquare))) : floor
    }
  }
}
