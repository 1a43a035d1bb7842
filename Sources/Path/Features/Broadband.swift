// SPDX-License-Identifier: Apache-2.0

/// What stands between the lines of the acceleration spectrum, in m/s2 RMS.
enum Broadband {
  /// RMS of what no line explains: in blocks of 64 bins the median stands for all. The power of a noise bin is
  /// exponentially distributed, so its mean is median / ln 2; lines in fewer than half of the bins hardly move it.
  static func floor(
    _ power: Span<Float>, resolution_Hz df: Double, from low_Hz: Double, to high_Hz: Double
  ) -> Double? {
    let block = 64
    var start = max(1, Int((low_Hz / df).rounded(.up)))
    let end = min(power.count - 1, Int((high_Hz / df).rounded(.down)) + 1)
    guard end - start >= block else { return nil }
    var sum = 0.0
    while start < end {
      // The rest after the last whole block joins it.
      let stop = end - start < 2 * block ? end : start + block
      sum += Double(median(of: power.extracting(start..<stop))) * Double(stop - start)
      start = stop
    }
    let ln2 = 0.693147180559945
    return (sum / ln2 / Hann.noiseBandwidth).squareRoot()
  }
}
