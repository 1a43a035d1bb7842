// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A shaft's speed that was read from the spectrum itself.
public struct ShaftSpeedEstimate: Sendable, Equatable {
  /// Turns a second.
  public let speed_Hz: Double
  /// Standard deviation of `speed_Hz`, from how far the harmonics lie beside its multiples.
  public let uncertainty_Hz: Double
  /// 1 - evidence of the next best speed over evidence of this one: 0.35 to 1.
  public let confidence: Double
  /// Harmonics that were found, of `ShaftSpeedSearch.harmonics`.
  public let harmonics: Int
  /// Turns a minute.
  public var speed_rpm: Double { speed_Hz * 60 }
}

/// Finds the speed of a shaft, within a range around the rated one, as the family of harmonics that the spectrum holds.
///
/// ```swift
/// var search = ShaftSpeedSearch(
///   .inductionMotor(synchronous_rpm: 1800), binCount: plan.binCount, resolution_Hz: plan.resolution_Hz)
/// let estimate = search.estimate(amplitudes: hannAmplitudes.span)      // nil: ambiguous, ask for a tachometer
/// ```
/// Each local maximum above the median about it is a line; its evidence is the logarithm of that ratio, capped. A speed
/// gathers the evidence of lines near its first ten multiples, less half of what lies halfway between them (that is
/// the family of half the speed). The best speed counts only where it is well above every other, has
/// its first harmonic, and odd harmonics carry their part: the mains' lines at twice its frequency and on are no shaft.
///
/// On the 57 drive-end records of the Case Western Reserve University bearing data centre, range 0.9 to 1.02 of 1800
/// r/min: whole records (5 to 10 s), 56 right within 0.15 %, record 158 silent; windows of 2.5 s, 192 of 224 right, of 1.4 s,
/// 117 of 226; range 480 to 3720 r/min, whole records, 41 right. All others are silent, none is wrong by 0.5 %: record 158
/// has 1773 r/min noted, and its windows read 1797, which its outer-race line at 107.7 Hz confirms.
public struct ShaftSpeedSearch: Sendable {
  /// Speeds that are looked for, in turns a second.
  public private(set) var range_Hz: ClosedRange<Double>
  /// Bins of a spectrum.
  public private(set) var binCount: Int
  /// Distance of bins.
  public private(set) var resolution_Hz: Double

  /// Harmonics looked for.
  public static let harmonics = 10
  /// Logarithm of the ratio to the floor from which a maximum is evidence: Gaussian noise reaches it in one bin of 170.
  public static let threshold: Float = 1
  /// Most evidence that one line gives.
  public static let cap: Float = 3
  /// Bins beside a multiple at which a line is no evidence for it any more.
  public static let reach_bins: Float = 0.75
  /// Least evidence of an answer, in natural logarithms over `threshold`.
  public static let evidenceMinimum = 5.0
  /// Largest share of the best speed's evidence that another may have.
  public static let rivalShare = 0.65
  /// Least share of the evidence that odd harmonics carry.
  public static let oddShare = 0.3
  /// Largest uncertainty of an answer, in bins.
  public static let uncertainty_bins = 0.02
  /// Bins on either side whose median is the floor: one shaft frequency, within these limits.
  public static let floorReach_bins = 12...256

  private var steps = 0
  private var limit = 0
  /// For each bin the place of its line between -0.5 and 0.5, and the line's evidence; 0 where there is none.
  private var offsets: [Float] = []
  private var strengths: [Float] = []
  private var scores: [Float] = []
  private var window: [Float]

  /// Speeds of a three-phase induction motor with this synchronous speed, motoring or slightly driven: 0.9 to 1.02 of it.
  public static func inductionMotor(synchronous_rpm: Double) -> ClosedRange<Double> {
    (0.9 * synchronous_rpm / 60)...(1.02 * synchronous_rpm / 60)
  }

