// SPDX-License-Identifier: Apache-2.0

/// Memory that a kurtogram works in: 56 bytes a sample. Nothing in it outlives a call.
public struct KurtogramScratch: Sendable {
  /// Longest signal.
  public let count: Int
  /// The nodes of one level, one after the other, and those of the next.
  var now: PlanarSignal
  var next: PlanarSignal
  /// A node's samples by their place modulo 2 or 3, each behind `margin` zeros.
  var phases: [PlanarSignal]
  /// Sums over every second tap: for each phase even and odd taps.
  var even: [PlanarSignal]
  var odd: [PlanarSignal]
  /// A band, and its squared magnitudes.
  var band: PlanarSignal
  var power: [Float]

  /// Zeros before a phase: what the longest filter reaches back.
  static let margin = 8

  /// Scratch for signals of up to `count` samples.
  public init(count: Int) {
    self.count = count
    now = PlanarSignal(count: count)
    next = now
    let half = count / 2 + 1
    let third = count / 3 + 1
    phases = [half, half, third].map { PlanarSignal(count: $0 + KurtogramScratch.margin) }
    even = [half, half, third].map { PlanarSignal(count: $0) }
    odd = even
    band = PlanarSignal(count: half)
    power = Array(repeating: 0, count: count)
  }
}

/// A complex signal with its real and imaginary parts apart, so that loops over either run on whole registers.
struct PlanarSignal: Sendable {
  var real: [Float]
  var imaginary: [Float]

  init(count: Int) {
    real = Array(repeating: 0, count: count)
    imaginary = real
  }

  /// Mean square about the mean, and E|c|^4 / (E|c|^2)^2 - 2, of `count` values from `start` on.
  ///
  /// Both 0 where the mean square is not above `silence`.
  func moments(_ start: Int, _ count: Int, into power: inout [Float], silence: Double)
    -> (meanSquare: Double, kurtosis: Double)
  {
    guard count > 0 else { return (0, 0) }
    let re = real.span.extracting(start..<(start + count))
    let im = imaginary.span.extracting(start..<(start + count))
    let reMean = Float(re.sum() / Double(count))
    let imMean = Float(im.sum() / Double(count))
    var whole = power.mutableSpan
    var squares = whole._mutatingExtracting(first: count)
    for i in 0..<count {
      let (a, b) = (re[i] - reMean, im[i] - imMean)
      squares[i] = a * a + b * b
    }
    let meanSquare = squares.span.sum() / Double(count)
    guard meanSquare > silence, meanSquare > 0 else { return (0, 0) }
    let inverse = Float(1 / meanSquare)
    for i in 0..<count {
      let share = squares[i] * inverse
      squares[i] = share * share
    }
    return (meanSquare, squares.span.sum() / Double(count) - 2)
  }
}

extension Span<Float> {
  /// Sum in eight lanes of at most 64 Floats each, and of those in Double.
  func sum() -> Double {
    var total = 0.0
    var start = 0
    while start + 8 <= count {
      let end = Swift.min(count, start + 512)
      var lanes = SIMD8<Float>.zero
      while start + 8 <= end {
        let w = extracting(start..<(start + 8))
        lanes += SIMD8(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
        start += 8
      }
      total += Double(lanes.sum())
    }
    for i in start..<count { total += Double(self[i]) }
    return total
  }
}
