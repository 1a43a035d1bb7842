// SPDX-License-Identifier: Apache-2.0

/// Bytes that begin at a multiple of 64, as the kernels want them, all 0 at first, with room to read behind the end.
struct AlignedBytes: Sendable {
  private var storage: [SIMD64<UInt8>]

  /// Room for `count` bytes and 64 behind them.
  init(count: Int) { storage = Array(repeating: SIMD64(), count: (count + 63) / 64 + 1) }

  var count: Int { storage.count * 64 }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe storage.withUnsafeBytes { unsafe body($0) }
  }

  mutating func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    unsafe storage.withUnsafeMutableBytes { unsafe body($0) }
  }
}