  /// A search in spectra of `binCount` bins; `range_Hz` begins at three bins or above.
  public init(_ range_Hz: ClosedRange<Double>, binCount: Int, resolution_Hz: Double) {
    self.range_Hz = range_Hz
    self.binCount = binCount
    self.resolution_Hz = resolution_Hz
    window = Array(repeating: 0, count: 2 * ShaftSpeedSearch.floorReach_bins.upperBound + 1)
    set(range_Hz, binCount: binCount, resolution_Hz: resolution_Hz)
  }

  /// Makes it a search in other spectra or another range; allocates only what the largest before did not.
  public mutating func set(_ range_Hz: ClosedRange<Double>, binCount: Int, resolution_Hz: Double) {
    precondition(range_Hz.lowerBound > 0 && resolution_Hz > 0, "a range begins above 0 Hz")
    self.range_Hz = range_Hz
    self.binCount = binCount
    self.resolution_Hz = resolution_Hz
    let width = (range_Hz.upperBound - range_Hz.lowerBound) / resolution_Hz
    // Four steps while the highest harmonic crosses a bin.
    steps = max(1, Int((width * Double(4 * ShaftSpeedSearch.harmonics)).rounded(.up)))
    let highest = (Double(ShaftSpeedSearch.harmonics) + 0.5) * range_Hz.upperBound / resolution_Hz
    limit = max(0, min(binCount - 2, Int(min(highest, 1e9)) + 8))
    while offsets.count < limit + 2 { offsets.append(0) }
    while strengths.count < limit + 2 { strengths.append(0) }
    while scores.count < steps { scores.append(0) }
  }

  /// The speed whose family stands in `amplitudes`, `binCount` amplitudes of a Hann spectrum; nil where none does, or two do.
  public mutating func estimate(amplitudes: Span<Float>) -> ShaftSpeedEstimate? {
    precondition(amplitudes.count == binCount, "the spectrum does not fit the search")
    let first = range_Hz.lowerBound / resolution_Hz
    guard first >= 3, range_Hz.upperBound / resolution_Hz < Double(limit) else { return nil }
    findLines(in: amplitudes)
    let step = 1 / Double(4 * ShaftSpeedSearch.harmonics)
    var best = 0
    for i in 0..<steps {
      let shaft = first + Double(i) * step
      var score: Float = 0
      for h in 1...ShaftSpeedSearch.harmonics {
        score += evidence(at: Double(h) * shaft) - evidence(at: (Double(h) - 0.5) * shaft) / 2
      }
      scores[i] = score
      if score > scores[best] { best = i }
    }
    let guess = first + Double(best) * step
    guard Double(scores[best]) >= ShaftSpeedSearch.evidenceMinimum, hasOddHarmonics(guess) else { return nil }
    let fit = fitted(from: guess)
    guard fit.uncertainty <= ShaftSpeedSearch.uncertainty_bins else { return nil }
    let apart = max(0.004 * fit.shaft, 0.25)
    var rival: Float = 0
    for i in 0..<steps where scores[i] > rival {
      // Half of the speed has the same lines as its even harmonics: what could not be an answer is no rival.
      let other = first + Double(i) * step
      if abs(other - fit.shaft) > apart, hasOddHarmonics(other) { rival = scores[i] }
    }
    let share = Double(rival / scores[best])
    guard share <= ShaftSpeedSearch.rivalShare, range_Hz.contains(fit.shaft * resolution_Hz) else {
      return nil
    }
    return ShaftSpeedEstimate(
      speed_Hz: fit.shaft * resolution_Hz, uncertainty_Hz: fit.uncertainty * resolution_Hz,
      confidence: 1 - share,
      harmonics: fit.harmonics)
  }

