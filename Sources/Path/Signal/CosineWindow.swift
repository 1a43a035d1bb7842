// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A window that is a sum of cosines, in its periodic form: w[n] = sum over j of (-1)^j a[j] cos(2 pi j n / N).
///
/// The transform of such a window has 2 `coefficients.count` - 1 lines, so it can be applied to a rectangular
/// spectrum instead of to the signal. Coefficients are SciPy's (`scipy.signal.windows`); those of the flat top are from
/// D'Antona and Ferrero, "Digital Signal Processing for Measurement Systems", 2006.
public enum CosineWindow: String, CaseIterable, Sendable, Codable {
  /// No window: exact for signals that are periodic in their length.
  case rectangular
  /// For bands and overall values: 1.5 bins wide, a line between two bins reads 1.42 dB low.
  case hann
  case hamming
  case blackman
  /// For amplitudes: 3.77 bins wide, a line between two bins reads 0.01 dB low.
  case flatTop = "flat-top"

  /// The a[j], from j = 0 on.
  public var coefficients: [Double] {
    switch self {
    case .rectangular: CosineWindow.rectangularTerms
    case .hann: CosineWindow.hannTerms
    case .hamming: CosineWindow.hammingTerms
    case .blackman: CosineWindow.blackmanTerms
    case .flatTop: CosineWindow.flatTopTerms
    }
  }
  private static let rectangularTerms = [1.0]
  private static let hannTerms = [0.5, 0.5]
  private static let hammingTerms = [0.54, 0.46]
  private static let blackmanTerms = [0.42, 0.5, 0.08]
  private static let flatTopTerms = [0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368]

  /// Mean of the window: what a line's amplitude is multiplied by.
  public var coherentGain: Double { coefficients[0] }

  /// Equivalent noise bandwidth in bins: N sum w^2 / (sum w)^2.
  public var noiseBandwidth_bins: Double {
    let a = coefficients
    let squares = a[0] * a[0] + a.dropFirst().reduce(0) { $0 + $1 * $1 } / 2
    return squares / (a[0] * a[0])
  }

  /// Variance of a line's lobe about its frequency, in bins squared: 1/3 for the Hann window. 0 for the rectangular one,
  /// whose lobe has none.
  public var lobeVariance_bins2: Double {
    let a = coefficients
    let parts = a.indices.reduce(into: (moment: 0.0, sum: a[0] * a[0])) { parts, j in
      guard j > 0 else { return }
      parts.moment += a[j] * a[j] / 2 * Double(j * j)
      parts.sum += a[j] * a[j] / 2
    }
    return parts.moment / parts.sum
  }

  /// The `count` values of the window; a window of one value is 1.
  public func values(count: Int) -> [Float] { exactValues(count: count).map(Float.init) }

  /// Coherent gain and noise bandwidth of a window of `count` values. From two terms' lines on they are the window's own;
  /// in a shorter one lines fall on each other.
  public func gains(count: Int) -> (coherent: Double, noiseBandwidth_bins: Double) {
    guard count <= 2 * (coefficients.count - 1) else { return (coherentGain, noiseBandwidth_bins) }
    let values = exactValues(count: count)
    let sum = values.reduce(0, +)
    return (
      sum / Double(count), Double(count) * values.reduce(0) { $0 + $1 * $1 } / (sum * sum)
    )
  }

  private func exactValues(count: Int) -> [Double] {
    guard count != 1 else { return [1] }
    let a = coefficients
    return (0..<count).map { n in
      a.indices.reduce(0.0) { sum, j in
        let angle = 2 * Double.pi * Double(j * n % count) / Double(count)
        return sum + (j.isMultiple(of: 2) ? a[j] : -a[j]) * cos(angle)
      }
    }
  }
}
