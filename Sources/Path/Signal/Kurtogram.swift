// SPDX-License-Identifier: Apache-2.0

/// The fast kurtogram: kurtosis of the complex envelope in the bands of a 1/3-binary tree.
///
/// ```swift
/// let kurtogram = Kurtogram(count: 25_600, sampleRate_Hz: 25_600)
/// var scratch = KurtogramScratch(count: 25_600)
/// kurtogram.measure(samples.span, into: &kurtosis, scratch: &scratch)
/// let chosen = kurtogram.impulsiveBand(in: kurtosis.span)     // band, level, kurtosis
/// ```
/// J. Antoni, "Fast computation of the kurtogram for the detection of transient faults", MSSP 21(1), 2007: halves by
/// quasi-analytic filters of 17 and 16 taps, thirds of each half by three of 25. The tree's level l has bands
/// rate 2^-(l+1) wide, l = 0, 1, log2 3, 2, log2 6, ... Kurtosis is E|c|^4 / (E|c|^2)^2 - 2 about the mean
/// (- 3 at level 0, which is real), 0 where it is negative. It rises with single knocks too: one
/// high band is no evidence of a fault that repeats.
public struct Kurtogram: Sendable {
  /// One band of the tree.
  public struct Band: Sendable, Equatable {
    /// log2 of half the rate over the width: 0, 1, 1.585, 2, ...
    public let level: Double
    /// Its edges.
    public let band: FrequencyBand
    /// Whether it reaches 0 Hz or the Nyquist frequency.
    public let isEdge: Bool
  }

  /// A band and its kurtosis.
  public struct Choice: Sendable, Equatable {
    /// Which of `bands`.
    public let index: Int
    /// The band.
    public let band: FrequencyBand
    /// Of its complex envelope: 0 for Gaussian noise.
    public let kurtosis: Double
  }

  /// Samples of a signal.
  public let count: Int
  /// Samples a second.
  public let sampleRate_Hz: Double
  /// Deepest binary level: log2(count) - 7 at most, so that 128 samples remain.
  public let levels: Int
  /// All bands, by level and then by frequency.
  public let bands: [Band]
  private let filters = KurtogramFilters()

  /// Share of the signal's mean square below which a band holds rounding and its kurtosis is 0.
  public static let silentShare = 1e-12

  /// Plans kurtograms of `count` samples, 256 at least, down to `levels` or as deep as the length allows.
  public init(count: Int, sampleRate_Hz: Double, levels: Int = .max) {
    precondition(count >= 256 && sampleRate_Hz > 0, "no kurtogram of \(count) samples")
    self.count = count
    self.sampleRate_Hz = sampleRate_Hz
    let deepest = count.bitWidth - 1 - count.leadingZeroBitCount - 7
    self.levels = max(1, min(levels, deepest))
    var bands: [Band] = []
    for depth in 0...self.levels {
      Kurtogram.append(1 << depth, level: Double(depth), rate: sampleRate_Hz, to: &bands)
      if depth > 0, depth < self.levels {
        Kurtogram.append(
          3 << (depth - 1), level: Double(depth - 1) + 1.584_962_500_721_156, rate: sampleRate_Hz, to: &bands)
      }
    }
    self.bands = bands
  }

  private static func append(_ pieces: Int, level: Double, rate: Double, to bands: inout [Band]) {
    let width = rate / 2 / Double(pieces)
    for j in 0..<pieces {
      let band = FrequencyBand(low_Hz: Double(j) * width, high_Hz: Double(j + 1) * width)
      bands.append(Band(level: level, band: band, isEdge: j == 0 || j == pieces - 1))
    }
  }

  /// Index of the first band of 2^depth, or of its thirds.
  func start(depth: Int, isThirds: Bool) -> Int {
    // Levels before: halves 1, 2, ... 2^(depth-1) and thirds of 0 ... depth-2, and for thirds all of this depth + 1.
    let halvesBefore = (1 << depth) - 1
    let thirdsBefore = depth > 1 ? 3 * ((1 << (depth - 1)) - 1) : 0
    guard isThirds else { return halvesBefore + thirdsBefore }
    return start(depth: depth + 1, isThirds: false) + (1 << (depth + 1))
  }

  /// The band of highest kurtosis in a filled `kurtosis`; nil where all are 0.
  ///
  /// A band that reaches 0 Hz or the Nyquist frequency is not chosen unless it is half of all: its filter lets the
  /// mirrored frequencies through, whose beat reads as kurtosis.
  public func impulsiveBand(
    in kurtosis: Span<Float>, within limits: FrequencyBand? = nil, widerThan width_Hz: Double = 0
  ) -> Choice? {
    precondition(kurtosis.count == bands.count, "one kurtosis a band")
    var best: Choice?
    for (index, candidate) in bands.enumerated() {
      guard !candidate.isEdge || candidate.level <= 1, candidate.band.width_Hz >= width_Hz else { continue }
      if let limits, candidate.band.low_Hz < limits.low_Hz || candidate.band.high_Hz > limits.high_Hz {
        continue
      }
      let value = Double(kurtosis[index])
      if value > (best?.kurtosis ?? 0) { best = Choice(index: index, band: candidate.band, kurtosis: value) }
    }
    return best
  }

  /// Writes the kurtosis of each of `bands`; false, and 0, where a sample is not finite or the signal is constant.
  public func measure(
    _ signal: Span<Float>, into kurtosis: inout MutableSpan<Float>, scratch: inout KurtogramScratch
  ) -> Bool {
    precondition(signal.count == count && kurtosis.count == bands.count, "buffers do not fit the plan")
    precondition(scratch.count >= count, "the scratch is too small")
    for k in 0..<kurtosis.count { kurtosis[k] = 0 }
    guard let level = Level(of: signal), level.highest > level.lowest else { return false }
    let inverse = 1 / level.peak(about: level.mean).binaryScale
    var samples = scratch.now.mutableSpan
    for i in 0..<count { samples[i] = Float((Double(signal[i]) - level.mean) * inverse) }
    let whole = filters.whole(samples.span.extracting(first: count))
    // A real signal's kurtosis is about 3.
    kurtosis[0] = Float(max(0, whole.kurtosis - 3))
    let scale = Float(1 / whole.meanSquare)
    var length = count
    for depth in 0..<levels {
      if depth <= levels - 2 {
        filters.measure(
          3, ofNodes: 1 << depth, length: length, scale: scale, into: &kurtosis,
          from: start(depth: depth, isThirds: true), scratch: &scratch)
      }
      filters.measure(
        2, ofNodes: 1 << depth, length: length, scale: scale, into: &kurtosis,
        from: start(depth: depth + 1, isThirds: false), scratch: &scratch)
      swap(&scratch.now, &scratch.next)
      length /= 2
    }
    return true
  }
}