  /// Fills `offsets` and `strengths`.
  private mutating func findLines(in amplitudes: Span<Float>) {
    for k in 0..<(limit + 2) { strengths[k] = 0 }
    let limits = ShaftSpeedSearch.floorReach_bins
    let reach = Int(
      min(max(range_Hz.lowerBound / resolution_Hz, Double(limits.lowerBound)), Double(limits.upperBound)))
    // Out of the struct, so that it can be lent beside the rest.
    var taken: [Float] = []
    swap(&taken, &window)
    defer { swap(&taken, &window) }
    var values = taken.mutableSpan
    for k in stride(from: 3, to: limit, by: 1) {
      let (before, here, after) = (amplitudes[k - 1], amplitudes[k], amplitudes[k + 1])
      guard here >= before, here > after else { continue }
      let (low, high) = (max(0, k - reach), min(binCount - 1, k + reach))
      for j in low...high { values[j - low] = amplitudes[j] }
      let floor = values.median(of: 0..<(high - low + 1))
      guard floor > 0, here > floor * 2.718_281_8 else { continue }
      let neighbour = max(before, after)
      // Between two bins of a Hann window the ratio of both tells the place.
      let ratio = neighbour / here
      let place = min(0.5, max(0, (2 * ratio - 1) / (1 + ratio)))
      offsets[k] = after >= before ? place : -place
      strengths[k] = min(ShaftSpeedSearch.cap, logf(here / floor) - ShaftSpeedSearch.threshold)
    }
  }

  /// The line nearest to a place in bins: its evidence there, its own, and where it is.
  private func line(near place: Double) -> (evidence: Float, strength: Float, place: Double) {
    let middle = Int(place.rounded())
    var best: (Float, Float, Double) = (0, 0, 0)
    guard middle >= 1, middle + 1 < limit + 2 else { return best }
    for k in (middle - 1)...(middle + 1) where strengths[k] > 0 {
      let distance = abs(Float(place - Double(k)) - offsets[k])
      let found = strengths[k] * (1 - distance / ShaftSpeedSearch.reach_bins)
      if found > best.0 { best = (found, strengths[k], Double(k) + Double(offsets[k])) }
    }
    return best
  }

  private func evidence(at place: Double) -> Float { line(near: place).evidence }

  /// Whether the first harmonic and another odd one are there, and odd ones carry their share.
  private func hasOddHarmonics(_ shaft: Double) -> Bool {
    var (odd, all): (Float, Float) = (0, 0)
    var count = 0
    for h in 1...ShaftSpeedSearch.harmonics {
      let found = evidence(at: Double(h) * shaft)
      all += found
      guard !h.isMultiple(of: 2) else { continue }
      odd += found
      count += found > 0.3 ? 1 : 0
    }
    return evidence(at: shaft) > 0.3 && count >= 2 && Double(odd) >= ShaftSpeedSearch.oddShare * Double(all)
  }

  /// Least squares through the lines near the multiples, twice.
  private func fitted(from guess: Double) -> (shaft: Double, uncertainty: Double, harmonics: Int) {
    var shaft = guess
    var (harmonics, uncertainty) = (0, Double.infinity)
    for _ in 0..<2 {
      var (product, squares, plain, weights) = (0.0, 0.0, 0.0, 0.0)
      for h in 1...ShaftSpeedSearch.harmonics {
        let found = line(near: Double(h) * shaft)
        guard found.strength > 0 else { continue }
        let weight = Double(found.strength)
        product += weight * Double(h) * found.place
        squares += weight * Double(h * h)
        plain += Double(h * h)
        weights += weight
      }
      guard squares > 0 else { return (shaft, .infinity, 0) }
      shaft = product / squares
      var spread = 0.0
      harmonics = 0
      for h in 1...ShaftSpeedSearch.harmonics {
        let found = line(near: Double(h) * shaft)
        guard found.strength > 0 else { continue }
        let residual = found.place - Double(h) * shaft
        spread += Double(found.strength) * residual * residual
        harmonics += 1
      }
      // A line's own place is no better than a tenth of a bin.
      uncertainty = ((spread / weights + 0.01) / plain).squareRoot()
    }
    return (shaft, uncertainty, harmonics)
  }
}
