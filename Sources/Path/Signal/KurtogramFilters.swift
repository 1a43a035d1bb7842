// SPDX-License-Identifier: Apache-2.0

import Glibc
import Kernels

/// The tree's filters: Antoni's prototypes of 17 taps that cut at 0.2 rate and of 25 at two thirds of that, turned to the
/// middles of two or three bands. Constants: Antoni 2007, section 4, and its published program (N = 16, fc = 0.4; 24 and
/// 2/3 fc).
struct KurtogramFilters: Sendable {
  private let bank = FilterBank(
    halves: lowPass(taps: 17, cutoff: 0.4), thirds: lowPass(taps: 25, cutoff: 0.4 * 2 / 3))
  /// First samples of a half or third that saw the beginning of the signal; the high half's filter is one tap shorter.
  private static let settling = 16

  /// Mean square of the real signal, which varies, and its kurtosis, about 3.
  func whole(_ signal: Span<Float>) -> (meanSquare: Double, kurtosis: Double) {
    let found = bank.moments(of: signal, isReal: true)
    return (found.second, found.fourth / (found.second * found.second))
  }

  /// Parts `nodes` nodes of `length` samples into `parts` bands each, 2 or 3, and writes their kurtosis from `index` on,
  /// where squares are multiplied by `scale`. Halves are left in `next` as the nodes of the next level.
  func measure(
    _ parts: Int, ofNodes nodes: Int, length: Int, scale: Float, into kurtosis: inout MutableSpan<Float>,
    from index: Int, scratch: inout KurtogramScratch
  ) {
    let count = length / parts
    let floats = 2 * parts * count
    guard count > KurtogramFilters.settling else { return }
    for node in 0..<nodes {
      // The signal itself is real.
      let samples = nodes == 1 ? 0..<length : (2 * length * node)..<(2 * length * (node + 1))
      let start = parts == 2 ? floats * node : 0
      part(
        scratch.now, samples, isReal: nodes == 1, into: parts, &scratch.phases, &scratch.next,
        start..<(start + floats))
      for place in 0..<parts {
        let band = (start + 2 * count * place)..<(start + 2 * count * (place + 1))
        let dropped = KurtogramFilters.settling - (parts == 2 ? place : 0)
        kurtosis[index + parts * node + place] = self.kurtosis(
          of: scratch.next.span.extracting(band), dropping: dropped, scale: scale)
      }
    }
  }

  private func part(
    _ nodes: [Float], _ samples: Range<Int>, isReal: Bool, into parts: Int, _ phases: inout [Float],
    _ bands: inout [Float], _ place: Range<Int>
  ) {
    var phases = phases.mutableSpan
    var whole = bands.mutableSpan
    var output = whole._mutatingExtracting(place)
    bank.part(
      nodes.span.extracting(samples), isReal: isReal, into: parts, scratch: &phases, bands: &output)
  }

  /// 0 of silence.
  private func kurtosis(of band: Span<Float>, dropping dropped: Int, scale: Float) -> Float {
    let found = bank.moments(of: band, dropping: dropped, scale: scale)
    guard found.second > Kurtogram.silentShare else { return 0 }
    return Float(max(0, found.fourth / (found.second * found.second) - 2))
  }
}

/// A Hamming-windowed sinc of unit gain at 0 Hz, as MATLAB's `fir1` and SciPy's `firwin` make it; `cutoff` is a share of
/// the Nyquist frequency.
private func lowPass(taps: Int, cutoff: Double) -> [Float] {
  let middle = Double(taps - 1) / 2
  let raw = (0..<taps).map { n in
    let x = .pi * (Double(n) - middle)
    let sinc = x == 0 ? cutoff : sin(cutoff * x) / x
    return sinc * (0.54 - 0.46 * cos(2 * .pi * Double(n) / Double(taps - 1)))
  }
  let gain = raw.reduce(0, +)
  return raw.map { Float($0 / gain) }
}
