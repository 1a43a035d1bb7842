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

  /// Fitted to the medians of `scripts/bench inference`, six models in four forms each: predictions were 0.43 to 1.37 of
  /// what was measured, their median 0.94. The forms of other processors take the figures of AVX2 and say so.
  public static func reference(for form: KernelForm) -> CostModel {
    switch form {
    case .avx512VNNI:
      CostModel(
        integerMACs: 169_000, floatMACs: 46_000, movedBytes: 8800, floatBytes: 24_000, integerBytes: 43_000,
        step_us: 0.13, source: "fitted on one core of a 2-core x86-64 virtual machine, AVX512-VNNI")
    default:
      CostModel(
        integerMACs: 52_000, floatMACs: 31_000, movedBytes: 3700, floatBytes: 24_000, integerBytes: 11_000,
        step_us: 0.1,
        source: "fitted on one core of a 2-core x86-64 virtual machine, AVX2"
          + (form == .avx2 ? "" : "; not fitted for \(form.rawValue)"))
    }
  }

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
