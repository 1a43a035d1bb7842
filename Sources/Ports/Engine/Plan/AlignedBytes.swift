// SPDX-License-Identifier: Apache-2.0

/// Bytes that begin at a multiple of 64, as the kernels want them, all 0 at first, with room to read behind the end.
struct AlignedBytes: Sendable {
  private var storage: [SIMD64<UInt8>]

  /// Room for `count` bytes and 64 behind them.
  init(count: Int) { storage = Array(repeating: SIMD64(), count: (count + 63) / 64 + 1) }

  /// Adds room for `count` bytes and 64 behind them.
  /// - Returns: where it begins.
  mutating func extend(by count: Int) -> Int {
    let start = self.count
    storage.append(contentsOf: repeatElement(SIMD64(), count: (count + 63) / 64 + 1))
    return start
  }

  /// Adds bytes, with 64 behind them.
  /// - Returns: where they begin.
  mutating func append(_ bytes: ArraySlice<UInt8>) -> Int {
    let start = extend(by: bytes.count)
    // SAFETY: the room was made for them.
    unsafe storage.withUnsafeMutableBytes { room in
      unsafe UnsafeMutableRawBufferPointer(rebasing: room[start...]).copyBytes(from: bytes)
    }
    return start
  }

  /// Room for `count` bytes in all is held ready; what is not used of it takes no memory.
  mutating func reserve(_ count: Int) { storage.reserveCapacity(count / 64) }

  var count: Int { storage.count * 64 }

  func withUnsafeBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe storage.withUnsafeBytes { unsafe body($0) }
  }

  mutating func withUnsafeMutableBytes<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
    unsafe storage.withUnsafeMutableBytes { unsafe body($0) }
  }
}
