// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Antoni's two-band filters: a prototype p of 17 taps that cuts at 0.2 rate, turned to rate/8, and its mirror of 16 taps
/// at 3/8 rate. Constants: Antoni 2007, section 4, and its published program (N = 16, fc = 0.4; 24 and 2/3 fc).
///
/// Tap n of the low band turns by n/8: taps two apart by a quarter. So with x0, x1 the even and odd samples
/// a[m] = sum i^j p[2j] x1[m-j] + e^(i pi/4) sum i^j p[2j+1] x0[m-j], and the high band the same with -i, taps one later
/// and 3/4 pi.
struct HalfBandFilters: Sendable {
  private let low: [FiveTaps]
  private let high: [FiveTaps]

  init() {
    let p = lowPass(taps: 17, cutoff: 0.4)
    low = [FiveTaps(p, from: 0, step: 2), FiveTaps(p, from: 1, step: 2)]
    high = [FiveTaps(p, from: 1, step: 2), FiveTaps(p, from: 2, step: 2)]
  }

  /// Splits `nodes` nodes of `length` samples, writes the kurtosis of the twice as many halves from `index` on, and leaves
  /// the halves as the next level's nodes.
  func split(
    nodes: Int, of length: Int, silence: Double, into kurtosis: inout MutableSpan<Float>, from index: Int,
    scratch: inout KurtogramScratch
  ) {
    let half = length / 2
    for node in 0..<nodes {
      scratch.takePhases(2, ofNode: node * length, count: half)
      for isHigh in [false, true] {
        let taps = isHigh ? high : low
        for phase in 0..<2 { scratch.filter(phase: 1 - phase, into: phase, taps[phase], count: half) }
        let start = (2 * node + (isHigh ? 1 : 0)) * half
        scratch.combineHalf(isHigh: isHigh, count: half, at: start)
        // The first samples saw the beginning of the signal.
        let dropped = isHigh ? 15 : 16
        let found = scratch.next.moments(
          start + dropped, half - dropped, into: &scratch.power, silence: silence)
        kurtosis[index + 2 * node + (isHigh ? 1 : 0)] = Float(max(0, found.kurtosis))
      }
    }
    swap(&scratch.now, &scratch.next)
  }
}

/// Antoni's three-band filters: a prototype of 25 taps turned to 1/12, 3/12 and 5/12 of the rate.
///
/// Taps three apart turn by a quarter (backwards in the middle band), so the sums over even and odd taps of each of three
/// phases serve all three bands.
struct ThirdBandFilters: Sendable {
  private let taps: [FiveTaps]

  init() {
    let p = lowPass(taps: 25, cutoff: 0.4 * 2 / 3)
    taps = (0..<3).map { FiveTaps(p, from: $0, step: 3) }
  }

  /// Writes the kurtosis of the thirds of `nodes` nodes of `length` samples from `index` on.
  func measure(
    nodes: Int, of length: Int, silence: Double, into kurtosis: inout MutableSpan<Float>, from index: Int,
    scratch: inout KurtogramScratch
  ) {
    let third = length / 3
    guard third > 16 else { return }
    for node in 0..<nodes {
      scratch.takePhases(3, ofNode: node * length, count: third)
      for phase in 0..<3 { scratch.filter(phase: 2 - phase, into: phase, taps[phase], count: third) }
      for part in 0..<3 {
        scratch.combineThird(part, count: third)
        let found = scratch.band.moments(16, third - 16, into: &scratch.power, silence: silence)
        kurtosis[index + 3 * node + part] = Float(max(0, found.kurtosis))
      }
    }
  }
}

/// Every `step`-th tap of a prototype, the quarter turns' signs in it: even and odd ones.
struct FiveTaps: Sendable {
  private(set) var even: [Float] = Array(repeating: 0, count: 5)
  private(set) var odd: [Float] = Array(repeating: 0, count: 5)

  init(_ prototype: [Double], from first: Int, step: Int) {
    for (j, n) in stride(from: first, to: prototype.count, by: step).enumerated() where j < 9 {
      // i^j is (-1)^(j/2), times i where j is odd.
      let value = Float((j / 2).isMultiple(of: 2) ? prototype[n] : -prototype[n])
      if j.isMultiple(of: 2) { even[j / 2] = value } else { odd[j / 2] = value }
    }
  }
}

/// A Hamming-windowed sinc of unit gain at 0 Hz, as MATLAB's `fir1` and SciPy's `firwin` make it; `cutoff` is a share of
/// the Nyquist frequency.
private func lowPass(taps: Int, cutoff: Double) -> [Double] {
  let middle = Double(taps - 1) / 2
  let raw = (0..<taps).map { n in
    let x = .pi * (Double(n) - middle)
    let sinc = x == 0 ? cutoff : sin(cutoff * x) / x
    return sinc * (0.54 - 0.46 * cos(2 * .pi * Double(n) / Double(taps - 1)))
  }
  let gain = raw.reduce(0, +)
  return raw.map { $0 / gain }
}
