// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// The forms in which the integer kernels exist; all of them give the same bits.
public enum Int8Path: CaseIterable, Sendable {
  case scalar
  /// x86-64 with AVX2: vpmaddwd on widened weights.
  case avx2
  /// AArch64.
  case neon

  /// The fastest form that this processor runs.
  public static let best = [Int8Path.avx2, .neon].first(where: \.isAvailable) ?? .scalar

  /// Whether this processor runs it.
  public var isAvailable: Bool { mw_int8_can_run(code) }

  var code: Int32 {
    switch self {
    case .scalar: Int32(MW_INT8_SCALAR)
    case .avx2: Int32(MW_INT8_AVX2)
    case .neon: Int32(MW_INT8_NEON)
    }
  }
}
