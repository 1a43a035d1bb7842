// SPDX-License-Identifier: Apache-2.0

import Machine

/// The vector that the anomaly model reads: distances from normal of the 32 bands, then of these features,
/// each clipped to 8 standard deviations either way.
package enum AnomalyInput {
  static let features: [Feature] = [
    .velocityRMS, .accelerationRMS, .accelerationPeak, .crestFactor, .kurtosis, .envelopeRMS,
    .highFrequencyRMS, .envelopeKurtosis, .broadbandRMS, .orderHalf, .order1, .order2, .order3, .orders4to10,
  ]
  package static let count = FeatureWindow.bandCount + features.count
  static let clip = 8.0

  /// Names as they stand in the model's metadata and in a score's contributions: `b0` to `b31`, then the raw
  /// values of the features.
  static let names = (0..<FeatureWindow.bandCount).map { "b\($0)" } + features.map(\.rawValue)

  /// Writes the vector of a window; false when the baseline of its point and state is not learned.
  static func write(_ window: FeatureWindow, _ baseline: Baseline, into vector: inout [Float]) -> Bool {
    guard let z = baseline.standardized(window) else { return false }
    for band in 0..<FeatureWindow.bandCount { vector[band] = clipped(z[Feature.allCases.count + band]) }
    for (i, feature) in features.enumerated() {
      vector[FeatureWindow.bandCount + i] = clipped(z[feature.index])
    }
    return true
  }

  private static func clipped(_ z: Double) -> Float { Float(min(max(z, -clip), clip)) }
}
