// SPDX-License-Identifier: Apache-2.0

public import Kernels

/// The band whose demodulation shows a machine's own lines best.
public struct DefectBand: Sendable, Equatable {
  /// The band.
  public let band: FrequencyBand
  /// Which of the lines that were asked for.
  public let line: Int
  /// Where its peak is in the squared envelope spectrum.
  public let found_Hz: Double
  /// Its height over the median about it.
  public let peakToMedian: Double
}

/// Chooses among bands by the squared envelope spectrum: the band in which a given line stands highest over the median.
///
/// ```swift
/// let unit = plan.transform(samples.span, into: &bins, scratch: &scratch)
/// let chosen = search.best(ofBins: bins.span, lines_Hz: lines.span, scratch: &scratch)
/// ```
/// A band is cut from the spectrum without edges, moved to 0 Hz and transformed back at a rate of twice its width, so that
/// many candidates cost about what one envelope at the full rate costs. Where the geometry is known this is the better choice
/// than kurtosis, which single knocks lead astray (reference: J. Antoni 2007; Barszcz and Jablonski 2011).
public struct DefectBandSearch {
  /// Share of a line's frequency within which its peak is looked for: bearing elements slip.
  public static let slip = 0.02
  /// Bins on either side of a line whose median is its floor, at least.
  public static let floorReach_bins = 16

  /// Candidates, in the order they were given.
  public let bands: [FrequencyBand]
  /// Length and rate of the signal.
  public let count: Int
  public let sampleRate_Hz: Double
  private let cuts: [Cut]

  private struct Cut {
    let first: Int
    let width: Int
    let transform: FourierTransform
  }

  /// Octaves and their halves and quarters above `low_Hz`: the kurtogram's levels 1 to 4, edges left out.
  public static func bands(sampleRate_Hz: Double, above low_Hz: Double) -> [FrequencyBand] {
    let tree = Kurtogram(count: 2048, sampleRate_Hz: sampleRate_Hz, levels: 4)
    return tree.bands.filter { $0.level >= 1 && $0.band.low_Hz >= low_Hz && !($0.isEdge && $0.level > 1) }
      .map(\.band)
  }

  /// A search among `bands` in signals of `count` samples.
  public init(bands: [FrequencyBand], count: Int, sampleRate_Hz: Double) {
    precondition(count >= 2 && sampleRate_Hz > 0, "no search in \(count) samples")
    self.bands = bands
    self.count = count
    self.sampleRate_Hz = sampleRate_Hz
    let df = sampleRate_Hz / Double(count)
    var transforms: [Int: FourierTransform] = [:]
    cuts = bands.map { band in
      let first = max(1, Int((band.low_Hz / df).rounded()))
      let width = max(1, min(count / 2, Int((band.high_Hz / df).rounded())) - first)
      let length = DefectBandSearch.length(for: width, in: count)
      let transform = transforms[length] ?? FourierTransform(count: length)
      transforms[length] = transform
      return Cut(first: first, width: width, transform: transform)
    }
  }

  /// A fast length of twice the width at least: the squares of a band fill twice its width.
  private static func length(for width: Int, in count: Int) -> Int {
    var limit = 2 * width
    while FourierTransform.fastCount(upTo: limit) < 2 * width { limit += max(2, limit / 64) }
    return min(count, FourierTransform.fastCount(upTo: limit))
  }

  /// The best of all bands for any of the lines, from the one-sided bins of the whole signal; nil where none can show them.
  ///
  /// A band shows a line that its spectrum holds (below its width) at 2 bins or above.
  public func best(
    ofBins spectrum: Span<ComplexFloat>, lines_Hz: Span<Double>, scratch: inout SignalScratch
  ) -> DefectBand? {
    precondition(spectrum.count == count / 2 + 1 && scratch.count >= count, "buffers do not fit the search")
    var best: DefectBand?
    for index in bands.indices {
      let binCount = demodulate(cuts[index], spectrum, scratch: &scratch)
      for line in 0..<lines_Hz.count {
        guard let peak = peak(at: lines_Hz[line], binCount: binCount, scratch: &scratch) else { continue }
        if peak.ratio > best?.peakToMedian ?? 0 {
          best = DefectBand(band: bands[index], line: line, found_Hz: peak.found_Hz, peakToMedian: peak.ratio)
        }
      }
    }
    return best
  }

