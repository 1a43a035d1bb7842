// SPDX-License-Identifier: Apache-2.0

/// Predicts what a step takes from what it does: so many multiply-accumulates, so many bytes written, and a fixed part.
/// A prediction for planning, not a measurement: caches, clocks and other work on the processor are not in it.
public struct CostModel: Sendable, Codable, Equatable {
  /// Multiply-accumulates in a microsecond, products of integers.
  public var integerMACs: Double
  /// Multiply-accumulates in a microsecond, products of floats.
  public var floatMACs: Double
  /// Bytes written in a microsecond by steps that only move.
  public var movedBytes: Double
  /// Bytes written in a microsecond by steps that compute in floats.
  public var floatBytes: Double
  /// Bytes written in a microsecond by steps that compute in integers.
  public var integerBytes: Double
  /// Microseconds of every step.
  public var step_us: Double
  /// Where the figures come from.
  public var source: String

  /// Fitted to the six benchmark models on one core.
  public static let reference = CostModel(
    integerMACs: 60_000, floatMACs: 25_000, movedBytes: 8000, floatBytes: 2000, integerBytes: 4000,
    step_us: 0.05,
    source: "one core of an x86-64 server at about 3 GHz with AVX2")

  func microseconds(_ cost: StepCost, writtenBytes: Int) -> Double {
    let (macs, bytes) =
      switch cost.arithmetic {
      case .int8: (integerMACs, integerBytes)
      case .float: (floatMACs, floatBytes)
      case .move: (floatMACs, movedBytes)
      }
    return step_us + Double(cost.macs) / macs + Double(writtenBytes) / bytes
  }
}
