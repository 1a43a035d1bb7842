// SPDX-License-Identifier: Apache-2.0

/// Statistics of a signal about its mean, in the signal's unit.
///
/// Sums run in Double. Kurtosis is Pearson's, m4/m2^2: a Gaussian signal has 3, and SciPy's
/// `kurtosis(x, fisher=False)` is the same. A signal without variation has no shape: its ratios are nil.
public struct TimeStatistics: Sendable, Equatable {
  /// Samples that were measured.
  public let count: Int
  /// Mean of the signal; all that follows is about it.
  public let mean: Double
  /// Root mean square.
  public let rms: Double
  /// Largest magnitude.
  public let peak: Double
  /// Largest less smallest value.
  public let peakToPeak: Double
  /// m3 / m2^1.5: 0 for what is symmetric.
  public let skewness: Double?
  /// m4 / m2^2: 1.5 for a sine, 3 for Gaussian noise.
  public let kurtosis: Double?
  /// Peak / RMS.
  public let crest: Double?
  /// RMS / mean magnitude.
  public let shape: Double?
  /// Peak / mean magnitude.
  public let impulse: Double?
  /// Peak / (mean square root of the magnitude)^2.
  public let clearance: Double?
  /// Changes of sign between neighbours, for each pair of neighbours; 0 counts as positive.
  public let zeroCrossingRate: Double

  /// Measures `signal`; nil of nothing, and where a sample is not finite.
  public init?(of signal: Span<Float>) {
    guard let moments = Moments(of: signal) else { return nil }
    self.init(moments)
  }

  /// Measures `signal` and leaves it in `centred`, of the same length, with its mean removed.
  public init?(of signal: Span<Float>, centred: inout MutableSpan<Float>) {
    guard let moments = Moments(of: signal) else { return nil }
    precondition(centred.count == signal.count, "the output is as long as the signal")
    for i in 0..<signal.count { centred[i] = Float(Double(signal[i]) - moments.mean) }
    self.init(moments)
  }

  private init(_ moments: Moments) {
    let n = Double(moments.count)
    count = moments.count
    mean = moments.mean
    peak = max(moments.highest, -moments.lowest)
    peakToPeak = moments.highest - moments.lowest
    let variance = moments.second / n
    rms = variance.squareRoot()
    zeroCrossingRate = count > 1 ? Double(moments.crossings) / (n - 1) : 0
    guard variance > 0 else {
      (skewness, kurtosis, crest, shape, impulse, clearance) = (nil, nil, nil, nil, nil, nil)
      return
    }
    skewness = moments.third / n / (variance * rms)
    kurtosis = moments.fourth / n / (variance * variance)
    crest = peak / rms
    shape = rms * n / moments.magnitudes
    impulse = peak * n / moments.magnitudes
    clearance = peak / ((moments.roots / n) * (moments.roots / n))
  }
}

/// Sums over the deviations of a signal from its mean.
private struct Moments {
  let count: Int
  let mean: Double
  let highest: Double
  let lowest: Double
  private(set) var second = 0.0
  private(set) var third = 0.0
  private(set) var fourth = 0.0
  private(set) var magnitudes = 0.0
  private(set) var roots = 0.0
  private(set) var crossings = 0

  init?(of signal: Span<Float>) {
    guard let level = Level(of: signal) else { return nil }
    count = signal.count
    mean = level.mean
    highest = Double(level.highest) - mean
    lowest = Double(level.lowest) - mean
    addPowers(of: signal)
    crossings = Moments.crossings(of: signal, mean: mean)
  }

  private mutating func addPowers(of signal: Span<Float>) {
    var seconds = SIMD4<Double>.zero
    var thirds = seconds
    var fourths = seconds
    var sums = seconds
    var rootSums = seconds
    let whole = count & ~3
    for i in stride(from: 0, to: whole, by: 4) {
      let deviation = signal.four(at: i) - mean
      let square = deviation * deviation
      // A square root of a Float is right to 6e-8, and takes a third of the time.
      let magnitude = deviation.replacing(with: -deviation, where: deviation .< 0)
      seconds += square
      thirds += square * deviation
      fourths += square * square
      sums += magnitude
      rootSums += SIMD4<Double>(SIMD4<Float>(magnitude).squareRoot())
    }
    (second, third, fourth) = (seconds.sum(), thirds.sum(), fourths.sum())
    (magnitudes, roots) = (sums.sum(), rootSums.sum())
    for i in whole..<count {
      let deviation = Double(signal[i]) - mean
      let square = deviation * deviation
      second += square
      third += square * deviation
      fourth += square * square
      magnitudes += abs(deviation)
      roots += Double(Float(abs(deviation)).squareRoot())
    }
  }

  /// Changes of sign about the mean between neighbours.
  private static func crossings(of signal: Span<Float>, mean: Double) -> Int {
    // A Float is below the mean when it is below the first Float that is not.
    let near = Float(mean)
    let limit = Double(near) < mean ? near.nextUp : near
    var changes: Int32 = 0
    var last: Int32 = signal[0] < limit ? 1 : 0
    for i in 1..<max(1, signal.count) {
      let now: Int32 = signal[i] < limit ? 1 : 0
      changes &+= now ^ last
      last = now
    }
    return Int(changes)
  }
}
