// SPDX-License-Identifier: Apache-2.0

import Machine

/// The stated sample rate, held against the times of a capture's blocks.
///
/// A straight line through the times gives the measured rate and how irregular the blocks came; a rate that is
/// wrong moves every line of the spectrum by the same share, and a gap breaks it.
enum BlockTiming {
  /// Rates that are believed, samples per second; feature extraction believes the same.
  static let rates_Hz = 1.0...1e7

  static func find(_ blocks: [CaptureFacts.Block], rate_Hz: Double, rules: ValidityRules) -> SensorDefect? {
    guard rates_Hz.contains(rate_Hz) else {
      return SensorDefect(.timing, "the sample rate is stated as \(rate_Hz) Hz")
    }
    guard blocks.count >= 3 else { return nil }
    for i in blocks.indices.dropFirst() where !(blocks[i].start_s > blocks[i - 1].start_s) {
      return SensorDefect(
        .timing,
        "block \(i + 1) is dated \(brief(blocks[i - 1].start_s - blocks[i].start_s)) s before block \(i)")
    }
    guard let line = Line(blocks), line.slope_s > 0 else {
      return SensorDefect(.timing, "the times of \(blocks.count) blocks give no rate")
    }
    let late = line.worst
    let usual_s = line.slope_s * Double(line.samples) / Double(blocks.count - 1)
    if abs(late.residual_s) > rules.irregularShare * usual_s {
      return SensorDefect(
        .timing,
        "block \(late.block + 1) of \(blocks.count) came \(brief(late.residual_s * 1000)) ms off an even interval of \(brief(usual_s * 1000)) ms"
      )
    }
    let measured = 1 / line.slope_s
    let tolerance = rules.rateTolerance + 3 * line.slopeError
    guard abs(measured / rate_Hz - 1) > tolerance else { return nil }
    return SensorDefect(
      .timing,
      "\(blocks.count) blocks come at \(brief(measured)) samples a second, stated are \(brief(rate_Hz)); tolerance \(brief(100 * tolerance)) %"
    )
  }

  /// Least squares of block times over sample numbers.
  private struct Line {
    /// Seconds a sample.
    var slope_s: Double
    /// Standard error of the slope, as a share of it.
    var slopeError: Double
    /// Samples from the first block's start to the last one's.
    var samples: Int
    var worst: (block: Int, residual_s: Double)

    init?(_ blocks: [CaptureFacts.Block]) {
      let n = Double(blocks.count)
      var (sumX, sumY, x) = (0.0, 0.0, 0.0)
      for block in blocks {
        guard block.count > 0, block.start_s.isFinite else { return nil }
        sumX += x
        sumY += block.start_s - blocks[0].start_s
        x += Double(block.count)
      }
      let (meanX, meanY) = (sumX / n, sumY / n)
      var (xx, xy) = (0.0, 0.0)
      x = 0
      for block in blocks {
        xx += (x - meanX) * (x - meanX)
        xy += (x - meanX) * (block.start_s - blocks[0].start_s - meanY)
        x += Double(block.count)
      }
      let slope = xy / xx
      var worst = (block: 0, residual_s: 0.0)
      var (squares, samples) = (0.0, 0)
      x = 0
      for i in blocks.indices {
        let residual = blocks[i].start_s - blocks[0].start_s - meanY - slope * (x - meanX)
        squares += residual * residual
        if abs(residual) > abs(worst.residual_s) { worst = (i, residual) }
        samples = Int(x)
        x += Double(blocks[i].count)
      }
      slope_s = slope
      slopeError = slope > 0 ? (squares / max(1, n - 2) / xx).squareRoot() / slope : .infinity
      self.samples = samples
      self.worst = worst
    }
  }
}
