// SPDX-License-Identifier: Apache-2.0

private import Kernels

/// What one gear's mean turn tells of its teeth. All are ratios without unit; nil where what they divide by is empty.
public struct GearMetrics: Sendable, Equatable {
  /// Peak to peak of the mean turn over the sum of the meshing harmonics' amplitudes: rises with a fault of the mesh.
  public let fm0: Double?
  /// Kurtosis of the difference signal: 3 for Gaussian noise, rises with damage of one or two teeth.
  public let fm4: Double?
  /// Sixth moment of the difference signal over the third power of its variance: 15 for Gaussian noise.
  public let m6a: Double?
  /// Eighth moment over the fourth power: 105 for Gaussian noise.
  public let m8a: Double?
  /// Fourth moment of the residual signal over the squared variance of its history: rises on as damage spreads.
  public let na4: Double?
  /// RMS of the difference signal over RMS of the regular one: rises with wear of all teeth.
  public let er: Double?
}

/// Mean variance of one gear's residual signal over all measurements so far, which `GearMetrics.na4` divides by.
public struct GearHistory: Sendable, Equatable, Codable {
  /// Measurements.
  public private(set) var count = 0
  /// Mean variance of the residual signal, in the signal's unit squared.
  public private(set) var variance = 0.0

  /// No measurement yet.
  public init() {}

  mutating func add(_ new: Double) {
    count += 1
    variance += (new - variance) / Double(count)
  }
}

/// Measures gears on the time-synchronous average of their shaft.
///
/// Regular are the first `shaftOrders` orders, the meshing harmonics and their sidebands one order beside them; the difference
/// signal is the rest, the residual signal that and the sidebands (Stewart 1977: FM0, FM4; Martin 1989: M6A, M8A; Zakrajsek,
/// Townsend and Decker, NASA TM-105950, 1993: NA4; Swansson 1980: ER).
public struct GearPlan {
  /// Samples of the mean turn.
  public let count: Int
  /// Teeth of the gear.
  public let teeth: Int
  /// Meshing harmonics that the turn's samples hold.
  public let harmonics: Int
  /// Orders of the shaft that are regular.
  public let shaftOrders: Int
  private let transform: FourierTransform
  private var bins: [ComplexFloat]
  private var residual: [Float]
  private var difference: [Float]

  /// Share of the turn's mean square below which a part holds rounding.
  public static let silentShare = 1e-12

  /// A plan for turns of `count` samples; the first meshing harmonic and its sidebands lie below half of that.
  public init(count: Int, teeth: Int, harmonics: Int = 5, shaftOrders: Int = 2) {
    precondition(
      teeth >= 4 && 2 * (teeth + 1) < count && harmonics >= 1, "a turn shows its meshing frequency")
    self.count = count
    self.teeth = teeth
    self.harmonics = min(harmonics, (count / 2 - 2) / teeth)
    self.shaftOrders = min(shaftOrders, teeth - 2)
    transform = FourierTransform(count: count)
    bins = Array(repeating: ComplexFloat(0, 0), count: transform.binCount)
    residual = Array(repeating: 0, count: count)
    difference = residual
  }

  /// Measures a mean turn and adds it to the gear's history; nil where a sample is not finite.
  public mutating func measure(_ turn: Span<Float>, history: inout GearHistory) -> GearMetrics? {
    precondition(turn.count == count, "the turn does not fit the plan")
    guard let level = Level(of: turn) else { return nil }
    let unit = level.peak(about: level.mean).binaryScale
    for i in 0..<count { residual[i] = Float((Double(turn[i]) - level.mean) / unit) }
    let whole = moments(residual.span)
    transform.forward(residual, into: &bins)
    var mesh = 0.0
    for h in 1...harmonics { mesh += Double(bins[h * teeth].power.squareRoot()) * 2 / Double(count) * unit }
    // Without the regular orders, with the sidebands and without them.
    cut(sidebands: false)
    GearPlan.transformBack(transform, bins, into: &residual)
    cut(sidebands: true)
    GearPlan.transformBack(transform, bins, into: &difference)
    let silence = whole.second * GearPlan.silentShare
    let rest = moments(difference.span)
    let all = moments(residual.span)
    // Orders of one turn are orthogonal.
    let regular = max(0, whole.second - rest.second)
    history.add(all.second * unit * unit)
    let isLoud = rest.second > silence && rest.second > 0
    let reference = history.variance / unit / unit
    return GearMetrics(
      fm0: mesh > 0 ? (Double(level.highest) - Double(level.lowest)) / mesh : nil,
      fm4: isLoud ? rest.fourth / (rest.second * rest.second) : nil,
      m6a: isLoud ? rest.sixth / (rest.second * rest.second * rest.second) : nil,
      m8a: isLoud ? rest.eighth / (rest.second * rest.second * rest.second * rest.second) : nil,
      na4: all.second > silence && reference > 0 ? all.fourth / (reference * reference) : nil,
      er: regular > silence && regular > 0 ? (rest.second / regular).squareRoot() : nil)
  }

  /// Takes the shaft's orders and the meshing harmonics out of the bins, and the sidebands.
  private mutating func cut(sidebands: Bool) {
    for k in 0...shaftOrders { bins[k] = ComplexFloat(0, 0) }
    for h in 1...harmonics {
      for k in sidebands ? (h * teeth - 1)...(h * teeth + 1) : (h * teeth)...(h * teeth) {
        bins[k] = ComplexFloat(0, 0)
      }
    }
  }

  private static func transformBack(
    _ transform: FourierTransform, _ bins: [ComplexFloat], into signal: inout [Float]
  ) {
    var output = signal.mutableSpan
    transform.inverse(bins.span, into: &output)
    let scale = 1 / Float(output.count)
    for i in 0..<output.count { output[i] *= scale }
  }

  private func moments(_ x: Span<Float>) -> (second: Double, fourth: Double, sixth: Double, eighth: Double) {
    var sum = 0.0
    for i in 0..<x.count { sum += Double(x[i]) }
    let mean = sum / Double(x.count)
    var (second, fourth, sixth, eighth) = (0.0, 0.0, 0.0, 0.0)
    for i in 0..<x.count {
      let square = (Double(x[i]) - mean) * (Double(x[i]) - mean)
      second += square
      fourth += square * square
      sixth += square * square * square
      eighth += square * square * square * square
    }
    let n = Double(x.count)
    return (second / n, fourth / n, sixth / n, eighth / n)
  }
}