  /// Leaves the magnitudes of the squared envelope spectrum of a band in the scratch's samples; returns how many bins hold
  /// some, 0 of an empty band.
  private func demodulate(_ cut: Cut, _ spectrum: Span<ComplexFloat>, scratch: inout SignalScratch) -> Int {
    var largest: Float = 0
    for k in cut.first..<(cut.first + cut.width) {
      largest = max(largest, abs(spectrum[k].real), abs(spectrum[k].imaginary))
    }
    guard largest > 0, largest.isFinite else { return 0 }
    let length = cut.transform.count
    var taken = scratch.takeSpectrum()
    defer { scratch.spectrum = taken }
    var complex: [ComplexFloat] = []
    swap(&complex, &scratch.complex)
    defer { swap(&complex, &scratch.complex) }
    var whole = taken.mutableSpan
    var place = whole._mutatingExtracting(first: length)
    let scale = 1 / largest
    for k in 0..<cut.width {
      let bin = spectrum[cut.first + k]
      place[k] = ComplexFloat(bin.real * scale, bin.imaginary * scale)
    }
    for k in cut.width..<max(length, cut.width) { place[k] = ComplexFloat(0, 0) }
    var wholeSignal = complex.mutableSpan
    var analytic = wholeSignal._mutatingExtracting(first: length)
    cut.transform.inverse(place.span, into: &analytic)
    var wholeSamples = scratch.samples.mutableSpan
    var squares = wholeSamples._mutatingExtracting(first: length)
    for i in 0..<length { squares[i] = analytic[i].power }
    let mean = Float(squares.span.sum() / Double(length))
    for i in 0..<length { squares[i] -= mean }
    let binCount = cut.transform.binCount
    var bins = whole._mutatingExtracting(first: binCount)
    cut.transform.forward(squares.span, into: &bins)
    var powers = wholeSamples._mutatingExtracting(first: binCount)
    CosineWindow.hann.powers(of: bins.span, count: length, into: &powers)
    for k in 0..<binCount { powers[k] = powers[k].squareRoot() }
    return min(cut.width, binCount - 1)
  }

  /// The highest local maximum within `slip` of a line (a bin at least), over the median about it.
  private func peak(
    at line_Hz: Double, binCount: Int, scratch: inout SignalScratch
  ) -> (found_Hz: Double, ratio: Double)? {
    let df = sampleRate_Hz / Double(count)
    let reach = max(DefectBandSearch.slip * line_Hz, df)
    guard line_Hz > 0, (line_Hz + reach) / df < Double(binCount - 1) else { return nil }
    let first = Int(((line_Hz - reach) / df).rounded(.up))
    let last = Int(((line_Hz + reach) / df).rounded(.down))
    guard first >= 2, first <= last else { return nil }
    var best: Int?
    for k in first...last
    where scratch.samples[k] >= scratch.samples[k - 1] && scratch.samples[k] >= scratch.samples[k + 1] {
      if let best, scratch.samples[k] <= scratch.samples[best] { continue }
      best = k
    }
    guard let best else { return nil }
    let side = max(DefectBandSearch.floorReach_bins, Int(line_Hz / df / 2))
    let (low, high) = (max(2, best - side), min(binCount - 1, best + side))
    for k in low...high { scratch.doubles[k - low] = Double(scratch.samples[k]) }
    var values = scratch.doubles.mutableSpan
    let floor = values.median(of: 0..<(high - low + 1))
    guard floor > 0 else { return nil }
    return (Double(best) * df, Double(scratch.samples[best]) / floor)
  }
}
