// SPDX-License-Identifier: Apache-2.0

internal import CKernels

/// A form of the kernels, for one kind of processor. Integer results are the same bits in all of them.
public enum KernelForm: String, Sendable, CaseIterable {
  case scalar
  case sse41 = "sse4.1"
  case avx2
  case avxVNNI = "avx-vnni"
  case avx512VNNI = "avx512-vnni"
  case neon
  case neonDotProduct = "neon-dotprod"

  /// The fastest form that this processor runs.
  public static let best = allCases.first { $0.code == mw_path_best() } ?? .scalar

  /// Whether this processor runs it.
  public var isAvailable: Bool { mw_path_available(code) != 0 }

  var code: Int32 {
    switch self {
    case .scalar: Int32(MW_SCALAR)
    case .sse41: Int32(MW_SSE41)
    case .avx2: Int32(MW_AVX2)
    case .avxVNNI: Int32(MW_AVXVNNI)
    case .avx512VNNI: Int32(MW_AVX512VNNI)
    case .neon: Int32(MW_NEON)
    case .neonDotProduct: Int32(MW_NEONDOT)
    }
  }
}
